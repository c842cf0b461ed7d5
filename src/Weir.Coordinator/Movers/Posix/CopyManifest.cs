using System.Buffers;
using System.Text.Json;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>What of a version of a file tells its copy from others.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="ModifiedNs">In nanoseconds since 1970 UTC.</param>
/// <param name="Kind">What the digest is of.</param>
/// <param name="Digest">In hex, lower case.</param>
internal sealed record CopyVersion(long Size, long ModifiedNs, DigestKind Kind, string Digest);

/// <summary>
/// A copy's manifest, a JSON object in the file <c>FID.manifest</c> beside it (docs/copytools.md). It is replaced before the copy is, and names the version before as
/// well, so that whatever happens between the two the copy that is there has its checksum.
/// </summary>
internal sealed record CopyManifest
{
    /// <summary>Names of the manifest end so.</summary>
    public const string Suffix = ".manifest";

    /// <summary>A manifest is never longer: extended attributes are bounded, and Base64 makes four bytes of three.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    private const string Format = "weir-copy-1";
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public required string Fid { get; init; }

    public required CopyVersion Current { get; init; }

    /// <summary>The one that it takes the place of.</summary>
    public CopyVersion? Previous { get; init; }

    public uint Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Of the file below its mount point when it was archived.</summary>
    public string? Path { get; init; }

    public DateTimeOffset ArchivedAt { get; init; }

    public string? Agent { get; init; }

    public IReadOnlyDictionary<string, byte[]> Attributes { get; init; } = new Dictionary<string, byte[]>();

    public byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output, Indented))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("fid", Fid);
            WriteVersion(json, Current);
            json.WriteString("mode", Convert.ToString(Mode & 0xFFF, 8));
            json.WriteNumber("uid", UserId);
            json.WriteNumber("gid", GroupId);
            if (Path is not null) json.WriteString("path", Path);
            json.WriteString("archived_at", ArchivedAt.UtcDateTime);
            if (Agent is not null) json.WriteString("agent", Agent);
            if (Attributes.Count > 0)
            {
                json.WriteStartObject("xattrs");
                foreach ((string name, byte[] value) in Attributes) json.WriteBase64String(name, value);
                json.WriteEndObject();
            }

            if (Previous is not null)
            {
                json.WriteStartObject("previous");
                WriteVersion(json, Previous);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return [.. output.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Reads what stands in an archive, which is as trustworthy as its disks.</summary>
    /// <exception cref="FormatException">It is no manifest, or not this fid's; the message says why.</exception>
    public static CopyManifest Read(ReadOnlyMemory<byte> text, string fid)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            string format = root.GetProperty("format").GetString() ?? "";
            if (format != Format) throw new FormatException($"its format is '{format}'");
            if (root.GetProperty("fid").GetString() != fid) throw new FormatException("it is another file's");
            var attributes = new Dictionary<string, byte[]>();
            if (root.TryGetProperty("xattrs", out JsonElement xattrs))
                foreach (JsonProperty attribute in xattrs.EnumerateObject()) attributes[attribute.Name] = attribute.Value.GetBytesFromBase64();
            return new()
            {
                Fid = fid,
                Current = ReadVersion(root),
                Previous = root.TryGetProperty("previous", out JsonElement previous) ? ReadVersion(previous) : null,
                Attributes = attributes,
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"it is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>The version that a copy of this size and time is of; null when it is of none.</summary>
    public CopyVersion? Find(long size, long modifiedNs) =>
        Matches(Current, size, modifiedNs) ? Current : Matches(Previous, size, modifiedNs) ? Previous : null;

    private static bool Matches(CopyVersion? version, long size, long modifiedNs) => version is not null && version.Size == size && version.ModifiedNs == modifiedNs;

    private static void WriteVersion(Utf8JsonWriter json, CopyVersion version)
    {
        json.WriteNumber("size", version.Size);
        json.WriteNumber("mtime_ns", version.ModifiedNs);
        json.WriteString(version.Kind == DigestKind.Plain ? "sha256" : "sha256_sparse", version.Digest);
    }

    private static CopyVersion ReadVersion(JsonElement from)
    {
        bool isPlain = from.TryGetProperty("sha256", out JsonElement digest);
        string text = (isPlain ? digest : from.GetProperty("sha256_sparse")).GetString() ?? "";
        if (text.Length != 64 || !text.All(char.IsAsciiHexDigitLower)) throw new FormatException("its checksum is no SHA-256");
        return new(from.GetProperty("size").GetInt64(), from.GetProperty("mtime_ns").GetInt64(), isPlain ? DigestKind.Plain : DigestKind.Sparse, text);
    }
}
