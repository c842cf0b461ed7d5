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
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Changelog;

/// <summary><c>weir changelog follow</c>: brings an MDT's changelog into the feed.</summary>
internal sealed class FollowVerb : FeedVerb
{
    public const string Summary = "Bring an MDT's changelog into the feed, and clear what is durable there.";

    private readonly Argument<string[]> _mdts = new("MDT")
    {
        Arity = new ArgumentArity(0, 1024),
        Description = "The MDTs, as testfs-MDT0000 or with their changelog users as testfs-MDT0000:cl1. Otherwise those of changelogs.mdts.",
    };
    private readonly Option<string?> _user = new("--user", "-u") { HelpName = "USER", Description = "The changelog user to clear for, as cl1, when one MDT is named. Without one nothing is cleared." };
    private readonly Option<string?> _mask = ChangelogHelp.Mask();
    private readonly Option<bool> _once = new("--once") { Description = "Read to the end of the changelog, then end." };
    private readonly Option<string?> _file = new("--file") { HelpName = "FILE", Description = "Read records from a file or standard input (-) to its end instead: packed, or as 'lfs changelog' prints them." };
    private readonly Option<string?> _device = ChangelogHelp.Device();
    private readonly Option<string?> _parameters = ChangelogHelp.Parameters();
    private readonly Option<string?> _config = SharedOptions.Config();
    private readonly Option<bool> _json = SharedOptions.Json();

    public FollowVerb() : base("follow", Summary)
    {
        Arguments.Add(_mdts);
        foreach (Option option in (Option[])[_user, _mask, _once, _file, _device, _parameters, _config, _json]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads records from the MDT's device, appends them to the topic lustre:changelog:MDT, and clears them upstream when they are durable. Stopped or crashed at any point, it goes on where the feed ends: nothing is lost, and what the MDT gives again is recognised by its index and passed over. Several MDTs are followed side by side; what ends one, such as a user that was deregistered, does not stop the others, and the exit code tells of it at the end.",
            "Records that the MDT does not give although their indices are used, and bytes that are no record, become records of type GAP that say what is missing and why. Failures of the device or the feed are said and tried again. If the user was deregistered, or removed by the MDT as idle, it ends and says so.",
            "Register a user on the MDT's server first: lctl --device testfs-MDT0000 changelog_register. With --file the records come from a file; those that the feed has already are passed over, so an interrupted import can be repeated.",
        ],
        Examples =
        [
            new("weir changelog follow testfs-MDT0000 --user cl1", "Run as a daemon."),
            new("weir changelog follow", "All that section changelogs of the configuration names."),
            new("weir changelog follow testfs-MDT0000 --user cl1 --once", "Catch up and end, from a timer."),
            new("lfs changelog testfs-MDT0000 | weir changelog follow testfs-MDT0000 --file -", "Bring in what lfs prints."),
        ],
        Done = "interrupted by SIGINT or SIGTERM, or with --once or --file, the end was reached; standard output then says how much was done",
        Environment = [.. FeedEnvironment, new("WEIR__CHANGELOGS__MDTS", "The MDTs, as [testfs-MDT0000:cl1, testfs-MDT0001:cl1]; goes before the files.")],
        Files = [.. FeedFiles, .. ChangelogHelp.Files],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        (IReadOnlyList<FollowedMdt> mdts, ChangelogMask mask) = Configure(run);
        if (run.Get(_file) is { } file) return await ImportAsync(run, file, OneOf(mdts, "--file"), mask, cancellationToken);
        string? devicePath = run.Get(_device);
        if (devicePath is not null) OneOf(mdts, "--device-path");
        MdtParameters parameters = ChangelogHelp.ParametersIn(run.Get(_parameters));
        await using IFeedEngine feed = FeedOpener.Open(Locate(run), run.Loggers);
        Follower[] followers = [.. mdts.Select(mdt => Create(run, mdt, mask, new KernelChangelog(mdt.Mdt, devicePath, parameters), feed))];
        IReadOnlyList<FollowerFailure> failures;
        try
        {
            failures = await FollowerGroup.RunAsync(followers, run.Get(_once), failure => run.Terminal.Say(failure.Reason.Message), cancellationToken);
        }
        catch (OperationCanceledException) when (!run.Get(_once))
        {
            return ExitCode.Done;
        }

        foreach (Follower follower in followers)
        {
            if (failures.All(failure => failure.Follower != follower)) Report(run, follower);
        }

        return failures.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private async Task<int> ImportAsync(Invocation run, string file, FollowedMdt mdt, ChangelogMask mask, CancellationToken cancellationToken)
    {
        if (run.Get(_user) is not null || (mdt.User is not null && run.Get(_mdts) is { Length: > 0 })) throw new UsageException("--file has no users to clear for; leave the user out");
        using Stream stream = Open(run, file);
        IChangelogSource source = FileChangelog.SourceOf(stream);
        await using IFeedEngine feed = FeedOpener.Open(Locate(run), run.Loggers);
        Follower follower = Create(run, mdt with { User = null }, mask, new FileChangelog(mdt.Mdt, source), feed);
        await follower.RunOnceAsync(cancellationToken);
        if (source.SkippedCount > 0) run.Terminal.Say($"warning: {source.SkippedCount} pieces of {file} are no records");
        Report(run, follower);
        return ExitCode.Done;
    }

    /// <summary>What is to be followed: as the command line says, otherwise as the configuration does.</summary>
    private (IReadOnlyList<FollowedMdt> Mdts, ChangelogMask Mask) Configure(Invocation run)
    {
        string? user = run.Get(_user) is { } named ? ChangelogHelp.CheckUser(named) : null;
        ChangelogMask? mask = run.Get(_mask) is { } types ? ChangelogHelp.ParseMask(types) : null;
        IReadOnlyList<FollowedMdt> mdts = [.. (run.Get(_mdts) ?? []).Select(Parse)];
        if (mdts.Count == 0 || run.Get(_config) is not null)
        {
            ChangelogsOptions configured = ConfigurationLoader.Load(run.Get(_config), run.Terminal.Variables).ThrowIfInvalid().Options.Changelogs;
            if (mdts.Count == 0) mdts = configured.Mdts;
            mask ??= configured.Mask;
        }

        if (mdts.Count == 0) throw new UsageException("no MDT is named, neither here nor in changelogs.mdts of the configuration");
        if (mdts.GroupBy(mdt => mdt.Mdt).FirstOrDefault(same => same.Count() > 1) is { } twice) throw new UsageException($"'{twice.Key}' is named twice");
        if (user is not null) mdts = [OneOf(mdts, "--user") with { User = user }];
        return (mdts, mask ?? ChangelogMask.Everything);
    }

    private static FollowedMdt Parse(string text) => FollowedMdt.Parse(text, out string problem) ?? throw new UsageException(problem);

    private static FollowedMdt OneOf(IReadOnlyList<FollowedMdt> mdts, string option) =>
        mdts.Count == 1 ? mdts[0] : throw new UsageException($"{option} is for one MDT; {mdts.Count} are to be followed");

    private static Follower Create(Invocation run, FollowedMdt mdt, ChangelogMask mask, IChangelogDevice device, IFeedEngine feed) => new(
        new FollowerOptions { User = mdt.User, Mask = mask, Time = run.Time }, device, feed, run.Loggers.CreateLogger("Weir.Changelogs"));

    internal static Stream Open(Invocation run, string file) => file == "-" ? run.Terminal.OpenInput() : File.OpenRead(file);

    private void Report(Invocation run, Follower follower)
    {
        (string mdt, FollowerCounts counts) = (follower.Mdt, follower.Counts);
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
