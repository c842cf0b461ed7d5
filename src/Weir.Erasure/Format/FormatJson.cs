using System.Text;
using System.Text.Json;

namespace Weir.Erasure.Format;

/// <summary>The identity of a drive: format.json in .minio.sys or .rustfs.sys, versions 1 to 3.</summary>
/// <param name="DeploymentId">Shared by all pools of a deployment; its 16 bytes are the key of the placement hash.</param>
/// <param name="DriveId">This drive.</param>
/// <param name="Sets">The drives of the pool: for each set the drive at each position. The same on every drive.</param>
/// <param name="Algorithm">How objects are placed.</param>
/// <param name="Version">The version of the "xl" section, 1 to 3.</param>
/// <param name="SingleDrive">Whether it is a deployment of one drive ("xl-single").</param>
public sealed record FormatJson(
    Guid DeploymentId, Guid DriveId, IReadOnlyList<IReadOnlyList<Guid>> Sets, DistributionAlgorithm Algorithm, int Version, bool SingleDrive)
{
    public const string FileName = "format.json";

    /// <summary>The largest file that is read; 10,000 drives take 400 KB.</summary>
    public const int MaxBytes = 1 << 20;

    private const int MaxDrives = 16_384;

    /// <summary>Stands at a position whose drive is known to be lost.</summary>
    public static Guid LostDrive { get; } = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    /// <exception cref="ErasureFormatException">It is damaged, of a kind that has no shards, or newer than this program.</exception>
    public static FormatJson Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes) throw new ErasureFormatException($"{FileName} has {json.Length} bytes; more than {MaxBytes} are not read.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new() { MaxDepth = 16 });
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ErasureFormatException($"{FileName} is damaged: {error.Message}", error);
        }
    }

    /// <summary>The drive's set and its position there, or null where the matrix does not know it.</summary>
    public (int Set, int Position)? Find(Guid drive)
    {
        for (int set = 0; set < Sets.Count; set++)
        {
            for (int position = 0; position < Sets[set].Count; position++)
            {
                if (Sets[set][position] == drive) return (set, position);
            }
        }

        return null;
    }

    /// <summary>Whether another drive's file describes the same pool.</summary>
    public bool IsSamePool(FormatJson other) =>
        DeploymentId == other.DeploymentId && Algorithm.IsCrc() == other.Algorithm.IsCrc() && Sets.Count == other.Sets.Count
        && Sets.Zip(other.Sets).All(pair => pair.First.SequenceEqual(pair.Second));

    /// <summary>The file in its current version.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("version", "1");
            writer.WriteString("format", SingleDrive ? "xl-single" : "xl");
            writer.WriteString("id", DeploymentId);
            writer.WriteStartObject("xl");
            writer.WriteString("version", "3");
            writer.WriteString("this", DriveId);
            writer.WriteStartArray("sets");
            foreach (IReadOnlyList<Guid> set in Sets)
            {
                writer.WriteStartArray();
                foreach (Guid drive in set) writer.WriteStringValue(drive);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            // The plus sign stands as itself in the servers' files.
            writer.WritePropertyName("distributionAlgo");
            writer.WriteRawValue($"\"{Algorithm.Name()}\"");
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static FormatJson Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new ErasureFormatException($"{FileName} is damaged: it is no JSON object.");
        string kind = Text(root, "format"), version = Text(root, "version");
        if (version != "1") throw new ErasureFormatException($"{FileName} has the version \"{Excerpt(version)}\"; known is \"1\".");
        if (kind is not ("xl" or "xl-single"))
        {
            throw new ErasureFormatException(kind == "fs"
                ? $"{FileName} is of the retired single-disk mode (\"fs\"), which has no shards."
                : $"{FileName} is of the kind \"{Excerpt(kind)}\"; known are \"xl\" and \"xl-single\".");
        }

        JsonElement xl = root.GetProperty("xl");
        // Deployments of the first versions had no id; their hash does not use one.
        Guid id = root.TryGetProperty("id", out JsonElement given) && given.GetString() is { Length: > 0 } text ? Id(text) : Guid.Empty;
        return Check(Text(xl, "version") switch
        {
            "1" => new(id, Id(Text(xl, "disk")), [Drives(xl.GetProperty("jbod"))], DistributionAlgorithm.CrcMod, 1, false),
            "2" => new(id, Id(Text(xl, "this")), ReadSets(xl), ReadAlgorithm(xl), 2, kind == "xl-single"),
            "3" => new(id, Id(Text(xl, "this")), ReadSets(xl), ReadAlgorithm(xl), 3, kind == "xl-single"),
            string other => throw new ErasureFormatException($"{FileName} has the xl version \"{Excerpt(other)}\"; known are \"1\" to \"3\"."),
        });
    }

    private static FormatJson Check(FormatJson format)
    {
        int size = format.Sets.Count == 0 ? 0 : format.Sets[0].Count;
        if (size is < 1 or > Coding.ReedSolomon.MaxShards || format.Sets.Any(set => set.Count != size))
        {
            throw new ErasureFormatException($"{FileName} has sets of {string.Join(", ", format.Sets.Take(8).Select(set => set.Count))} drives; they must be alike, of 1 to 16.");
        }

        var seen = new HashSet<Guid>();
        foreach (Guid drive in format.Sets.SelectMany(set => set))
        {
            if (drive != LostDrive && !seen.Add(drive)) throw new ErasureFormatException($"{FileName} names the drive {drive} twice.");
        }

        if (format.DeploymentId == Guid.Empty && !format.Algorithm.IsCrc())
        {
            throw new ErasureFormatException($"{FileName} has no deployment id, which {format.Algorithm.Name()} needs.");
        }

        return format;
    }

    private static List<IReadOnlyList<Guid>> ReadSets(JsonElement xl)
    {
        var sets = new List<IReadOnlyList<Guid>>();
        int drives = 0;
        foreach (JsonElement set in xl.GetProperty("sets").EnumerateArray())
        {
            sets.Add(Drives(set));
            drives += sets[^1].Count;
            if (drives > MaxDrives) throw new ErasureFormatException($"{FileName} names more than {MaxDrives} drives.");
        }

        return sets;
    }

    private static List<Guid> Drives(JsonElement set)
    {
        if (set.GetArrayLength() > MaxDrives) throw new ErasureFormatException($"{FileName} names more than {MaxDrives} drives.");
        return [.. set.EnumerateArray().Select(drive => Id(drive.GetString() ?? ""))];
    }

    private static DistributionAlgorithm ReadAlgorithm(JsonElement xl) => Text(xl, "distributionAlgo") switch
    {
        "CRCMOD" or "" => DistributionAlgorithm.CrcMod,
        "SIPMOD" => DistributionAlgorithm.SipMod,
        "SIPMOD+PARITY" => DistributionAlgorithm.SipModParity,
        string other => throw new ErasureFormatException($"{FileName} has the distribution algorithm \"{Excerpt(other)}\", which is not known."),
    };

    private static Guid Id(string text) =>
        Guid.TryParseExact(text, "D", out Guid id) ? id : throw new ErasureFormatException($"{FileName} is damaged: \"{Excerpt(text)}\" is no UUID.");

    private static string Text(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    private static string Excerpt(string text)
    {
        var safe = new StringBuilder();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, 64))) safe.Append(char.IsControl(c) ? '?' : c);
        return safe.ToString();
    }
}
