using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs.Coordinator;

/// <summary>A coordinator's status for people.</summary>
internal static class StatusTable
{
    private static readonly string[] Kinds = ["restore", "archive", "remove"];

    public static void Write(OutputBuffer output, JsonElement status, DateTimeOffset now)
    {
        string locked = Number(status, "locked") switch { 1 => "  LOCKED: nothing is handed out", 2 => "  LOCKED: ends when nothing runs", _ => "" };
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Number(status, "clients_connected")} connected{locked}"));
        List<string[]> totals = [["", .. Kinds, "cancel"]];
        foreach (string what in (string[])["running", "pending", "done"]) totals.Add([what, .. Kinds.Append("cancel").Select(kind => Text(Number(status, $"{what}_{kind}")))]);
        output.EndLine();
        TextTable.Write(output, totals, [1, 2, 3, 4]);
        WriteWaiting(output, status, now);
        WriteAgents(output, status, now);
    }

    public static void WriteExplanations(OutputBuffer output, JsonElement answer, DateTimeOffset now)
    {
        foreach (JsonElement request in answer.GetProperty("requests").EnumerateArray())
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{request.GetProperty("action").GetString()} 0x{(ulong)Number(request, "hai_cookie"):x} [{request.GetProperty("hai_dfid").GetString()}], archive {Number(request, "archive_id")}, class {request.GetProperty("class").GetString()}"));
            output.WriteLine($"  {request.GetProperty("place").GetString()} for {Age(Number(request, "since"), now)}; accepted {Age(Number(request, "accepted"), now)} ago");
            if (request.TryGetProperty("agent", out JsonElement agent)) output.WriteLine(Printable.Line($"  agent {agent.GetString()}"));
            if (request.TryGetProperty("share", out JsonElement share)) output.WriteLine(Printable.Line($"  share of {share.GetString()}"));
            if (request.TryGetProperty("ahead", out JsonElement ahead))
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {(Number(request, "ahead_is_bound") != 0 ? "at most " : "")}{ahead.GetInt64()} before it"));
            if (Number(request, "requeues") is > 0 and var requeues) output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  came back from agents {requeues} times"));
            if (Number(request, "cancelled") != 0) output.WriteLine("  cancelled by its user");
            if (Number(request, "stuck") != 0) output.WriteLine("  reported as stuck");
            foreach (JsonElement reason in request.GetProperty("reasons").EnumerateArray()) output.WriteLine(Printable.Line($"  {reason.GetString()}"));
        }
    }

    private static void WriteWaiting(OutputBuffer output, JsonElement status, DateTimeOffset now)
    {
        if (!status.TryGetProperty("waiting", out JsonElement waiting) || waiting.GetArrayLength() == 0) return;
        List<string[]> rows = [["waiting", "class", "requests", "oldest"]];
        foreach (JsonElement one in waiting.EnumerateArray())
            rows.Add([one.GetProperty("action").GetString()!.ToLowerInvariant(), one.GetProperty("class").GetString()!, Text(Number(one, "count")), Age(Number(one, "oldest_since"), now)]);
        output.EndLine();
        TextTable.Write(output, rows, [2, 3]);
    }

    private static void WriteAgents(OutputBuffer output, JsonElement status, DateTimeOffset now)
    {
        if (!status.TryGetProperty("clients", out JsonElement clients)) return;
        List<string[]> rows = [["agent", "state", .. Kinds, "done", "batches"]];
        foreach (JsonElement client in clients.EnumerateArray())
        {
            string state = client.TryGetProperty("status", out JsonElement known) ? known.GetString()! : "";
            if (state == "init") continue;
            if (Number(client, "disconnected_timestamp") is > 0 and var since) state += $" {Age(since / 1_000_000, now)}";
            string batches = client.TryGetProperty("batches", out JsonElement slots)
                ? string.Join(", ", slots.EnumerateArray().Select(slot => $"{slot.GetProperty("hint").GetString()} ({Number(slot, "current_count") + Number(slot, "waiting_archive")})"))
                : "";
            rows.Add([
                client.GetProperty("client_id").GetString()!, state, .. Kinds.Select(kind => Text(Number(client, $"current_{kind}"))), Text(Kinds.Sum(kind => Number(client, $"done_{kind}"))),
                batches,
            ]);
        }

        if (rows.Count == 1) return;
        output.EndLine();
        TextTable.Write(output, rows, [2, 3, 4, 5]);
    }

    private static long Number(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.TryGetInt64(out long number) ? number : 0;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Age(long sinceMs, DateTimeOffset now)
    {
        TimeSpan age = now - DateTimeOffset.FromUnixTimeMilliseconds(sinceMs);
        return age switch
        {
            { TotalSeconds: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, age.TotalSeconds):0} s"),
            { TotalMinutes: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} min"),
            { TotalHours: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} h"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} d"),
        };
    }
}
