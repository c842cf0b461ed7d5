namespace Weir.Lustre.HsmFiles;

/// <summary>One skipped line, for a message to an operator.</summary>
/// <param name="LineNumber">From 1, headers counted.</param>
/// <param name="Excerpt">The line's beginning; bytes that are not printable ASCII stand as <c>\xNN</c>.</param>
public sealed record LineExample(long LineNumber, LineError Error, string Excerpt);
