using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Hsm.Reconciling;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;

namespace Weir.Cli.Verbs.Hsm;

/// <summary><c>weir hsm reconcile</c>: compares the MDTs' files with what the stream tells.</summary>
internal sealed class ReconcileVerb : HsmVerb
{
    public const string Summary = "Compare the MDTs' action files with the stream.";

    private readonly Option<string[]> _glob = new("--glob", "--actions") { HelpName = "PATTERN", Description = "The MDTs' action files (hsm.actions). May be repeated." };
    private readonly Option<string[]> _mdts = new("--mdts")
    {
        HelpName = "MDT",
        AllowMultipleArgumentsPerToken = true,
        Description = "Compare these MDTs only; one without a file here is then a problem. Otherwise: all that have a file.",
    };
    private readonly Option<int> _examples = new("--examples") { HelpName = "COUNT", DefaultValueFactory = _ => 5, Description = "How many actions of each kind of difference to name for an MDT." };
    private readonly Option<bool> _repair = new("--repair") { Description = "Write the events that are missing, or have the running shipper do it, and compare again." };
    private readonly Option<string> _timeout = new("--repair-timeout")
    {
        HelpName = "DURATION",
        DefaultValueFactory = _ => "60s",
        Description = "How long a running shipper is given for it: more than its poll interval.",
    };
    private readonly Option<bool> _json = SharedOptions.Json();

    public ReconcileVerb() : base("reconcile", Summary)
    {
        foreach (Option option in (Option[])[_glob, _mdts, _examples, _repair, _timeout, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads the stream to its end, then the action files, which are the truth, and names for each MDT the actions that are missing from the stream, those that only the stream knows, and those with another status. Another status is a note: it is what a change looks like until the shipper's next poll. On a busy MDT a few missing or extra actions are just as short-lived; look again before you act.",
            "--repair makes the stream say what the files say. Where no shipper runs, this process writes the differences. A topic of a feed in a directory has one writer; where a shipper runs it is asked, by a record on hsm:requests, to read its topics whole and compare everything at its next poll, and the verb waits for that.",
            "A file that ends in the middle of a line is read again, up to three times; what is still cut says nothing about what is not in it, and the MDT is not in order.",
        ],
        Examples =
        [
            new("weir hsm reconcile", "Compare every MDT that has a file on this host."),
            new("weir hsm reconcile --mdts elm-MDT0000 elm-MDT0001 --json", "Two MDTs, for a program."),
            new("weir hsm reconcile --glob '/backup/*-MDT????/hsm/actions' --repair", "Make the stream say what these files say."),
        ],
        Done = "the stream knows the same actions as the files",
        ExitCodes = [new("3", "actions are missing or extra, or an MDT could not be compared. As 'hsm-stream-reconciler', the original's name: 1")],
        Environment = HsmEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (!Duration.TryParse(run.Get(_timeout)!, out TimeSpan timeout)) throw new UsageException($"--repair-timeout: '{run.Get(_timeout)}' is not {Duration.Expected}");
        if (run.Get(_examples) < 0) throw new UsageException("--examples cannot be negative");
        EffectiveConfiguration configuration = Configure(run);
        HsmOptions hsm = configuration.Options.Hsm;
        var what = new ReconcileOptions
        {
            Actions = run.Get(_glob) is { Length: > 0 } patterns ? patterns : hsm.Actions,
            Prefix = hsm.Topic,
            Mdts = run.Get(_mdts) ?? [],
            MaxExamples = run.Get(_examples),
        };
        await using IFeedEngine feed = OpenExisting(run, configuration);
        await using var reconciler = new Reconciler(feed, what);
        ReconcileReport report = await reconciler.CompareAsync(cancellationToken);
        RepairReport? repair = null;
        if (run.Get(_repair))
        {
            var how = new RepairOptions { Layout = hsm.Layout, Timeout = timeout, Time = run.Time };
            repair = await new Repairer(feed, what, how, run.Loggers.CreateLogger("Weir.Hsm")).RepairAsync(reconciler, report, cancellationToken);
            Say(run, report, repair);
            report = repair.After;
        }

        if (run.Get(_json)) ReconcilePrinter.WriteJson(run.Out, report, repair);
        else ReconcilePrinter.WriteText(run.Out, report);
        return report.IsInOrder ? ExitCode.Done : ExitCode.FoundProblems;
    }

    private static void Say(Invocation run, ReconcileReport before, RepairReport repair)
    {
        string found = $"{before.Missing} missing, {before.Extra} extra, {before.Different} with another status";
        run.Terminal.Say(repair.Way switch
        {
            RepairWay.Direct => $"repair: found {found}; {repair.EventsWritten} events written",
            RepairWay.Shipper => $"repair: found {found}; the running shipper was asked to compare everything anew",
            _ => "repair: nothing to write",
        });
        foreach (string problem in repair.Problems.Where(_ => repair.Way == RepairWay.Direct || !repair.After.IsInOrder)) run.Terminal.Say($"repair: {problem}");
    }
}
