namespace Weir.Lustre.Changelog;

/// <summary>Bytes, or a line, of a changelog that could not be read.</summary>
/// <param name="Offset">Where they start: bytes from the source's start; of a text source, the line's number from 1.</param>
/// <param name="Bytes">How many bytes were passed over.</param>
/// <param name="Error">What is wrong with the first of them.</param>
/// <param name="AfterIndex">The record read last before them; 0 when there was none.</param>
public readonly record struct ChangelogDamage(long Offset, int Bytes, ChangelogError Error, ulong AfterIndex);
