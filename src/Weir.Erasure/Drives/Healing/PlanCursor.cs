using System.Text.Json;

namespace Weir.Erasure.Drives.Healing;

/// <summary>How far a run is.</summary>
public sealed record PlanCursor
{
    /// <summary>Whether everything was looked at, so that the plan is complete.</summary>
    public bool IsPlanned { get; init; }

    /// <summary>Whether the run ended, with everything done that could be.</summary>
    public bool IsFinished { get; init; }

    /// <summary>Objects of the plan, from its beginning, that are done.</summary>
    public long Done { get; init; }

    /// <summary>Objects of the plan.</summary>
    public long Objects { get; init; }

    /// <summary>Versions that are not in order and are left as they are.</summary>
    public long Refused { get; init; }

    /// <summary>Bytes of shards that they read.</summary>
    public long ReadBytes { get; init; }

    /// <summary>Bytes of shards that they write.</summary>
    public long WriteBytes { get; init; }

    public PlanCursor With(PlannedObject planned) =>
        this with { Objects = Objects + 1, ReadBytes = ReadBytes + planned.ReadBytes, WriteBytes = WriteBytes + planned.WriteBytes };

    /// <summary>One that cannot be read is at the beginning: work that is done is found done.</summary>
    public static PlanCursor Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            return new()
            {
                IsPlanned = root.GetProperty("planned").GetBoolean(),
                IsFinished = root.GetProperty("finished").GetBoolean(),
                Done = root.GetProperty("done").GetInt64(),
                Objects = root.GetProperty("objects").GetInt64(),
                Refused = root.GetProperty("refused").GetInt64(),
                ReadBytes = root.GetProperty("read_bytes").GetInt64(),
                WriteBytes = root.GetProperty("write_bytes").GetInt64(),
            };
        }
        catch (Exception error) when (error is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new();
        }
    }

    /// <summary>Replaces the file at once.</summary>
    public void Write(string path)
    {
        using (FileStream file = File.Create(path + ".new"))
        using (var json = new Utf8JsonWriter(file))
        {
            json.WriteStartObject();
            json.WriteBoolean("planned", IsPlanned);
            json.WriteBoolean("finished", IsFinished);
            json.WriteNumber("done", Done);
            json.WriteNumber("objects", Objects);
            json.WriteNumber("refused", Refused);
            json.WriteNumber("read_bytes", ReadBytes);
            json.WriteNumber("write_bytes", WriteBytes);
            json.WriteEndObject();
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
