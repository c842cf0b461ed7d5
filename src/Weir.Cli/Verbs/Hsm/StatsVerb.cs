using System.CommandLine;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Hsm.Stats;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Hsm;

/// <summary><c>weir hsm stats</c>: the numbers of the live actions, as the original tool prints them.</summary>
internal sealed class StatsVerb : HsmVerb
{
    public const string Summary = "Print the numbers of the live HSM actions as JSON.";

    private readonly Option<bool> _json = new("--json") { Description = "Print the JSON object on one line." };

    public StatsVerb() : base("stats", Summary) => Options.Add(_json);

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Replays the topics of actions and prints one JSON object with the names and the shape of the Python tools' hsm-stream-stats: summary (total_live_actions, oldest_live_action_age_seconds, total_events_replayed, total_stream_entries), streams (mdt, length, age_seconds, newest_entry_age_seconds) and breakdown (mdt, action, status, count). Events told twice count once.",
            "Records that cannot be read are told on standard error and left out of the numbers.",
        ],
        Examples =
        [
            new("weir hsm stats", "The numbers of the default feed."),
            new("weir hsm stats --json --feed file:/srv/feed | jq .summary.total_live_actions", "One number of them."),
        ],
        Environment = HsmEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        EffectiveConfiguration configuration = Configure(run);
        await using IFeedEngine feed = OpenExisting(run, configuration);
        ActionStats stats = await new StatsCollector(feed, configuration.Options.Hsm.Topic, run.Time).CollectAsync(cancellationToken);
        foreach (FeedGap gap in stats.Gaps) run.Terminal.Say($"warning: {gap}");
        if (stats.Unreadable > 0) run.Terminal.Say($"warning: {stats.Unreadable} records are no HSM events and were passed over");
        using (var json = new Utf8JsonWriter(run.Out, run.Get(_json) ? OutputJson.Compact : OutputJson.Indented)) stats.WriteJson(json);
        run.Out.EndLine();
        return ExitCode.Done;
    }
}
