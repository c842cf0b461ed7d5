using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Healing;

/// <summary>A change of one version in a drive's xl.meta.</summary>
/// <param name="VersionId">Which version.</param>
/// <param name="Record">Its record; null leaves the one that is there.</param>
/// <param name="HeaderVersion">Of the file that the record is from; 0 where that has no headers.</param>
/// <param name="MetaVersion">Of that file too.</param>
/// <param name="Inline">Its inline shard; null for none, or for the one that is there where the record stays.</param>
internal sealed record RecordChange(Guid VersionId, XlVersion? Record, int HeaderVersion, int MetaVersion, ReadOnlyMemory<byte>? Inline);

/// <summary>
/// Makes the xl.meta that a position is to have: what it has, byte for byte, and the changes. What comes out is read again and compared
/// before anybody writes it.
/// </summary>
internal static class MetadataMerge
{
    /// <param name="current">The file that is there; null where there is none that can be read: a new one is of the format's versions that the records are from.</param>
    /// <param name="changes">The changes.</param>
    /// <exception cref="ErasureFormatException">The file cannot be changed without losing something.</exception>
    public static byte[] Build(XlMeta? current, IReadOnlyList<RecordChange> changes)
    {
        XlMetaBuilder builder;
        if (current is null) builder = XlMetaBuilder.Like(changes.Max(change => change.HeaderVersion), changes.Max(change => change.MetaVersion));
        else if (current.Inline.Damage is null) builder = XlMetaBuilder.From(current);
        else builder = WithoutInline(current, changes);
        int headerVersion = builder.HeaderVersion;
        foreach (RecordChange change in changes)
        {
            // A header of another version has other fields: it is written anew from what it says.
            if (change.Record is { } record) builder.Add(change.HeaderVersion == headerVersion ? record : record with { RawHeader = default });
            if (change.Inline is { } inline) builder.SetInline(change.VersionId, inline);
        }

        byte[] file = builder.ToArray();
        Check(XlMeta.Parse(file), current, changes);
        return file;
    }

    /// <summary>A damaged section is replaced only where everything that may have been in it is known again.</summary>
    private static XlMetaBuilder WithoutInline(XlMeta current, IReadOnlyList<RecordChange> changes)
    {
        foreach (XlVersion version in current.Versions.Where(version => (version.Header.Flags & XlVersionFlags.InlineData) != 0))
        {
            if (changes.Any(change => change.VersionId == version.Header.VersionId && change.Inline is not null)) continue;
            throw new ErasureFormatException($"its inline shards are damaged ({current.Inline.Damage}), and that of version {version.Header.VersionIdText} cannot be made again");
        }

        return XlMetaBuilder.WithoutInline(current);
    }

    private static void Check(XlMeta made, XlMeta? current, IReadOnlyList<RecordChange> changes)
    {
        if (made.Inline.Damage is { } damage) throw new ErasureFormatException($"the new metadata cannot be read back: {damage}");
        Dictionary<Guid, RecordChange> changed = changes.ToDictionary(change => change.VersionId);
        foreach (XlVersion before in current?.Versions ?? [])
        {
            if (changed.TryGetValue(before.Header.VersionId, out RecordChange? change) && change.Record is not null) continue;
            XlVersion after = Find(made, before.Header.VersionId);
            if (!after.RawBody.Span.SequenceEqual(before.RawBody.Span) || (!before.RawHeader.IsEmpty && !after.RawHeader.Span.SequenceEqual(before.RawHeader.Span)))
            {
                throw new ErasureFormatException($"version {before.Header.VersionIdText} would not stay as it is");
            }
        }

        foreach ((ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) in current?.Inline.Entries ?? [])
        {
            if (changes.Any(change => XlInlineData.KeysOf(change.VersionId, Guid.Empty).Any(name => System.Text.Ascii.Equals(key.Span, name)))) continue;
            if (!made.Inline.Entries.Any(entry => entry.Key.Span.SequenceEqual(key.Span) && entry.Value.Span.SequenceEqual(value.Span)))
            {
                throw new ErasureFormatException("an inline shard of another version would not stay as it is");
            }
        }

        foreach (RecordChange change in changes)
        {
            XlVersion after = Find(made, change.VersionId);
            if (change.Record is { } record && !after.RawBody.Span.SequenceEqual(record.RawBody.Span)) throw new ErasureFormatException("the record would not be as it must be");
            if (change.Inline is not { } inline) continue;
            if (!made.Inline.TryFind(change.VersionId, Guid.Empty, out ReadOnlyMemory<byte> kept) || !kept.Span.SequenceEqual(inline.Span)) throw new ErasureFormatException("the inline shard would not be as it must be");
        }
    }

    private static XlVersion Find(XlMeta meta, Guid versionId) =>
        meta.Versions.FirstOrDefault(version => version.Header.VersionId == versionId) ?? throw new ErasureFormatException($"version {versionId} would be lost");
}
