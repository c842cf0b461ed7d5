using Weir.Erasure.Drives.Disks;

namespace Weir.Erasure.Drives.Healing;

/// <summary>A piece that lies in the staging directory and is to be put into its place.</summary>
/// <param name="StagedPath">Where it lies, below the drive's root.</param>
/// <param name="TargetPath">Where it belongs.</param>
/// <param name="Before">What stands there; null for nothing. If it changes, the piece is not put there.</param>
internal sealed record StagedPiece(string StagedPath, string TargetPath, DriveStamp? Before);
