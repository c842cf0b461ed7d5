using System.Text.Json;
using Weir.Coordinator.Core;

namespace Weir.Coordinator.Journal;

/// <summary>What the journal says beside the requests, at the beginning and the end of a snapshot.</summary>
internal sealed record JournalFrame
{
    public LockMode Lock { get; init; }

    /// <summary>The number that the next agent gets.</summary>
    public int NextAgent { get; init; }

    public WorkCounts Done { get; init; }

    public long CancelsDone { get; init; }

    public IReadOnlyList<AgentRecord> Agents { get; init; } = [];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("mode"u8, (int)Lock);
        json.WriteNumber("next"u8, NextAgent);
        json.WritePropertyName("done"u8);
        Write(json, Done);
        json.WriteNumber("cancels"u8, CancelsDone);
        json.WriteStartArray("agents"u8);
        foreach (AgentRecord agent in Agents)
        {
            json.WriteStartObject();
            json.WriteNumber("a"u8, agent.Number);
            json.WriteString("id"u8, agent.Id);
            json.WritePropertyName("done"u8);
            Write(json, agent.Done);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <exception cref="JsonException">It is not what the journal writes.</exception>
    public static JournalFrame Read(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        using var document = JsonDocument.ParseValue(ref reader);
        JsonElement root = document.RootElement;
        try
        {
            return new()
            {
                Lock = (LockMode)root.GetProperty("mode"u8).GetByte(),
                NextAgent = root.GetProperty("next"u8).GetInt32(),
                Done = ReadCounts(root.GetProperty("done"u8)),
                CancelsDone = root.GetProperty("cancels"u8).GetInt64(),
                Agents =
                [
                    .. root.GetProperty("agents"u8).EnumerateArray().Select(agent => new AgentRecord(
                        agent.GetProperty("a"u8).GetInt32(), agent.GetProperty("id"u8).GetString()!, ReadCounts(agent.GetProperty("done"u8)))),
                ],
            };
        }
        catch (Exception wrong) when (wrong is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException("A snapshot's frame in the journal is not as this version writes it.", wrong);
        }
    }

    private static void Write(Utf8JsonWriter json, WorkCounts counts)
    {
        json.WriteStartArray();
        json.WriteNumberValue(counts.Archive);
        json.WriteNumberValue(counts.Restore);
        json.WriteNumberValue(counts.Remove);
        json.WriteEndArray();
    }

    private static WorkCounts ReadCounts(JsonElement counts) => new()
    {
        Archive = counts[0].GetInt64(),
        Restore = counts[1].GetInt64(),
        Remove = counts[2].GetInt64(),
    };
}

/// <summary>An agent in a snapshot.</summary>
internal sealed record AgentRecord(int Number, string Id, WorkCounts Done);
