using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;

namespace Weir.Cli.Verbs.Health;

/// <summary><c>weir health issues</c>: what is wrong now.</summary>
internal sealed class IssuesVerb : HealthVerb
{
    public const string Summary = "Show what is wrong now.";

    private const int Page = 1000;

    private readonly Argument<string?> _id = new("ID") { Arity = ArgumentArity.ZeroOrOne, Description = "One issue; otherwise those that the options ask for." };
    private readonly Option<string?> _bucket = new("--bucket") { HelpName = "BUCKET", Description = "Of this bucket." };
    private readonly Option<string?> _prefix = new("--prefix") { HelpName = "TEXT", Description = "Of keys that begin with this." };
    private readonly Option<string?> _type = new("--type") { HelpName = "TYPE", Description = "Of this type, as MissingShards." };
    private readonly Option<string?> _severity = new("--severity") { HelpName = "SEVERITY", Description = "This bad, or worse: Low, Medium, High or Critical." };
    private readonly Option<string?> _drive = new("--drive") { HelpName = "PATH", Description = "Found on this drive." };
    private readonly Option<string?> _incident = new("--incident") { HelpName = "ID", Description = "Of this incident." };
    private readonly Option<int?> _limit = new("--limit") { HelpName = "NUMBER", Description = "At most so many (all)." };
    private readonly Option<bool> _watch = new("--watch") { Description = "Show them again every second." };

    public IssuesVerb() : base("issues", Summary)
    {
        Arguments.Add(_id);
        foreach (Option option in (Option[])[_bucket, _prefix, _type, _severity, _drive, _incident, _limit, _watch]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description = ["Prints the issues that stand, in the order in which they were detected: how bad, of which type, which object and version, what, since when. With --json each is a JSON object on a line."],
        Examples =
        [
            new("weir health issues --severity High", "What cannot wait."),
            new("weir health issues --drive /data/disk3 --json", "What a drive has done, for a program."),
        ],
        Done = "there are none",
        ExitCodes = [new("3", "there are issues")],
        Environment = HealthEnvironment,
        Files = HealthFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_limit) is < 1) throw new UsageException("--limit must be at least 1");
        using HealthApi api = Connect(run);
        if (run.Get(_watch)) return await WatchAsync(run, async () => await ShowAsync(run, api, cancellationToken) < 0, cancellationToken);
        return await ShowAsync(run, api, cancellationToken) > 0 ? ExitCode.FoundProblems : ExitCode.Done;
    }

    private async Task<int> ShowAsync(Invocation run, HealthApi api, CancellationToken cancellationToken)
    {
        List<JsonElement> issues = run.Find(_id) is { } id ? [await api.GetAsync($"/admin/issues/{Uri.EscapeDataString(id)}", cancellationToken)] : await ListAsync(run, api, cancellationToken);
        if (run.Get(Json))
        {
            foreach (JsonElement issue in issues) WriteJson(run, issue);
        }
        else
        {
            HealthTables.WriteIssues(run.Out, issues);
        }

        return issues.Count;
    }

    private async Task<List<JsonElement>> ListAsync(Invocation run, HealthApi api, CancellationToken cancellationToken)
    {
        int most = run.Get(_limit) ?? int.MaxValue;
        var all = new List<JsonElement>();
        string? after = null;
        do
        {
            JsonElement page = await api.GetAsync(
                "/admin/issues" + Query(("bucket", run.Get(_bucket)), ("prefix", run.Get(_prefix)), ("issue_type", run.Get(_type)), ("severity", run.Get(_severity)), ("drive", run.Get(_drive)),
                    ("incident_id", run.Get(_incident)), ("after", after), ("limit", Number(Math.Min(Page, most - all.Count)))),
                cancellationToken);
            all.AddRange(page.GetProperty("issues").EnumerateArray());
            after = page.GetProperty("next").GetString();
        }
        while (after is not null && all.Count < most);
        return all;
    }
}
