using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;
using Weir.Hsm.Maintenance;

namespace Weir.Cli.Verbs.Hsm;

/// <summary>A round of the janitor, for people or as one JSON object.</summary>
internal static class JanitorPrinter
{
    public static void WriteText(OutputBuffer output, JanitorReport report)
    {
        string verb = report.IsDryRun ? "would be removed" : "removed";
        foreach (TopicRound round in report.Topics)
        {
            TrimDecision decision = round.Decision;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{decision.Topic}: {round.Removed:N0} records {verb} below {decision.Below}, {round.Left:N0} left for {decision.Live:N0} live actions"));
            output.WriteLine($"  no further, because {decision.Reason}");
            if (decision.Stale > 0)
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {decision.Stale:N0} stale actions hold nothing back: nothing was told of them for too long"));
                foreach (ActionExample stale in decision.StaleExamples)
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    {stale.Mdt} {stale.Action} {stale.Status} {stale.Fid}, last event {stale.LastEvent:u}"));
            }

            if (decision.LostMdts.Count > 0) output.WriteLine($"  source lost: {string.Join(", ", decision.LostMdts)}; their actions do not become stale");
        }

        if (report.Topics.Count == 0) output.WriteLine("no topics of actions");
    }

    public static void WriteJson(OutputBuffer output, JanitorReport report)
    {
        using (var json = new Utf8JsonWriter(output, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("time", report.At.UtcDateTime);
            json.WriteBoolean("dry_run", report.IsDryRun);
            json.WriteNumber("removed", report.Removed);
            json.WriteNumber("live", report.Live);
            json.WriteNumber("stale", report.Stale);
            json.WriteStartArray("topics");
            foreach (TopicRound round in report.Topics) WriteTopic(json, round);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.EndLine();
    }

    private static void WriteTopic(Utf8JsonWriter json, TopicRound round)
    {
        TrimDecision decision = round.Decision;
        json.WriteStartObject();
        json.WriteString("topic", decision.Topic);
        json.WriteString("below", decision.Below.ToString());
        json.WriteNumber("removed", round.Removed);
        json.WriteNumber("left", round.Left);
        json.WriteNumber("live", decision.Live);
        json.WriteNumber("stale", decision.Stale);
        json.WriteString("held_by", decision.Hold switch
        {
            TrimHold.LiveAction => "live-action",
            TrimHold.Consumer => "consumer",
            TrimHold.AmbiguousPurge => "ambiguous-purge",
            _ => "nothing",
        });
        json.WriteString("reason", decision.Reason);
        if (decision.Action is { } action)
        {
            json.WritePropertyName("action");
            WriteAction(json, action);
        }

        if (decision.Consumer is { } consumer) json.WriteString("consumer", consumer);
        json.WriteStartArray("stale_examples");
        foreach (ActionExample stale in decision.StaleExamples) WriteAction(json, stale);
        json.WriteEndArray();
        json.WriteStartArray("lost_mdts");
        foreach (string mdt in decision.LostMdts) json.WriteStringValue(mdt);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAction(Utf8JsonWriter json, ActionExample action)
    {
        json.WriteStartObject();
        json.WriteString("mdt", action.Mdt);
        json.WriteString("fid", action.Fid);
        json.WriteString("action", action.Action);
        json.WriteString("status", action.Status);
        if (action.Cookie is { } cookie) json.WriteString("cookie", string.Create(CultureInfo.InvariantCulture, $"0x{cookie:x}"));
        json.WriteString("last_state", action.LastState.ToString());
        json.WriteString("last_event", action.LastEvent.UtcDateTime);
        json.WriteEndObject();
    }
}
