using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Collectors.Raw;
using Weir.BlockEvents.Collectors.Text;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Server.Events;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Events;

/// <summary><c>weir events collect</c>: brings lines about storage into the feed and makes events of them.</summary>
internal sealed class CollectVerb : FeedVerb
{
    public const string Summary = "Read a log and make events of what it says about storage.";

    private static readonly string[] Beginnings = ["end", "first"];

    private readonly Option<string[]> _sources = new("--source", "-s")
    {
        HelpName = "SOURCE",
        Arity = ArgumentArity.OneOrMore,
        Required = true,
        Description = "journal, kmsg (the kernel's log, /dev/kmsg), a FILE, or - for standard input. May be repeated. Files may be dmesg in its forms, syslog, or the journal as export or JSON.",
    };
    private readonly Option<string[]> _directories = new("--journal-dir") { HelpName = "DIR", Description = "Where the journal is, instead of /var/log/journal and /run/log/journal; a single file may be named. May be repeated." };
    private readonly Option<string?> _from = new("--from") { HelpName = "PLACE", Description = "Where a source that was never read into this feed begins: end (what comes from now on; the default) or first (also with --once)." };
    private readonly Option<bool> _once = new("--once") { Description = "Read what is there, then end." };
    private readonly Option<string[]> _rules = new("--rules") { HelpName = "FILE", Description = "Rules of your own: YAML, or a configuration of Peripety. They go before the built-in ones, and are read again when they change. May be repeated." };
    private readonly Option<bool> _devices = new("--tell-devices") { Description = "Begin with an event PERIPETY_BLK_INFO for each block device." };
    private readonly Option<string?> _root = DeviceOptions.Root();
    private readonly Option<bool> _json = SharedOptions.Json();

    public CollectVerb() : base("collect", Summary)
    {
        foreach (Option option in (Option[])[_sources, _directories, _from, _once, _rules, _devices, _root, _json]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Lines that are about storage go to the topic block:raw, so that they can be read again with better rules; events go to block:events. An event names the device that is really meant, by its WWID, with what stands on it: multipath, volume, file system, mount point. Repeats are folded into one event with a count, and what follows from a failure below is linked to it.",
            "How far the journal and the kernel's log were read is kept in the feed: after any stop it goes on there, and what was logged meanwhile is caught up with. One process collects into a feed; 'weir serve --role events' is the same as a daemon, with notifiers.",
            "SIGHUP reads the rules again; they are also read when a file changes.",
            "When it ends by itself, standard output says for each source how many lines were read, how many were about storage, and how many were only counted or lost.",
        ],
        Examples =
        [
            new("weir events collect --source journal", "Follow the journal."),
            new("weir events collect --source kmsg", "On a machine without journald."),
            new("dmesg -T | weir events collect --source - --once", "What the kernel has said so far."),
            new("weir events collect --source sosreport/dmesg --root sosreport --feed file:/tmp/case", "Another machine's log, with its devices."),
        ],
        Done = "interrupted by SIGINT or SIGTERM, or all sources ended",
        Environment = FeedEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        bool once = run.Get(_once);
        string from = run.Get(_from) ?? (once ? "first" : "end");
        if (!Beginnings.Contains(from)) throw new UsageException($"--from: '{from}' is neither end nor first");
        var settings = new EventsSettings
        {
            Sources = [.. run.Get(_sources)!.Distinct()],
            RuleFiles = run.Get(_rules) ?? [],
            FromEnd = from == "end",
            Once = once,
            Root = DeviceOptions.RootIn(run.Get(_root)),
            TellsDevices = run.Get(_devices),
            OpenSource = name => name == LogSources.Input ? new TextSource("stdin", run.Terminal.OpenInput()) : null,
        };
        if (run.Get(_directories) is { Length: > 0 } directories) settings = settings with { JournalDirectories = directories };
        await using IFeedEngine feed = FeedOpener.Open(Locate(run), run.Loggers);
        using var collection = new EventCollection(settings, feed, run.Time, run.Loggers.CreateLogger("Weir.BlockEvents"));
        using PosixSignalRegistration reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            collection.ReloadRules();
        });
        try
        {
            await collection.RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Done;
        }

        foreach ((string source, CollectorCounts counts) in collection.Counts) Report(run, source, counts, collection.EventCount);
        return ExitCode.Done;
    }

    private void Report(Invocation run, string source, CollectorCounts counts, long events)
    {
        if (!run.Get(_json))
        {
            run.Out.WriteLine($"{source}: {counts.Lines} lines, {counts.Storage} about storage, {counts.Kept} kept, {counts.Suppressed} only counted, {counts.Lost} lost; {events} events");
            return;
        }

        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("source", source);
            json.WriteNumber("lines", counts.Lines);
            json.WriteNumber("storage", counts.Storage);
            json.WriteNumber("kept", counts.Kept);
            json.WriteNumber("suppressed", counts.Suppressed);
            json.WriteNumber("lost", counts.Lost);
            json.WriteNumber("events", events);
            json.WriteEndObject();
        }

        run.Out.EndLine();
    }
}
