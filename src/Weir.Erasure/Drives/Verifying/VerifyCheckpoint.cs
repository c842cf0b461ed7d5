using System.Text.Json;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>
/// How far a verification came and what it had found, as a file: a run that was stopped goes on from it. Replaced atomically. Objects
/// after the last writing are verified, and counted, again.
/// </summary>
public sealed class VerifyCheckpoint
{
    private const int FormatVersion = 1;
    private const int MaxBytes = 64 << 20;

    /// <summary>What the run was asked to do; another run must ask the same.</summary>
    public required string Task { get; init; }

    /// <summary>By pool and set: the last object's directory that is done; null for a set that is done as a whole.</summary>
    public Dictionary<(int Pool, int Set), string?> Done { get; } = [];

    public VerifyTally Tally { get; init; } = new();

    /// <summary>Seconds that earlier runs took.</summary>
    public double Seconds { get; set; }

    /// <summary>Files and directories that earlier runs looked at, on all drives.</summary>
    public long Files { get; set; }

    /// <summary>Bytes that earlier runs read.</summary>
    public long Bytes { get; set; }

    /// <summary>Reads a file; null where there is none.</summary>
    /// <exception cref="ErasureFormatException">It is no such file, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static VerifyCheckpoint? Read(string path)
    {
        if (!File.Exists(path)) return null;
        if (new FileInfo(path).Length > MaxBytes) throw new ErasureFormatException($"{path} is larger than any checkpoint.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new ErasureFormatException($"{path} is no checkpoint of a verification, or damaged: {error.Message}", error);
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string path)
    {
        string temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            using (var json = new Utf8JsonWriter(file)) Write(json);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("format", FormatVersion);
        json.WriteString("task", Task);
        json.WriteNumber("seconds", Seconds);
        json.WriteNumber("files", Files);
        json.WriteNumber("bytes", Bytes);
        json.WriteStartArray("sets");
        foreach (((int pool, int set), string? after) in Done)
        {
            json.WriteStartObject();
            json.WriteNumber("pool", pool);
            json.WriteNumber("set", set);
            json.WriteString("after", after);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("tally");
        VerifyReportJson.Write(json, Tally);
        json.WriteEndObject();
    }

    private static VerifyCheckpoint Read(JsonElement root)
    {
        if (root.GetProperty("format").GetInt32() != FormatVersion) throw new FormatException("it is of another version of this program");
        var checkpoint = new VerifyCheckpoint
        {
            Task = root.GetProperty("task").GetString() ?? "",
            Seconds = root.GetProperty("seconds").GetDouble(),
            Files = root.GetProperty("files").GetInt64(),
            Bytes = root.GetProperty("bytes").GetInt64(),
            Tally = VerifyReportJson.Read(root.GetProperty("tally")),
        };
        foreach (JsonElement set in root.GetProperty("sets").EnumerateArray())
        {
            checkpoint.Done[(set.GetProperty("pool").GetInt32(), set.GetProperty("set").GetInt32())] = set.GetProperty("after").GetString();
        }

        return checkpoint;
    }
}
