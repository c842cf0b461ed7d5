using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Health;

/// <summary><c>weir health scan</c>: starts scans, watches them, and tells them what to do.</summary>
internal sealed class ScanVerb : HealthVerb
{
    public const string Summary = "Start, watch, pause, resume and cancel scans.";

    private static readonly string[] Actions = ["list", "start", "status", "issues", "pause", "resume", "cancel"];

    private readonly Argument<string?> _action = new("ACTION") { Arity = ArgumentArity.ZeroOrOne, Description = $"{string.Join(", ", Actions)}; list when nothing is said." };
    private readonly Argument<string?> _id = new("ID") { Arity = ArgumentArity.ZeroOrOne, Description = "The scan, for all but list and start." };
    private readonly Option<string[]> _drives = new("--drives") { HelpName = "PATH", AllowMultipleArgumentsPerToken = true, Description = "start: without a daemon, scan these drives from here and wait; nothing is repaired." };
    private readonly ScanOptions _options = new();
    private readonly Option<string?> _for = new("--for") { HelpName = "TIME", Description = "pause: go on by itself after this, as 30m." };
    private readonly Option<string?> _status = new("--status") { HelpName = "STATUS", Description = "list: those in this state, as Scanning." };
    private readonly Option<bool> _wait = new("--wait") { Description = "start: wait until it has ended." };
    private readonly Option<bool> _watch = new("--watch") { Description = "list, status: show it again every second." };

    public ScanVerb() : base("scan", Summary)
    {
        Arguments.Add(_action);
        Arguments.Add(_id);
        foreach (Option option in (Option[])[_drives, .. _options.All, _for, _status, _wait, _watch]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Asks a daemon whose role 'health' runs. list shows the scans that are known; start begins one and prints its id; status shows one; issues prints what it found; pause, resume and cancel do that.",
            "What is scanned: everything (--strategy Full), what has changed (Incremental, with --since or else since the last complete scan), a sample (Smart, with --sample-rate), or what --bucket, --prefix, --object and --drive name (Targeted; it follows from naming a prefix, an object or a drive). How: --mode Quick, Normal or Deep.",
            "With --drives no daemon is asked: the scanner runs here on the given drives until it has ended, and what it found is printed.",
        ],
        Examples =
        [
            new("weir health scan start --mode Deep --wait", "Look at every byte, and wait for the end."),
            new("weir health scan start --drive /data/disk3 --mode Deep --priority High", "A drive that one does not trust."),
            new("weir health scan status scan-12345 --watch", "Keep an eye on one."),
            new("weir health scan start --drives /data/disk1 /data/disk2 /data/disk3 /data/disk4", "Without a daemon."),
        ],
        ExitCodes = [new("3", "start --wait, start --drives: there are issues, or the scan did not end well")],
        Environment = HealthEnvironment,
        Files = HealthFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string action = run.Find(_action) ?? "list";
        if (!Actions.Contains(action)) throw new UsageException($"'{action}' is none of {string.Join(", ", Actions)}{Suggestion.Phrase(action, Actions)}");
        string? id = run.Find(_id);
        if (action is "list" or "start" != id is null) throw new UsageException(id is null ? $"{action} needs the scan's id; 'weir health scan' lists those that are known" : $"{action} takes no id");
        if (run.Get(_drives) is { Length: > 0 } drives && action == "start")
        {
            await using DirectHealth direct = await DirectHealth.StartAsync(drives, run.Loggers, cancellationToken);
            return await StartAsync(run, direct.Api, waits: true, cancellationToken);
        }

        using HealthApi api = Connect(run);
        if (action == "start") return await StartAsync(run, api, run.Get(_wait), cancellationToken);
        if (run.Get(_watch) && action is "list" or "status") return await WatchAsync(run, () => ShowAsync(run, api, action, id, cancellationToken), cancellationToken);
        await ShowAsync(run, api, action, id, cancellationToken);
        return ExitCode.Done;
    }

    private async Task<int> StartAsync(Invocation run, HealthApi api, bool waits, CancellationToken cancellationToken)
    {
        JsonElement started = await api.PostAsync("/admin/scan/start", _options.Body(run), cancellationToken);
        string id = started.GetProperty("scan_id").GetString()!;
        if (!waits)
        {
            if (run.Get(Json)) WriteJson(run, started);
            else run.Out.WriteLine(id);
            return ExitCode.Done;
        }

        JsonElement scan = await WaitAsync(run, api, id, cancellationToken);
        if (run.Get(Json)) WriteJson(run, scan);
        else
        {
            HealthTables.WriteScan(run.Out, scan);
            run.Out.EndLine();
            await WriteIssuesAsync(run, api, id, cancellationToken);
        }

        return scan.GetProperty("status").GetString() == "Completed" && scan.GetProperty("progress").GetProperty("issues_detected").GetInt64() == 0 ? ExitCode.Done : ExitCode.FoundProblems;
    }

    private static async Task<JsonElement> WaitAsync(Invocation run, HealthApi api, string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            JsonElement scan = await api.GetAsync($"/admin/scan/{Uri.EscapeDataString(id)}", cancellationToken);
            if (HasEnded(scan)) return scan;
            await Task.Delay(TimeSpan.FromMilliseconds(200), run.Time, cancellationToken);
        }
    }

    /// <summary>Whether there is nothing more to see.</summary>
    private async Task<bool> ShowAsync(Invocation run, HealthApi api, string action, string? id, CancellationToken cancellationToken)
    {
        string path = $"/admin/scan/{Uri.EscapeDataString(id ?? "")}";
        switch (action)
        {
            case "list":
                JsonElement scans = await api.GetAsync("/admin/scans" + Query(("status", run.Get(_status))), cancellationToken);
                if (run.Get(Json)) WriteJson(run, scans);
                else HealthTables.WriteScans(run.Out, scans.GetProperty("scans").EnumerateArray());
                return false;
            case "issues":
                await WriteIssuesAsync(run, api, id!, cancellationToken);
                return true;
            default:
                JsonElement scan = action == "status" ? await api.GetAsync(path, cancellationToken) : await api.PostAsync($"{path}/{action}", action == "pause" && run.Get(_for) is { } time ? JsonSerializer.Serialize(new Dictionary<string, string> { ["resume_after"] = time }, HealthJsonContext.Default.DictionaryStringString) : null, cancellationToken);
                if (run.Get(Json)) WriteJson(run, scan);
                else HealthTables.WriteScan(run.Out, scan);
                return HasEnded(scan);
        }
    }

    private async Task WriteIssuesAsync(Invocation run, HealthApi api, string id, CancellationToken cancellationToken)
    {
        const int page = 1000;
        var all = new List<JsonElement>();
        while (true)
        {
            JsonElement issues = await api.GetAsync($"/admin/scan/{Uri.EscapeDataString(id)}/issues" + Query(("offset", Number(all.Count)), ("limit", Number(page))), cancellationToken);
            all.AddRange(issues.GetProperty("issues").EnumerateArray());
            if (issues.GetProperty("issues").GetArrayLength() < page) break;
        }

        if (!run.Get(Json)) HealthTables.WriteIssues(run.Out, all);
        else foreach (JsonElement issue in all) WriteJson(run, issue);
    }

    private static bool HasEnded(JsonElement scan) => scan.GetProperty("status").GetString() is "Completed" or "Cancelled" or "Failed";
}
