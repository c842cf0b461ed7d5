using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs.Health;

/// <summary><c>weir health status</c>: how the health system and the drives are.</summary>
internal sealed class StatusVerb : HealthVerb
{
    public const string Summary = "Show how scanner, healer and drives are; start and stop them.";

    private readonly Option<bool> _start = new("--start") { Description = "Start the health system first." };
    private readonly Option<bool> _stop = new("--stop") { Description = "Stop it first: jobs wait until it is started again." };
    private readonly Option<bool> _watch = new("--watch") { Description = "Show it again every second." };

    public StatusVerb() : base("status", Summary)
    {
        foreach (Option option in (Option[])[_start, _stop, _watch]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description = ["Prints whether the health system runs, the scans under way, how many repairs wait and run, the issues that stand by severity, and the drives. With --json one object with the members health, scans, heals, issues and drives."],
        Examples =
        [
            new("weir health status --watch", "Keep an eye on it."),
            new("weir health status --json | jq .issues.open_by_severity", "For a check."),
        ],
        Done = "it runs, every drive is there, and there are no issues",
        ExitCodes = [new("3", "it does not run or not in whole, a drive is not there, or there are issues")],
        Environment = HealthEnvironment,
        Files = HealthFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_start) && run.Get(_stop)) throw new UsageException("--start and --stop do not go together");
        using HealthApi api = Connect(run);
        if (run.Get(_start)) await api.PostAsync("/admin/system/start", null, cancellationToken);
        if (run.Get(_stop)) await api.PostAsync("/admin/system/stop", null, cancellationToken);
        if (!run.Get(_watch)) return await ShowAsync() ? ExitCode.Done : ExitCode.FoundProblems;
        return await WatchAsync(run, async () => await ShowAsync() && false, cancellationToken);

        Task<bool> ShowAsync() => ShowOnceAsync(run, api, cancellationToken);
    }

    /// <summary>Whether all is well.</summary>
    private async Task<bool> ShowOnceAsync(Invocation run, HealthApi api, CancellationToken cancellationToken)
    {
        JsonElement health = await api.GetAsync("/status/health", cancellationToken);
        string status = health.GetProperty("status").GetString()!;
        if (status == "Stopped")
        {
            if (run.Get(Json)) WriteWhole(run, ("health", health));
            else WriteHealth(run.Out, health);
            return false;
        }

        JsonElement scans = await api.GetAsync("/admin/scans?limit=20", cancellationToken), heals = await api.GetAsync("/admin/heals?limit=10", cancellationToken);
        JsonElement issues = await api.GetAsync("/admin/issues?limit=10", cancellationToken), drives = await api.GetAsync("/admin/drives", cancellationToken);
        bool isWell = status == "Running" && issues.GetProperty("total").GetInt64() == 0 && drives.GetProperty("drives").EnumerateArray().All(drive => drive.GetProperty("state").GetString() == "Online");
        if (run.Get(Json))
        {
            WriteWhole(run, ("health", health), ("scans", scans), ("heals", heals), ("issues", issues), ("drives", drives));
            return isWell;
        }

        WriteHealth(run.Out, health);
        run.Out.EndLine();
        WriteCounts(run.Out, "issues", issues.GetProperty("open_by_severity"));
        WriteCounts(run.Out, "repairs", heals.GetProperty("by_status"));
        run.Out.EndLine();
        HealthTables.WriteScans(run.Out, scans.GetProperty("scans").EnumerateArray().Where(scan => scan.GetProperty("status").GetString() is "Scanning" or "Queued" or "Paused"));
        run.Out.EndLine();
        HealthTables.WriteDrives(run.Out, drives.GetProperty("drives").EnumerateArray());
        return isWell;
    }

    private static void WriteHealth(OutputBuffer output, JsonElement health)
    {
        output.WriteLine($"{health.GetProperty("status").GetString()}, for {health.GetProperty("uptime_seconds").GetInt64()} s");
        TextTable.Write(output, [.. health.GetProperty("subsystems").EnumerateObject().Select(part => new[] { part.Name, HealthTables.Text(part.Value, "status"), HealthTables.Text(part.Value, "error_message") is "-" ? "" : HealthTables.Text(part.Value, "error_message") })], []);
    }

    private static void WriteCounts(OutputBuffer output, string what, JsonElement counts)
    {
        string known = string.Join(", ", counts.EnumerateObject().Where(count => count.Value.GetInt64() > 0).Select(count => $"{count.Value.GetInt64()} {count.Name}"));
        output.WriteLine($"{what}: {(known.Length == 0 ? "none" : known)}");
    }

    private static void WriteWhole(Invocation run, params ReadOnlySpan<(string Name, JsonElement Value)> members)
    {
        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            json.WriteStartObject();
            foreach ((string name, JsonElement value) in members)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        run.Out.EndLine();
    }
}
