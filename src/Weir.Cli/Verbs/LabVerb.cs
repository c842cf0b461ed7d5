using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Laboratory;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Lab.Scenarios;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs;

/// <summary><c>weir lab</c>: everything at once against simulated systems, held against their own truth.</summary>
internal sealed class LabVerb : Verb
{
    public const string Summary = "Try everything on this machine, against simulated MDTs, agents and damaged drives.";

    private static readonly TimeSpan LongestScenario = TimeSpan.FromDays(30);

    private readonly Option<bool> _once = new("--once") { Description = "Play one scenario, then end." };
    private readonly Option<string?> _directory = new("--dir") { HelpName = "DIR", Description = "Where action files and feed go: a directory that is empty or not there yet. With --once, or when it is looked at, they stay there. Otherwise a temporary one." };
    private readonly Option<int> _seed = new("--seed") { HelpName = "N", DefaultValueFactory = _ => 1, Description = "What happens: the same seed plays the same scenario." };
    private readonly Option<string> _length = new("--length") { HelpName = "DURATION", DefaultValueFactory = _ => "30m", Description = "How much simulated time a scenario has." };
    private readonly Option<string?> _feed = new(SharedOptions.FeedName) { HelpName = "URL", Description = "Ship into this Redis (redis://HOST[:PORT][/DB]) instead of a directory: a database without topics of HSM actions." };
    private readonly Option<int?> _port = new("--port") { HelpName = "PORT", Description = $"Where its daemon serves HTTP on 127.0.0.1; 0: any free port. Otherwise {LabConfiguration.UsualPort} where it is looked at and nobody has that port, and any for scenarios." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public LabVerb() : base("lab", Summary)
    {
        foreach (Option option in (Option[])[_once, _directory, _port, _seed, _length, _feed, _json]) Options.Add(option);
    }

    /// <summary>The laboratory damages files on purpose; what the shipper says of it is asked for by a level.</summary>
    public override LogLevel DefaultLogLevel => LogLevel.Critical;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Simulates the MDTs of a Lustre file system: bursts of HSM requests, their life from WAITING to a final state, retries, cancels, record indices used again, fail-overs to other servers, files that are torn or have garbage in them. It ships their hsm/actions files into a feed, stops and starts the shipper on the way, with and without its snapshot, and at many moments holds what the feed tells against what the simulation knows. Time is simulated; the files and the feed are real.",
            "All of it runs under the daemon of 'weir serve', in this process: its feed is the daemon's, served by HTTP and by the socket DIR/feed.sock, and DIR/weir.yaml is the configuration that the daemon has. While a scenario is played, a consumer outside follows the feed by the socket over every restart of the daemon, and must be given every record once and in order.",
            "A coordinator has a scenario of its own: requests of simulated MDTs go through it to four simulated agents, fast and slow, that crash, hang and are cut off, while it is killed and its disk fails, all simulated. In the end every request must have ended, none been at two agents that both were within reach, no limit passed, and nobody starved.",
            "Drives have a scenario too: twelve, in two sets of 4+2, real directories with objects of every kind. Shards and metadata are damaged in every way up to what the parity allows, shards of two drives exchanged, and one object damaged beyond it; then a drive is lost, and as root, where there are loop devices, one fails with I/O errors. Each time 'weir drives verify' must name every damage at its place and nothing else, and 'weir drives heal' leave every file as it was before.",
            "On a terminal, without --once, --length, --feed and --json, it is something to look at: four MDTs of different load, fail-overs now and then, and their actions on the full screen as 'weir hsm top' shows them, in real time; q quits. What they want done goes through a coordinator to simulated agents, and a line says how these are; its records are on the same feed (coordinator:journal, coordinator:events). A set of drives is damaged, verified and healed again and again, and a line tells of it. The daemon then runs shipper, janitor, retention, feeds and api on the files of the simulated MDTs. With --dir the feed is file:DIR/feed for the other verbs meanwhile, and stays.",
            "Otherwise it prints a summary, and every difference if there is one. Without --once it goes on with the next seed, until it is interrupted or finds a difference. The files are removed when all is well, and kept and named when not.",
            "With --feed it ships into Redis, without a daemon, and makes the same comparisons there. The database must have no topics hsm:…; those that it makes are deleted again, or kept where the files are. The server may be killed and restarted meanwhile, also without its data: the laboratory waits up to two minutes for it and goes on.",
            "With --json the summary is one object a line, with the members seed, simulated_seconds, seconds, mdts, requests, polls, events, followed, restarts, checks, live_actions, vanished_unfinished, sources_lost, sources_back, failures, coordinator (agents, requests, handed_out, agent_troubles, server_kills, fairness_checks) and drives (drives, objects, versions, bytes, seconds, troubles: each with what, done, found and repaired, and failing_drive: why there was none that fails, or null).",
        ],
        Examples =
        [
            new("weir lab", "Look at it."),
            new("weir lab --once", "A scenario of thirty simulated minutes, in some seconds."),
            new("weir lab --once --dir /tmp/lab --length 5m", "Keep its files: the feed is then file:/tmp/lab/seed-1/feed, for the other verbs."),
            new("weir lab --once --feed redis://localhost/9", "The same over a Redis server."),
            new("weir lab --seed 1000 --json", "Soak: one seed after another."),
        ],
        Done = "no difference was found",
        ExitCodes = [new("3", "the feed and the simulation differ, or something failed; the summary says what")],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (!Duration.TryParse(run.Get(_length)!, out TimeSpan length) || length < TimeSpan.FromMinutes(1) || length > LongestScenario)
            throw new UsageException($"--length: '{run.Get(_length)}' is not {Duration.Expected} from 1m to 30d");
        if (run.Get(_port) is < 0 or > ushort.MaxValue) throw new UsageException($"--port: {run.Get(_port)} is not a port from 0 to {ushort.MaxValue}");
        string? named = run.Get(_directory);
        if (named?.Length == 0) throw new UsageException("--dir: a path is expected");
        if (named is not null && Directory.Exists(named) && Directory.EnumerateFileSystemEntries(named).Any())
            throw new IOException($"The directory {named} is not empty; name one that is, or that is not there yet.");
        if (LooksOn(run) && await LookAsync(run, named, cancellationToken)) return ExitCode.Done;
        Func<IFeedEngine>? feed = await LabFeed.ChooseAsync(run.Get(_feed), run.Loggers, cancellationToken);
        try
        {
            int seed = run.Get(_seed);
            bool succeeded = await PlayAsync(run, seed, length, named, feed, cancellationToken);
            while (succeeded && !run.Get(_once)) succeeded = await PlayAsync(run, ++seed, length, named, feed, cancellationToken);
            return succeeded ? ExitCode.Done : ExitCode.FoundProblems;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !run.Get(_once))
        {
            // Being interrupted is how playing on ends.
            return ExitCode.Done;
        }
    }

    /// <summary>Whether there is somebody to look on, who did not ask for scenarios.</summary>
    private bool LooksOn(Invocation run) => !run.Get(_once) && !run.Get(_json) && !run.Has(_length) && !run.Has(_feed) && LabScreen.IsPossible(run);

    private async Task<bool> LookAsync(Invocation run, string? named, CancellationToken cancellationToken)
    {
        string directory = named ?? Directory.CreateTempSubdirectory("weir-lab-").FullName;
        try
        {
            return await LabScreen.TryRunAsync(run, directory, run.Get(_seed), run.Get(_port) ?? LabConfiguration.FindPort(), cancellationToken);
        }
        finally
        {
            if (named is null) Directory.Delete(directory, recursive: true);
        }
    }

    private async Task<bool> PlayAsync(Invocation run, int seed, TimeSpan length, string? parent, Func<IFeedEngine>? feed, CancellationToken cancellationToken)
    {
        string directory = parent is null
            ? Directory.CreateTempSubdirectory("weir-lab-").FullName
            : Directory.CreateDirectory(Path.Combine(Path.GetFullPath(parent), string.Create(CultureInfo.InvariantCulture, $"seed-{seed}"))).FullName;
        bool isKept = false;
        try
        {
            await using LabHost? host = feed is null ? new LabHost(directory, run.Get(_port) ?? 0, run.Loggers) : null;
            var options = new ShippingScenarioOptions { Directory = directory, Seed = seed, Length = length, OpenFeed = feed, Host = host };
            ShippingReport report = await new ShippingScenario(options, run.Loggers.CreateLogger("Weir.Lab")).RunAsync(cancellationToken);
            CoordinatorReport coordinator = await new CoordinatorScenario(Path.Combine(directory, "coordinator"), seed, length).RunAsync(cancellationToken);
            DriveReport drives = await new DriveScenario(Path.Combine(directory, "drives"), seed).RunAsync(cancellationToken);
            Print(run, report, coordinator, drives);
            // Of an endless run only the differences stay, so that the disk does not fill.
            bool succeeded = report.Succeeded && coordinator.Succeeded && drives.Succeeded;
            isKept = !succeeded || (parent is not null && run.Get(_once));
            if (!succeeded) run.Terminal.Say($"seed {seed} differs; its files are in {directory}");
            return succeeded;
        }
        finally
        {
            if (!isKept)
            {
                Directory.Delete(directory, recursive: true);
                if (feed is not null) await LabFeed.EmptyAsync(feed);
            }
        }
    }

    private void Print(Invocation run, ShippingReport report, CoordinatorReport coordinator, DriveReport drives)
    {
        if (run.Get(_json)) WriteJson(run, report, coordinator, drives);
        else
        {
            using var text = new StringWriter(CultureInfo.InvariantCulture);
            report.WriteTo(text);
            coordinator.WriteTo(text);
            drives.WriteTo(text);
            run.Out.Write(text.ToString());
        }

        run.Out.Flush();
    }

    private static void WriteJson(Invocation run, ShippingReport report, CoordinatorReport coordinator, DriveReport drives)
    {
        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteNumber("seed", report.Seed);
            json.WriteNumber("simulated_seconds", report.Length.TotalSeconds);
            json.WriteNumber("seconds", Math.Round(report.Duration.TotalSeconds, 3));
            json.WriteNumber("mdts", report.Mdts);
            json.WriteNumber("requests", report.Counts.Requests);
            json.WriteNumber("polls", report.Polls);
            json.WriteNumber("events", report.Events);
            if (report.Followed is { } followed) json.WriteNumber("followed", followed);
            json.WriteNumber("restarts", report.Restarts);
            json.WriteNumber("checks", report.Checks);
            json.WriteNumber("live_actions", report.LiveActions);
            json.WriteNumber("vanished_unfinished", report.VanishedUnfinished);
            json.WriteNumber("sources_lost", report.SourcesLost);
            json.WriteNumber("sources_back", report.SourcesBack);
            json.WriteStartArray("failures");
            foreach (string failure in (IEnumerable<string>)[.. report.Failures, .. coordinator.Failures, .. drives.Failures]) json.WriteStringValue(failure);
            json.WriteEndArray();
            json.WriteStartObject("coordinator");
            json.WriteNumber("agents", coordinator.Agents);
            json.WriteNumber("requests", coordinator.Requests);
            json.WriteNumber("handed_out", coordinator.HandedOut);
            json.WriteNumber("agent_troubles", coordinator.Troubles);
            json.WriteNumber("server_kills", coordinator.Kills);
            json.WriteNumber("fairness_checks", coordinator.FairnessChecks);
            json.WriteEndObject();
            WriteDrives(json, drives);
            json.WriteEndObject();
        }

        run.Out.EndLine();
    }

    private static void WriteDrives(Utf8JsonWriter json, DriveReport drives)
    {
        json.WriteStartObject("drives");
        json.WriteNumber("drives", drives.Drives);
        json.WriteNumber("objects", drives.Objects);
        json.WriteNumber("versions", drives.Versions);
        json.WriteNumber("bytes", drives.Bytes);
        json.WriteNumber("seconds", Math.Round(drives.Duration.TotalSeconds, 3));
        json.WriteStartArray("troubles");
        foreach (DriveTrouble trouble in drives.Troubles)
        {
            json.WriteStartObject();
            json.WriteString("what", trouble.What);
            json.WriteNumber("done", trouble.Done);
            json.WriteNumber("found", trouble.Found);
            json.WriteNumber("repaired", trouble.Repaired);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("failing_drive", drives.WithoutFailingDrive);
        json.WriteEndObject();
    }
}
