namespace Weir.Erasure.Drives.Verifying;

/// <summary>One thing that is wrong, at one place.</summary>
/// <param name="Position">The position in the set; -1 where it is the object's as a whole.</param>
/// <param name="Drive">The drive's path; null where none was given for the position.</param>
/// <param name="Shard">From 1; null where it is about no one shard.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Part">The part's number; null where it is about no one part.</param>
/// <param name="Detail">The same for a human, with sizes, places and the system's own words.</param>
public sealed record Finding(int Position, string? Drive, int? Shard, FindingKind Kind, int? Part, string Detail);
