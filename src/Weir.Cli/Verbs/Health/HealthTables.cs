using System.Globalization;
using System.Text.Json;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs.Health;

/// <summary>What the health API answers, for people.</summary>
internal static class HealthTables
{
    private const string Unknown = "-";

    public static void WriteScans(OutputBuffer output, IEnumerable<JsonElement> scans)
    {
        List<string[]> rows = [["scan", "status", "strategy", "mode", "done", "objects", "issues", "objects/s", "elapsed", "left"]];
        foreach (JsonElement scan in scans)
        {
            JsonElement progress = scan.GetProperty("progress"), strategy = scan.GetProperty("strategy");
            rows.Add(
            [
                Text(scan, "scan_id"), Text(scan, "status"), Text(strategy, "type"), Text(strategy, "mode"), Percentage(progress), Text(progress, "objects_scanned"), Text(progress, "issues_detected"),
                Text(progress, "scan_rate_ops"), Text(progress, "elapsed_time"), Text(progress, "estimated_remaining"),
            ]);
        }

        if (rows.Count == 1) output.WriteLine("no scans");
        else TextTable.Write(output, rows, [4, 5, 6, 7]);
    }

    public static void WriteScan(OutputBuffer output, JsonElement scan)
    {
        JsonElement progress = scan.GetProperty("progress");
        List<string[]> rows = [["scan", Text(scan, "scan_id")], ["status", Text(scan, "status")]];
        if (scan.TryGetProperty("strategy", out JsonElement strategy)) rows.Add(["strategy", $"{Text(strategy, "type")} {Text(strategy, "mode")}".TrimEnd()]);
        rows.AddRange([["done", Percentage(progress)], ["objects", Text(progress, "objects_scanned")], ["bytes", Text(progress, "bytes_scanned")], ["issues", Text(progress, "issues_detected")], ["objects/s", Text(progress, "scan_rate_ops")],
            ["bytes/s", Text(progress, "scan_rate_bps")], ["elapsed", Text(progress, "elapsed_time")], ["left", Text(progress, "estimated_remaining")]]);
        foreach (string name in (string[])["incident_id", "resumes_at", "error"])
        {
            if (scan.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String) rows.Add([name.Split('_')[0], value.GetString()!]);
        }

        if (scan.TryGetProperty("estimate", out JsonElement estimate) && estimate.ValueKind == JsonValueKind.Object)
            rows.Add(["estimate", $"{Text(estimate, "issues")} issues in {Text(estimate, "objects")} objects, with 95 % from {Text(estimate, "low")} to {Text(estimate, "high")}"]);
        TextTable.Write(output, rows, []);
    }

    public static void WriteIssues(OutputBuffer output, IEnumerable<JsonElement> issues)
    {
        List<string[]> rows = [["severity", "type", "object", "version", "what", "since", "issue"]];
        foreach (JsonElement issue in issues)
        {
            string place = Text(issue, "bucket") is "" or Unknown ? string.Join(' ', issue.TryGetProperty("drives", out JsonElement drives) ? drives.EnumerateArray().Select(drive => drive.GetString()) : []) : $"{Text(issue, "bucket")}/{Text(issue, "object")}";
            rows.Add([Text(issue, "severity"), Text(issue, "issue_type"), place, Text(issue, "version_id"), Text(issue, "description"), Time(issue, "detected_at"), Text(issue, "issue_id")]);
        }

        if (rows.Count == 1) output.WriteLine("no issues");
        else TextTable.Write(output, rows, []);
    }

    public static void WriteHeals(OutputBuffer output, IEnumerable<JsonElement> heals)
    {
        List<string[]> rows = [["repair", "status", "priority", "mode", "object", "tries", "position", "repaired", "strategy", "error"]];
        foreach (JsonElement heal in heals)
        {
            JsonElement result = heal.GetProperty("result");
            bool hasResult = result.ValueKind == JsonValueKind.Object;
            string place = heal.TryGetProperty("drive", out JsonElement drive) && drive.ValueKind == JsonValueKind.String ? drive.GetString()! : $"{Text(heal, "bucket")}/{Text(heal, "object")}";
            rows.Add(
            [
                Text(heal, "heal_request_id"), Text(heal, "status"), Text(heal, "priority"), Text(heal, "mode"), place, Text(heal, "attempts"), Text(heal, "queue_position"),
                hasResult ? Text(result, "shards_repaired") : Unknown, hasResult ? Text(result, "strategy_used") : Unknown, Text(heal, "error"),
            ]);
        }

        if (rows.Count == 1) output.WriteLine("no repairs");
        else TextTable.Write(output, rows, [5, 6, 7]);
    }

    public static void WriteHeal(OutputBuffer output, JsonElement heal)
    {
        WriteHeals(output, [heal]);
        JsonElement result = heal.GetProperty("result");
        if (result.ValueKind != JsonValueKind.Object) return;
        List<string[]> rows = [["verified", "holds", "took", "what"]];
        foreach (JsonElement validation in result.GetProperty("validation_results").EnumerateArray())
            rows.Add([Text(validation, "validation_type"), validation.GetProperty("passed").GetBoolean() ? "yes" : "no", Text(validation, "duration"), Text(validation, "details")]);
        output.EndLine();
        TextTable.Write(output, rows, []);
        if (!result.TryGetProperty("unrepaired_versions", out JsonElement unrepaired)) return;
        output.EndLine();
        TextTable.Write(output, [["not repaired", "verdict", "why"], .. unrepaired.EnumerateArray().Select(version => new[] { Text(version, "version_id"), Text(version, "verdict"), Text(version, "reason") })], []);
    }

    public static void WriteDrives(OutputBuffer output, IEnumerable<JsonElement> drives)
    {
        List<string[]> rows = [["drive", "state", "pool", "set", "position", "read errors", "why"]];
        foreach (JsonElement drive in drives) rows.Add([Text(drive, "path"), Text(drive, "state"), Text(drive, "pool_name"), Text(drive, "set"), Text(drive, "position"), Text(drive, "read_errors"), Text(drive, "detail")]);
        TextTable.Write(output, rows, [3, 4, 5]);
    }

    /// <summary>A member as text; a dash where it is not there or null.</summary>
    public static string Text(JsonElement value, string name) => !value.TryGetProperty(name, out JsonElement member) ? Unknown : member.ValueKind switch
    {
        JsonValueKind.Null => Unknown,
        JsonValueKind.String => member.GetString()!,
        _ => member.GetRawText(),
    };

    private static string Percentage(JsonElement progress) => progress.GetProperty("completion_percentage") is { ValueKind: JsonValueKind.Number } known
        ? string.Create(CultureInfo.InvariantCulture, $"{known.GetDouble():0.#} %") : Unknown;

    private static string Time(JsonElement value, string name) =>
        value.GetProperty(name).TryGetDateTimeOffset(out DateTimeOffset time) ? time.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : Unknown;
}
