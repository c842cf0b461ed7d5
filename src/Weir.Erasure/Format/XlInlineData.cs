using System.Text;

namespace Weir.Erasure.Format;

/// <summary>
/// The shards that lie in xl.meta: a byte 1 and a map from version id to the bytes that would else be the file part.1. No checksum
/// covers the map, so a damaged one is reported here and leaves the versions readable.
/// </summary>
public sealed class XlInlineData
{
    private const byte FormatVersion = 1;
    private const string NullKey = "null";

    /// <summary>What RustFS wrote for the null version before alpha.87.</summary>
    private const string ZeroKey = "00000000-0000-0000-0000-000000000000";

    private readonly IReadOnlyList<Entry> _entries;

    private XlInlineData(IReadOnlyList<Entry> entries, ReadOnlyMemory<byte> raw, string? damage)
    {
        _entries = entries;
        Raw = raw;
        Damage = damage;
    }

    public static XlInlineData None { get; } = new([], default, null);

    /// <summary>The section as it stands in the file.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>What is wrong with the whole section, or null. None of its shards is given then.</summary>
    public string? Damage { get; }

    public int Count => _entries.Count;

    /// <summary>The keys, as they stand.</summary>
    public IEnumerable<string> Keys => _entries.Select(entry => Encoding.UTF8.GetString(entry.Key.Span));

    /// <summary>Reads the section; never throws, see <see cref="Damage"/>.</summary>
    public static XlInlineData Parse(ReadOnlyMemory<byte> section)
    {
        if (section.IsEmpty) return None;
        if (section.Span[0] != FormatVersion) return new([], section, $"the inline data has the version {section.Span[0]}; known is {FormatVersion}");
        try
        {
            return new(ReadEntries(section), section, null);
        }
        catch (ErasureFormatException error)
        {
            return new([], section, error.Message);
        }
    }

    /// <summary>The shard of a version: by its id, else by its data directory, as the servers look it up.</summary>
    public bool TryFind(Guid versionId, Guid dataDir, out ReadOnlyMemory<byte> shard)
    {
        foreach (string key in KeysOf(versionId, dataDir))
        {
            foreach (Entry entry in _entries)
            {
                if (!Matches(entry.Key.Span, key)) continue;
                shard = entry.Value;
                return true;
            }
        }

        shard = default;
        return false;
    }

    /// <summary>The keys under which a version's shard may stand, the likeliest first.</summary>
    internal static IEnumerable<string> KeysOf(Guid versionId, Guid dataDir)
    {
        yield return versionId == Guid.Empty ? NullKey : versionId.ToString("D");
        if (versionId == Guid.Empty) yield return ZeroKey;
        if (dataDir != Guid.Empty) yield return dataDir.ToString("D");
    }

    internal static XlInlineData From(IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> entries) =>
        new([.. entries.Select(entry => new Entry(Encoding.UTF8.GetBytes(entry.Key), entry.Value))], default, null);

    internal static XlInlineData Damaged(string damage) => new([], default, damage);

    internal IEnumerable<(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value)> Entries => _entries.Select(entry => (entry.Key, entry.Value));

    private static List<Entry> ReadEntries(ReadOnlyMemory<byte> section)
    {
        ReadOnlyMemory<byte> map = section[1..];
        var reader = new MessagePackReader(map.Span, "the inline data of xl.meta");
        int left = reader.ReadMapHeader();
        // "null" and an empty shard take 7 bytes.
        if (left > reader.Remaining / 7) throw reader.Failure($"{left} shards in {reader.Remaining} bytes");
        var entries = new List<Entry>(left);
        for (; left > 0; left--)
        {
            ReadOnlyMemory<byte> key = Slice(ref reader, map);
            entries.Add(new(key, Slice(ref reader, map)));
        }

        if (!reader.AtEnd) throw reader.Failure($"{reader.Remaining} bytes after the last shard");
        return entries;
    }

    private static ReadOnlyMemory<byte> Slice(ref MessagePackReader reader, ReadOnlyMemory<byte> map)
    {
        int length = reader.ReadBytes().Length;
        return map.Slice(reader.Position - length, length);
    }

    private static bool Matches(ReadOnlySpan<byte> key, string wanted) => Ascii.Equals(key, wanted);

    private readonly record struct Entry(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);
}
