using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Terminals;

namespace Weir.Cli.Verbs.Health;

/// <summary><c>weir health metrics</c>: what was measured over a period.</summary>
internal sealed class MetricsVerb : HealthVerb
{
    public const string Summary = "Show what was measured.";

    private static readonly string[] Formats = ["csv", "prometheus"];

    private readonly Argument<string[]> _names = new("NAME") { Arity = ArgumentArity.ZeroOrMore, Description = "Metrics, by names or short names (scan_rate); otherwise all." };
    private readonly Option<string?> _period = new("--period") { HelpName = "TIME", Description = "How far back (1h), 24h at most." };
    private readonly Option<bool> _series = new("--series") { Description = "Each step of the period, as CSV or with --json." };
    private readonly Option<string?> _step = new("--step") { HelpName = "TIME", Description = "With --series: from one point to the next, 10s at least." };
    private readonly Option<string?> _format = new("--format") { HelpName = "FORMAT", Description = "csv or prometheus instead of a table." };
    private readonly Option<bool> _watch = new("--watch") { Description = "Show them again every second." };

    public MetricsVerb() : base("metrics", Summary)
    {
        Arguments.Add(_names);
        foreach (Option option in (Option[])[_period, _series, _step, _format, _watch]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description = ["Prints metrics of the health system: gauges as they are, counters by what they grew in the period, rates by their mean. The daemon keeps a day, in steps of ten seconds."],
        Examples =
        [
            new("weir health metrics", "All, over the last hour."),
            new("weir health metrics scan_rate heal_success_rate --period 24h", "Two of them, over a day."),
            new("weir health metrics objects_scanned --series --step 5m", "As it went, for a spreadsheet."),
        ],
        Environment = HealthEnvironment,
        Files = HealthFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_format) is { } format && !Formats.Contains(format)) throw new UsageException($"--format: '{format}' is none of {string.Join(", ", Formats)}");
        if (run.Get(_step) is not null && !run.Get(_series)) throw new UsageException("--step goes with --series");
        if (run.Get(_watch) && (run.Get(_series) || run.Get(_format) is not null)) throw new UsageException("--watch is for the table and --json only");
        using HealthApi api = Connect(run);
        if (run.Get(_watch)) return await WatchAsync(run, () => ShowAsync(run, api, cancellationToken), cancellationToken);
        await ShowAsync(run, api, cancellationToken);
        return ExitCode.Done;
    }

    private async Task<bool> ShowAsync(Invocation run, HealthApi api, CancellationToken cancellationToken)
    {
        bool isSeries = run.Get(_series), isJson = run.Get(Json);
        string? format = isJson ? null : run.Get(_format) ?? (isSeries ? "csv" : null);
        string[] names = run.Get(_names);
        string path = (isSeries ? "/metrics/history" : "/metrics/system") + Query(("period", run.Get(_period)), ("step", run.Get(_step)), ("metrics", names.Length == 0 ? null : string.Join(',', names)), ("format", format));
        if (format is not null)
        {
            run.Out.Write((await api.TextAsync(path, cancellationToken)).Replace("\r\n", "\n", StringComparison.Ordinal));
            return false;
        }

        JsonElement data = await api.GetAsync(path, cancellationToken);
        if (isJson) WriteJson(run, data);
        else TextTable.Write(run.Out, [["metric", "value", "unit"], .. data.GetProperty("metrics").EnumerateObject().Select(metric => new[] { metric.Name, HealthTables.Text(metric.Value, "value"), HealthTables.Text(metric.Value, "unit") })], [1]);
        return false;
    }
}
