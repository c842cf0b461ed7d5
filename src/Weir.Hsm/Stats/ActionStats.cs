using System.Text.Json;
using Weir.Feed;

namespace Weir.Hsm.Stats;

/// <summary>
/// The numbers of all live actions and of the topics that tell of them. As JSON they have the names and the shape of the Python tools'
/// <c>hsm-stream-stats</c>, which sites parse with Telegraf's json_v2.
/// </summary>
public sealed record ActionStats
{
    public required long TotalLiveActions { get; init; }

    /// <summary>Seconds since the oldest live action was first seen; 0 when there is none.</summary>
    public required long OldestLiveActionAgeSeconds { get; init; }

    public required long TotalEventsReplayed { get; init; }

    public required long TotalStreamEntries { get; init; }

    /// <summary>In ordinal order of the topics' names.</summary>
    public required IReadOnlyList<StreamStats> Streams { get; init; }

    /// <summary>In ordinal order of MDT, action and status.</summary>
    public required IReadOnlyList<ActionCount> Breakdown { get; init; }

    /// <summary>Records that are no events. Not part of the JSON.</summary>
    public required long Unreadable { get; init; }

    /// <summary>What of the topics could not be read. Not part of the JSON.</summary>
    public required IReadOnlyList<FeedGap> Gaps { get; init; }

    /// <summary>Writes <c>{"summary":{…},"streams":[…],"breakdown":[…]}</c>.</summary>
    public void WriteJson(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteStartObject("summary"u8);
        json.WriteNumber("total_live_actions"u8, TotalLiveActions);
        json.WriteNumber("oldest_live_action_age_seconds"u8, OldestLiveActionAgeSeconds);
        json.WriteNumber("total_events_replayed"u8, TotalEventsReplayed);
        json.WriteNumber("total_stream_entries"u8, TotalStreamEntries);
        json.WriteEndObject();
        json.WriteStartArray("streams"u8);
        foreach (StreamStats stream in Streams)
        {
            json.WriteStartObject();
            json.WriteString("mdt"u8, stream.Mdt);
            json.WriteNumber("length"u8, stream.Length);
            json.WriteNumber("age_seconds"u8, stream.AgeSeconds);
            json.WriteNumber("newest_entry_age_seconds"u8, stream.NewestEntryAgeSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("breakdown"u8);
        foreach (ActionCount count in Breakdown)
        {
            json.WriteStartObject();
            json.WriteString("mdt"u8, count.Mdt);
            json.WriteString("action"u8, count.Action);
            json.WriteString("status"u8, count.Status);
            json.WriteNumber("count"u8, count.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }
}

/// <param name="Mdt">The MDT; for a topic of all MDTs the topic's name.</param>
/// <param name="Length">Records in the topic.</param>
/// <param name="AgeSeconds">Seconds since its first record was appended; 0 when it is empty.</param>
/// <param name="NewestEntryAgeSeconds">Seconds since its last record was appended; 0 when it is empty.</param>
public sealed record StreamStats(string Mdt, long Length, long AgeSeconds, long NewestEntryAgeSeconds);

/// <param name="Mdt">The MDT.</param>
/// <param name="Action">The action as the MDT names it; "unknown" when nobody has told.</param>
/// <param name="Status">The status as the MDT names it; "unknown" when nobody has told.</param>
/// <param name="Count">Live actions with these three.</param>
public sealed record ActionCount(string Mdt, string Action, string Status, long Count);
