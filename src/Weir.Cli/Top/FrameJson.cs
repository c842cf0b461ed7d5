using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Cli.Verbs;
using Weir.Feed;
using Weir.Hsm.Top;

namespace Weir.Cli.Top;

/// <summary>A frame as one JSON object. Times are RFC 3339, ages seconds, rates per second over the last minute.</summary>
internal static class FrameJson
{
    public static void Write(OutputBuffer output, TopFrame frame, string feed)
    {
        using (var json = new Utf8JsonWriter(output, OutputJson.Indented))
        {
            json.WriteStartObject();
            json.WriteString("time", frame.Time);
            json.WriteString("feed", feed);
            json.WriteNumber("live_actions", frame.Totals.Live);
            json.WriteNumber("live_actions_unfiltered", frame.AllLive);
            json.WriteNumber("events_replayed", frame.Events);
            json.WriteNumber("unreadable_records", frame.Unreadable);
            if (frame.LastId == RecordId.Zero) json.WriteNull("last_event");
            else WriteLast(json, frame);
            WriteTotals(json, frame);
            WriteRows(json, frame);
            WriteActions(json, "oldest_waiting", frame, frame.OldestWaiting);
            WriteActions(json, "stuck", frame, frame.Stuck);
            WriteLost(json, frame);
            json.WriteEndObject();
        }

        output.EndLine();
    }

    private static void WriteLast(Utf8JsonWriter json, TopFrame frame)
    {
        json.WriteStartObject("last_event");
        json.WriteString("id", frame.LastId.ToString());
        json.WriteNumber("age_seconds", Seconds(frame.Time - frame.LastId.Time));
        json.WriteEndObject();
    }

    private static void WriteTotals(Utf8JsonWriter json, TopFrame frame)
    {
        TopTotals totals = frame.Totals;
        json.WriteStartObject("totals");
        json.WriteNumber("waiting", totals.Waiting);
        json.WriteNumber("started", totals.Started);
        json.WriteNumber("succeeded", totals.Succeeded);
        json.WriteNumber("failed", totals.Failed);
        json.WriteNumber("canceled", totals.Canceled);
        json.WriteNumber("stuck", totals.Stuck);
        json.WriteNumber("stuck_after_seconds", (long)frame.Query.StuckAfter.TotalSeconds);
        json.WriteEndObject();
        json.WriteStartObject("rates");
        json.WriteNumber("events", Rate(frame.EventsPerSecond));
        json.WriteNumber("new", Rate(totals.AddedPerSecond));
        json.WriteNumber("succeeded", Rate(totals.SucceededPerSecond));
        json.WriteNumber("failed", Rate(totals.FailedPerSecond));
        json.WriteNumber("gone", Rate(totals.RemovedPerSecond));
        json.WriteEndObject();
    }

    private static void WriteRows(Utf8JsonWriter json, TopFrame frame)
    {
        json.WriteStartArray("rows");
        foreach (TopRow row in frame.Rows)
        {
            json.WriteStartObject();
            if (row.Mdt is not null) json.WriteString("mdt", row.Mdt);
            if (row.ArchiveId is { } archive) json.WriteNumber("archive", archive);
            if (row.Action is not null) json.WriteString("action", row.Action);
            if (row.Status is not null) json.WriteString("status", row.Status);
            json.WriteNumber("count", row.Count);
            json.WriteNumber("in_per_second", Rate(row.InPerSecond));
            json.WriteNumber("out_per_second", Rate(row.OutPerSecond));
            if (row.OldestSince is { } since) json.WriteNumber("oldest_age_seconds", Seconds(frame.Time - since));
            json.WriteNumber("stuck", row.Stuck);
            if (frame.Query.Grouping == TopGrouping.Mdt) json.WriteBoolean("lost", row.IsLost);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteActions(Utf8JsonWriter json, string name, TopFrame frame, IReadOnlyList<AgedAction> actions)
    {
        json.WriteStartArray(name);
        foreach (AgedAction action in actions)
        {
            json.WriteStartObject();
            json.WriteString("mdt", action.Mdt);
            json.WriteString("fid", action.Fid);
            json.WriteString("action", action.Action);
            json.WriteString("status", action.Status);
            json.WriteNumber("archive", action.ArchiveId);
            json.WriteString("since", action.Since);
            json.WriteNumber("age_seconds", Seconds(frame.Time - action.Since));
            json.WriteString("first_seen", action.FirstSeen);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLost(Utf8JsonWriter json, TopFrame frame)
    {
        json.WriteStartArray("lost_sources");
        foreach (LostSource lost in frame.Lost)
        {
            json.WriteStartObject();
            json.WriteString("mdt", lost.Mdt);
            json.WriteString("since", lost.Since);
            json.WriteNumber("age_seconds", Seconds(frame.Time - lost.Since));
            json.WriteString("reported_by", lost.ReportedBy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static long Seconds(TimeSpan age) => Math.Max(0, (long)age.TotalSeconds);

    private static double Rate(double rate) => Math.Round(rate, 3);
}
