using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Health;

/// <summary><c>weir health heal</c>: asks for repairs, watches them, and tells them what to do.</summary>
internal sealed class HealVerb : HealthVerb
{
    public const string Summary = "Ask for repairs, watch them, and try them again.";

    private static readonly string[] Actions = ["list", "errors", "request", "status", "cancel", "retry", "dismiss"];

    private readonly Argument<string?> _action = new("ACTION") { Arity = ArgumentArity.ZeroOrOne, Description = $"{string.Join(", ", Actions)}; list when nothing is said." };
    private readonly Argument<string?> _what = new("WHAT") { Arity = ArgumentArity.ZeroOrOne, Description = "request: the object, as BUCKET/KEY, or the root of an empty drive in the place of a lost one; otherwise the repair's id." };
    private readonly Option<string[]> _drives = new("--drives") { HelpName = "PATH", AllowMultipleArgumentsPerToken = true, Description = "request: without a daemon, repair on these drives from here and wait." };
    private readonly Option<string?> _version = new("--version-id") { HelpName = "ID", Description = "request: this version, or null for the null version; otherwise all." };
    private readonly Option<string?> _priority = new("--priority") { HelpName = "PRIORITY", Description = "request: Low, Normal, High, Critical or Emergency." };
    private readonly Option<string?> _mode = new("--mode") { HelpName = "MODE", Description = "request: OnDemand, Background, Emergency or RealTime." };
    private readonly Option<int?> _retries = new("--max-retries") { HelpName = "NUMBER", Description = "request: how often one that failed is tried again." };
    private readonly Option<string?> _status = new("--status") { HelpName = "STATUS", Description = "list: those in this state, as Queued." };
    private readonly Option<int?> _limit = new("--limit") { HelpName = "NUMBER", Description = "list, errors: at most so many (100)." };
    private readonly Option<bool> _wait = new("--wait") { Description = "request: wait until it has ended." };
    private readonly Option<bool> _watch = new("--watch") { Description = "list, errors, status: show it again every second." };

    public HealVerb() : base("heal", Summary)
    {
        Arguments.Add(_action);
        Arguments.Add(_what);
        foreach (Option option in (Option[])[_drives, _version, _priority, _mode, _retries, _status, _limit, _wait, _watch]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Asks a daemon whose role 'health' runs. list shows the repairs: those that run, that wait in their order, that have ended; errors those that failed; request asks for one and prints its id; status shows one with what was verified; cancel takes back one that waits; retry tries one that failed at once; dismiss takes it off the list of errors.",
            "With --drives no daemon is asked: the healer runs here on the given drives until the object is repaired. It keeps the rules of working beside a server where one uses them.",
        ],
        Examples =
        [
            new("weir health heal request photos/IMG_001.jpg --priority High --wait", "Repair an object now."),
            new("weir health heal errors", "What did not work."),
            new("weir health heal retry heal-67890", "Try one of them again."),
        ],
        ExitCodes = [new("3", "request --wait, request --drives: not everything could be repaired")],
        Environment = HealthEnvironment,
        Files = HealthFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string action = run.Find(_action) ?? "list";
        if (!Actions.Contains(action)) throw new UsageException($"'{action}' is none of {string.Join(", ", Actions)}{Suggestion.Phrase(action, Actions)}");
        string? what = run.Find(_what);
        if (action is "list" or "errors" != what is null) throw new UsageException(what is null ? $"{action} needs {(action == "request" ? "an object, as BUCKET/KEY" : "the repair's id")}" : $"{action} takes nothing more");
        if (run.Get(_drives) is { Length: > 0 } drives && action == "request")
        {
            await using DirectHealth direct = await DirectHealth.StartAsync(drives, run.Loggers, cancellationToken);
            return await RequestAsync(run, direct.Api, what!, waits: true, cancellationToken);
        }

        using HealthApi api = Connect(run);
        if (action == "request") return await RequestAsync(run, api, what!, run.Get(_wait), cancellationToken);
        if (run.Get(_watch) && action is "list" or "errors" or "status") return await WatchAsync(run, () => ShowAsync(run, api, action, what, cancellationToken), cancellationToken);
        await ShowAsync(run, api, action, what, cancellationToken);
        return ExitCode.Done;
    }

    private async Task<int> RequestAsync(Invocation run, HealthApi api, string name, bool waits, CancellationToken cancellationToken)
    {
        JsonElement queued = await api.PostAsync("/admin/heal/request", Body(run, name), cancellationToken);
        string id = queued.GetProperty("heal_request_id").GetString()!;
        if (!waits)
        {
            if (run.Get(Json)) WriteJson(run, queued);
            else run.Out.WriteLine(id);
            return ExitCode.Done;
        }

        JsonElement heal;
        while (!HasEnded(heal = await api.GetAsync($"/admin/heal/{Uri.EscapeDataString(id)}", cancellationToken))) await Task.Delay(TimeSpan.FromMilliseconds(200), run.Time, cancellationToken);
        if (run.Get(Json)) WriteJson(run, heal);
        else HealthTables.WriteHeal(run.Out, heal);
        bool isWhole = heal.GetProperty("result") is { ValueKind: JsonValueKind.Object } result && result.GetProperty("success").GetBoolean() && !result.TryGetProperty("unrepaired_versions", out _);
        return heal.GetProperty("status").GetString() == "Completed" && isWhole ? ExitCode.Done : ExitCode.FoundProblems;
    }

    private string Body(Invocation run, string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        bool isDrive = slash == 0;
        if (!isDrive && (slash < 0 || slash + 1 == name.Length)) throw new UsageException($"'{name}' is not BUCKET/KEY");
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            if (isDrive)
            {
                json.WriteString("drive", name);
            }
            else
            {
                json.WriteString("bucket", name[..slash]);
                json.WriteString("object", name[(slash + 1)..]);
            }

            if (run.Get(_version) is { } version) json.WriteString("version_id", version);
            if (run.Get(_priority) is { } priority) json.WriteString("priority", priority);
            if (run.Get(_mode) is { } mode) json.WriteString("mode", mode);
            if (run.Get(_retries) is { } retries) json.WriteNumber("max_retries", retries);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    /// <summary>Whether there is nothing more to see.</summary>
    private async Task<bool> ShowAsync(Invocation run, HealthApi api, string action, string? id, CancellationToken cancellationToken)
    {
        if (action is "list" or "errors")
        {
            string? limit = run.Get(_limit) is { } number ? Number(number) : null;
            string path = action == "list" ? "/admin/heals" + Query(("status", run.Get(_status)), ("limit", limit)) : "/admin/heals/errors" + Query(("limit", limit));
            JsonElement heals = await api.GetAsync(path, cancellationToken);
            if (run.Get(Json)) WriteJson(run, heals);
            else HealthTables.WriteHeals(run.Out, heals.GetProperty("heals").EnumerateArray());
            return false;
        }

        string place = $"/admin/heal/{Uri.EscapeDataString(id!)}";
        JsonElement heal = action == "status" ? await api.GetAsync(place, cancellationToken) : await api.PostAsync($"{place}/{action}", null, cancellationToken);
        if (run.Get(Json)) WriteJson(run, heal);
        else HealthTables.WriteHeal(run.Out, heal);
        return HasEnded(heal);
    }

    private static bool HasEnded(JsonElement heal) => heal.GetProperty("status").GetString() is "Completed" or "Failed" or "Cancelled";
}
