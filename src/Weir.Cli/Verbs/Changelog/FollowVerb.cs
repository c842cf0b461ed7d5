using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Changelogs.Devices;
using Weir.Changelogs.Following;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Lustre.Changelog;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Changelog;

/// <summary><c>weir changelog follow</c>: brings an MDT's changelog into the feed.</summary>
internal sealed class FollowVerb : FeedVerb
{
    public const string Summary = "Bring an MDT's changelog into the feed, and clear what is durable there.";

    private readonly Argument<string> _mdt = new("MDT") { Description = "The MDT, as testfs-MDT0000." };
    private readonly Option<string?> _user = new("--user", "-u") { HelpName = "USER", Description = "The changelog user to clear for, as cl1. Without one nothing is cleared." };
    private readonly Option<string?> _mask = ChangelogHelp.Mask();
    private readonly Option<bool> _once = new("--once") { Description = "Read to the end of the changelog, then end." };
    private readonly Option<string?> _file = new("--file") { HelpName = "FILE", Description = "Read records from a file or standard input (-) to its end instead: packed, or as 'lfs changelog' prints them." };
    private readonly Option<string?> _device = ChangelogHelp.Device();
    private readonly Option<string?> _parameters = ChangelogHelp.Parameters();
    private readonly Option<bool> _json = SharedOptions.Json();

    public FollowVerb() : base("follow", Summary)
    {
        Arguments.Add(_mdt);
        foreach (Option option in (Option[])[_user, _mask, _once, _file, _device, _parameters, _json]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads records from the MDT's device, appends them to the topic lustre:changelog:MDT, and clears them upstream when they are durable. Stopped or crashed at any point, it goes on where the feed ends: nothing is lost, and what the MDT gives again is recognised by its index and passed over. One process follows one MDT.",
            "Records that the MDT does not give although their indices are used, and bytes that are no record, become records of type GAP that say what is missing and why. Failures of the device or the feed are said and tried again. If the user was deregistered, or removed by the MDT as idle, it ends and says so.",
            "Register a user on the MDT's server first: lctl --device testfs-MDT0000 changelog_register. With --file the records come from a file; those that the feed has already are passed over, so an interrupted import can be repeated.",
        ],
        Examples =
        [
            new("weir changelog follow testfs-MDT0000 --user cl1", "Run as a daemon."),
            new("weir changelog follow testfs-MDT0000 --user cl1 --once", "Catch up and end, from a timer."),
            new("lfs changelog testfs-MDT0000 | weir changelog follow testfs-MDT0000 --file -", "Bring in what lfs prints."),
        ],
        Done = "interrupted by SIGINT or SIGTERM, or with --once or --file, the end was reached; standard output then says how much was done",
        Environment = FeedEnvironment,
        Files = [.. FeedFiles, .. ChangelogHelp.Files],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string mdt = ChangelogHelp.CheckMdt(run.Get(_mdt));
        var options = new FollowerOptions
        {
            User = run.Get(_user) is { } user ? ChangelogHelp.CheckUser(user) : null,
            Mask = run.Get(_mask) is { } mask ? ChangelogHelp.ParseMask(mask) : ChangelogMask.Everything,
            Time = run.Time,
        };
        if (run.Get(_file) is not null && options.User is not null) throw new UsageException("--file has no users to clear for; leave --user out");
        using Stream? stream = run.Get(_file) is { } file ? Open(run, file) : null;
        IChangelogSource? source = stream is null ? null : FileChangelog.SourceOf(stream);
        IChangelogDevice device = source is null
            ? new KernelChangelog(mdt, run.Get(_device), ChangelogHelp.ParametersIn(run.Get(_parameters))) : new FileChangelog(mdt, source);
        await using IFeedEngine feed = FeedOpener.Open(Locate(run), run.Loggers);
        var follower = new Follower(options, device, feed, run.Loggers.CreateLogger("Weir.Changelogs"));
        if (!run.Get(_once) && source is null)
        {
            await follower.RunAsync(cancellationToken);
            return ExitCode.Done;
        }

        await follower.RunOnceAsync(cancellationToken);
        if (source?.SkippedCount > 0) run.Terminal.Say($"warning: {source.SkippedCount} pieces of {run.Get(_file)} are no records");
        Report(run, mdt, follower.Counts);
        return ExitCode.Done;
    }

    internal static Stream Open(Invocation run, string file) => file == "-" ? run.Terminal.OpenInput() : File.OpenRead(file);

    private void Report(Invocation run, string mdt, FollowerCounts counts)
    {
        if (!run.Get(_json))
        {
            run.Out.WriteLine(
                $"{mdt}: {counts.Records} records, {counts.Repeats} repeats, {counts.Omitted} left out, {counts.Missing} missing in {counts.Gaps} gaps; in the feed up to {counts.LastIndex}, cleared up to {counts.ClearedIndex}");
            return;
        }

        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("mdt", mdt);
            json.WriteNumber("records", counts.Records);
            json.WriteNumber("repeats", counts.Repeats);
            json.WriteNumber("omitted", counts.Omitted);
            json.WriteNumber("gaps", counts.Gaps);
            json.WriteNumber("missing", counts.Missing);
            json.WriteNumber("damaged", counts.Damaged);
            json.WriteNumber("clear_failures", counts.ClearFailures);
            json.WriteNumber("last_index", counts.LastIndex);
            json.WriteNumber("cleared_index", counts.ClearedIndex);
            json.WriteEndObject();
        }

        run.Out.EndLine();
    }
}
