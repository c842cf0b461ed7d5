using System.Globalization;
using System.Text.Json;

namespace Weir.Erasure.Format;

/// <summary>Reads xl.json, the metadata of MinIO before June 2020. Its parts lie beside it, and their hashes often cover whole files.</summary>
public static class XlJson
{
    public const string FileName = "xl.json";

    /// <summary>The largest file that is read.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>The one version that such a file holds.</summary>
    /// <exception cref="ErasureFormatException">It is damaged or of another kind.</exception>
    public static XlBody Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes) throw new ErasureFormatException($"{FileName} has {json.Length} bytes; more than {MaxBytes} are not read.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new() { MaxDepth = 16 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "format") != "xl" || Text(root, "version") is not ("1.0.0" or "1.0.1"))
            {
                throw new ErasureFormatException($"{FileName} is not of format \"xl\" and version 1.0.0 or 1.0.1.");
            }

            XlObject content = ReadObject(root);
            return new() { Type = XlVersionType.Legacy, VersionId = content.VersionId, ModTime = content.ModTime, Object = content };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ErasureFormatException($"{FileName} is damaged: {error.Message}", error);
        }
    }

    internal static int ErasureAlgorithm(string name) => name == "klauspost/reedsolomon/vandermonde" ? 1 : 0;

    internal static XlHashAlgorithm HashAlgorithm(string name) => name switch
    {
        "sha256" => XlHashAlgorithm.Sha256,
        "blake2b" => XlHashAlgorithm.Blake2b512,
        "highwayhash256" => XlHashAlgorithm.HighwayHash256,
        "highwayhash256S" => XlHashAlgorithm.HighwayHash256Streaming,
        _ => XlHashAlgorithm.Unknown,
    };

    /// <summary>The object's algorithm is that of its parts, which are all alike.</summary>
    internal static XlObject WithHashAlgorithm(XlObject content)
    {
        if (content.WholeHashes.Count == 0) return content;
        XlHashAlgorithm first = content.WholeHashes[0].Algorithm;
        return content with { HashAlgorithm = content.WholeHashes.All(hash => hash.Algorithm == first) ? first : XlHashAlgorithm.Unknown };
    }

    private static XlObject ReadObject(JsonElement root)
    {
        JsonElement stat = root.GetProperty("stat"), erasure = root.GetProperty("erasure");
        var content = new XlObject
        {
            Dialect = XlDialect.Version1,
            Size = stat.GetProperty("size").GetInt64(),
            ModTime = Nanoseconds(Text(stat, "modTime")),
            ErasureAlgorithm = ErasureAlgorithm(Text(erasure, "algorithm")),
            Data = erasure.GetProperty("data").GetInt32(),
            Parity = erasure.GetProperty("parity").GetInt32(),
            BlockSize = erasure.GetProperty("blockSize").GetInt64(),
            Index = erasure.GetProperty("index").GetInt32(),
            Distribution = [.. Elements(erasure, "distribution").Select(shard => shard.GetInt32())],
            WholeHashes = [.. Elements(erasure, "checksum").Select(ReadHash)],
            Parts = [.. Elements(root, "parts").Select(ReadPart)],
            UserMetadata = ReadMetadata(root),
        };
        return WithHashAlgorithm(content);
    }

    private static XlWholeHash ReadHash(JsonElement hash)
    {
        string name = Text(hash, "name");
        if (!name.StartsWith("part.", StringComparison.Ordinal) || !int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int part))
        {
            throw new ErasureFormatException($"{FileName} is damaged: the checksum name is not part.N.");
        }

        return new(part, HashAlgorithm(Text(hash, "algorithm")), Convert.FromHexString(Text(hash, "hash")));
    }

    private static XlPart ReadPart(JsonElement part) => new(
        part.GetProperty("number").GetInt32(),
        part.GetProperty("size").GetInt64(),
        part.TryGetProperty("actualSize", out JsonElement actual) ? actual.GetInt64() : -1,
        Text(part, "etag"));

    private static XlMetadata ReadMetadata(JsonElement root)
    {
        if (!root.TryGetProperty("meta", out JsonElement meta) || meta.ValueKind != JsonValueKind.Object) return default;
        return XlMetadata.From([.. meta.EnumerateObject().Select(pair =>
            KeyValuePair.Create(pair.Name, System.Text.Encoding.UTF8.GetBytes(pair.Value.GetString() ?? "")))]);
    }

    private static JsonElement.ArrayEnumerator Elements(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out JsonElement array) || array.ValueKind == JsonValueKind.Null) return default;
        return array.GetArrayLength() <= XlObject.MaxParts
            ? array.EnumerateArray()
            : throw new ErasureFormatException($"{FileName} is damaged: {array.GetArrayLength()} elements of \"{name}\".");
    }

    private static string Text(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    /// <summary>RFC 3339 with up to nine digits of a second, which DateTimeOffset cuts to seven.</summary>
    private static long Nanoseconds(string time)
    {
        if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed)) return 0;
        if (parsed.Year is < 1970 or > 2261) return 0;
        long seconds = parsed.ToUnixTimeSeconds();
        int dot = time.IndexOf('.', StringComparison.Ordinal);
        int nanoseconds = 0;
        for (int i = 0, scale = 100_000_000; dot >= 0 && i < 9 && dot + 1 + i < time.Length && char.IsAsciiDigit(time[dot + 1 + i]); i++, scale /= 10)
        {
            nanoseconds += (time[dot + 1 + i] - '0') * scale;
        }

        return seconds * 1_000_000_000 + nanoseconds;
    }
}
