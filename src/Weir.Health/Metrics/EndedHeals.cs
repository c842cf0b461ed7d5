using System.Text.Json;
using Weir.Feed;

namespace Weir.Health.Metrics;

/// <summary>Reads what repairs came to from <see cref="HealthTopics.Events"/>. What it cannot make out counts without shards and time.</summary>
internal static class EndedHeals
{
    /// <summary>False where the record is of something else.</summary>
    public static bool TryRead(RecordView record, out EndedHeal heal)
    {
        heal = default;
        bool isCompleted = record.Type.SequenceEqual("HealCompleted"u8);
        if (!isCompleted && !record.Type.SequenceEqual("HealFailed"u8)) return false;
        (int shards, double seconds) = ReadResult(record.Data);
        heal = new(isCompleted, shards, seconds);
        return true;
    }

    private static (int Shards, double Seconds) ReadResult(ReadOnlySpan<byte> data)
    {
        int shards = 0;
        double seconds = 0;
        try
        {
            var reader = new Utf8JsonReader(data);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth > 2) continue;
                if (reader.ValueTextEquals("shards_repaired"u8) && reader.Read() && reader.TokenType == JsonTokenType.Number) shards = reader.GetInt32();
                else if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("duration"u8) && reader.Read() && reader.TokenType == JsonTokenType.Number) seconds = reader.GetDouble();
            }
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException)
        {
            // A record of a stranger.
        }

        return (Math.Max(0, shards), double.IsFinite(seconds) ? Math.Max(0, seconds) : 0);
    }
}
