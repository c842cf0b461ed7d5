using System.Buffers;
using System.Text;

namespace Weir.Erasure.Format;

/// <summary>A map of metadata as it stands in xl.meta: read when asked for, never copied. Keys are compared without case.</summary>
public readonly struct XlMetadata
{
    private readonly ReadOnlyMemory<byte> _map;

    internal XlMetadata(ReadOnlyMemory<byte> map) => _map = map;

    /// <summary>How many pairs; 0 for a map that is absent.</summary>
    public int Count => _map.IsEmpty ? 0 : new MessagePackReader(_map.Span, "metadata").ReadMapHeader();

    /// <summary>The map as MessagePack.</summary>
    public ReadOnlyMemory<byte> Raw => _map;

    /// <summary>The value of a key, or false. Values are bytes; most are text.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        if (!_map.IsEmpty)
        {
            var reader = new MessagePackReader(_map.Span, "metadata");
            for (int left = reader.ReadMapHeader(); left > 0; left--)
            {
                bool found = Ascii.EqualsIgnoreCase(reader.ReadBytes(), key);
                ReadOnlySpan<byte> bytes = reader.ReadBytes();
                if (!found) continue;
                value = bytes;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The value of a key as text, or null.</summary>
    public string? Text(ReadOnlySpan<byte> key) => TryGet(key, out ReadOnlySpan<byte> value) ? Encoding.UTF8.GetString(value) : null;

    /// <summary>Whether any key starts so.</summary>
    public bool HasPrefix(ReadOnlySpan<byte> prefix)
    {
        if (_map.IsEmpty) return false;
        var reader = new MessagePackReader(_map.Span, "metadata");
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            ReadOnlySpan<byte> key = reader.ReadBytes();
            if (key.Length >= prefix.Length && Ascii.EqualsIgnoreCase(key[..prefix.Length], prefix)) return true;
            reader.Skip();
        }

        return false;
    }

    /// <summary>All pairs as text, in the order of the file; a value that is not UTF-8 is given as "base64:…".</summary>
    public IEnumerable<KeyValuePair<string, string>> Pairs()
    {
        var pairs = new List<KeyValuePair<string, string>>();
        if (_map.IsEmpty) return pairs;
        var reader = new MessagePackReader(_map.Span, "metadata");
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            string key = Encoding.UTF8.GetString(reader.ReadBytes());
            ReadOnlySpan<byte> value = reader.ReadBytes();
            pairs.Add(new(key, System.Text.Unicode.Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : $"base64:{Convert.ToBase64String(value)}"));
        }

        return pairs;
    }

    /// <summary>Makes a map of binaries from pairs, for the formats that store it otherwise.</summary>
    internal static XlMetadata From(IReadOnlyCollection<KeyValuePair<string, byte[]>> pairs)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        writer.WriteMapHeader(pairs.Count);
        foreach ((string key, byte[] value) in pairs)
        {
            writer.WriteString(Encoding.UTF8.GetBytes(key));
            writer.WriteBinary(value);
        }

        return new(output.WrittenMemory);
    }

    /// <summary>Steps over a map in <paramref name="reader"/> and checks that it is one of strings to strings or binaries.</summary>
    internal static XlMetadata Read(ref MessagePackReader reader, ReadOnlyMemory<byte> whole)
    {
        int start = reader.Position;
        if (reader.TryReadNil()) return default;
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            reader.ReadBytes();
            reader.ReadBytes();
        }

        return new(whole[start..reader.Position]);
    }
}
