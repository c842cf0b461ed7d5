namespace Weir.Hsm.Reconciling;

/// <summary>One action that the files and the stream do not tell alike.</summary>
/// <param name="Fid">As the MDT prints it.</param>
/// <param name="Action">The action's name.</param>
/// <param name="FileStatus">Its status in the file; null when it is not there.</param>
/// <param name="StreamStatus">Its status by the stream; null when it is not live there.</param>
/// <param name="Cookie">Null when nobody tells.</param>
/// <param name="Index">Catalog and record index; null when nobody tells.</param>
public sealed record ActionDifference(
    string Fid, string Action, string? FileStatus, string? StreamStatus, ulong? Cookie, (uint Catalog, uint Record)? Index);
