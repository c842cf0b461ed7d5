using Weir.Erasure.Drives.Verifying;

namespace Weir.Erasure.Drives.Healing;

/// <summary>What a repair did for one version.</summary>
/// <param name="Verdict">What was wrong with it.</param>
/// <param name="State">How it ended.</param>
/// <param name="Pieces">What was put into its place.</param>
/// <param name="Problems">What failed, and why.</param>
public sealed record VersionOutcome(VersionVerdict Verdict, RepairState State, IReadOnlyList<RepairedPiece> Pieces, IReadOnlyList<string> Problems);

/// <summary>Something that was put into its place.</summary>
/// <param name="Drive">Where.</param>
/// <param name="Shard">From 1; 0 for a version without shards.</param>
/// <param name="Path">The file, below the drive's root.</param>
/// <param name="Part">The part's number; null for metadata.</param>
public sealed record RepairedPiece(Drive Drive, int Shard, string Path, int? Part);
