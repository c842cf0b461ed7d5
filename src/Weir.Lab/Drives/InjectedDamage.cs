using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Lab.Drives;

/// <summary>A damage that was done, and what is to be found of it.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Drive">The drive's path.</param>
/// <param name="Name">The object.</param>
/// <param name="VersionId">The version; null where it strikes all of them.</param>
/// <param name="FoundAt">The least level that finds it.</param>
public sealed record InjectedDamage(DriveDamageKind Kind, string Drive, ObjectName Name, Guid? VersionId, VerifyMode FoundAt);
