namespace Weir.Hsm.Top;

/// <summary>What the actions of one tally have in common, beside their MDT.</summary>
internal readonly record struct TallyKey(byte Action, byte Status, uint ArchiveId);
