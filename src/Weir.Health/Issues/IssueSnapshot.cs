using System.Buffers;
using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Disks;

namespace Weir.Health.Issues;

/// <summary>
/// The issues as a file, so that a start need not read the topic from its beginning, which may be trimmed: a first line
/// <c>{"format","position","heals","next","detected":[…]}</c>, then an issue a line.
/// </summary>
internal sealed record IssueSnapshot
{
    public const string FileName = "issues.snapshot";

    private const int Format = 1;
    private const long MaxBytes = 2L << 30;

    /// <summary>The last record of the topic that is in it.</summary>
    public required RecordId Position { get; init; }

    /// <summary>The last of the healer's records that was taken in.</summary>
    public required RecordId Heals { get; init; }

    /// <summary>The number of the next issue.</summary>
    public required long Next { get; init; }

    /// <summary>Issues ever detected, by severity.</summary>
    public required IReadOnlyList<long> Detected { get; init; }

    public required IReadOnlyList<HealthIssue> Issues { get; init; }

    /// <exception cref="IOException">It could not be written; the one before is still there.</exception>
    public void Write(IDisk disk, string directory)
    {
        var content = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(content);
        json.WriteStartObject();
        json.WriteNumber("format", Format);
        json.WriteString("position", Position.ToString());
        json.WriteString("heals", Heals.ToString());
        json.WriteNumber("next", Next);
        json.WriteStartArray("detected");
        foreach (long count in Detected) json.WriteNumberValue(count);
        json.WriteEndArray();
        json.WriteNumber("issues", Issues.Count);
        json.WriteEndObject();
        foreach (HealthIssue issue in Issues)
        {
            json.Flush();
            content.Write("\n"u8);
            json.Reset();
            HealthJson.WriteIssue(json, issue);
        }

        json.Flush();
        StateFile.Replace(disk, Path.Combine(directory, FileName), content.WrittenSpan);
    }

    /// <summary>Null where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="FormatException">It is no such file, or damaged.</exception>
    public static IssueSnapshot? Read(IDisk disk, string directory)
    {
        if (StateFile.Read(disk, Path.Combine(directory, FileName), MaxBytes) is not { } content) return null;
        try
        {
            ReadOnlyMemory<byte> rest = content;
            using JsonDocument first = JsonDocument.Parse(TakeLine(ref rest));
            JsonElement root = first.RootElement;
            if (root.GetProperty("format").GetInt32() != Format) throw new FormatException("it is of another version of this program");
            var issues = new List<HealthIssue>();
            while (!rest.IsEmpty)
            {
                using JsonDocument line = JsonDocument.Parse(TakeLine(ref rest));
                issues.Add(HealthJson.ReadIssue(line.RootElement) ?? throw new FormatException("a line is no issue"));
            }

            if (issues.Count != root.GetProperty("issues").GetInt32()) throw new FormatException("it is not whole");
            return new()
            {
                Position = RecordId.Parse(root.GetProperty("position").GetString()),
                Heals = RecordId.Parse(root.GetProperty("heals").GetString()),
                Next = root.GetProperty("next").GetInt64(),
                Detected = [.. root.GetProperty("detected").EnumerateArray().Select(count => count.GetInt64())],
                Issues = issues,
            };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private static ReadOnlyMemory<byte> TakeLine(ref ReadOnlyMemory<byte> rest)
    {
        int end = rest.Span.IndexOf((byte)'\n');
        ReadOnlyMemory<byte> line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return line;
    }
}
