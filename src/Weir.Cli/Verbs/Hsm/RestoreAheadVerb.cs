using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Feed.Disks;
using Weir.Hsm.Lfs;
using Weir.Hsm.RestoringAhead;
using Weir.Server.Configuration;
using Weir.Server.Hsm;

namespace Weir.Cli.Verbs.Hsm;

/// <summary><c>weir hsm restore-ahead</c>: when one file of a directory is restored, restores those beside it.</summary>
internal sealed class RestoreAheadVerb : HsmVerb
{
    public const string Summary = "Restore the files beside one that is being restored.";

    private readonly Option<string?> _pattern = new("--pattern") { HelpName = "REGEX", Description = "The names of the files to restore, from their first character on (hsm.restore_ahead). Without it nothing is restored." };
    private readonly Option<string?> _mountPoint = new("--mountpoint") { HelpName = "DIR", Description = "Where the file system is mounted (hsm.mountpoint). Nothing outside is looked at." };
    private readonly Option<string?> _archive = new("--archive") { HelpName = "N", Description = "Only files in this archive (hsm.restore_ahead_archive; any)." };
    private readonly Option<string?> _batch = new("--batch-size") { HelpName = "N", Description = "So many files of a directory are under way at most (hsm.restore_ahead_batch_size; 100)." };
    private readonly Option<string?> _resume = new("--resume-threshold") { HelpName = "N", Description = "When fewer are under way, more are asked for (hsm.restore_ahead_resume_threshold; 20)." };
    private readonly Option<string?> _activation = new("--activation-threshold") { HelpName = "N", Description = "A directory with no more files is restored in one go (hsm.restore_ahead_activation_threshold; 100)." };
    private readonly Option<string?> _timeout = new("--job-timeout") { HelpName = "DURATION", Description = "A directory's job that is older is given up (hsm.restore_ahead_job_timeout; 1d)." };
    private readonly Option<string?> _check = new("--check-interval") { HelpName = "DURATION", Description = "How often it is looked at what has become of the files (hsm.restore_ahead_check_interval; 30s)." };
    private readonly Option<string?> _jobs = new("--jobs") { HelpName = "DIR", Description = "The directory of the jobs' files (hsm.restore_ahead_jobs; beside the feed)." };
    private readonly Option<bool> _once = new("--once", "--run-once") { Description = "Begin with the restores that are live now, ask for one batch of each job, and end." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be restored, and restore nothing." };
    private readonly Option<bool> _list = new("--list") { Description = "Print the jobs, and end." };
    private readonly Option<string[]> _cancel = new("--cancel") { HelpName = "JOB", Description = "Ask for nothing more of this job, and end. What Lustre was asked for goes on. May be repeated." };
    private readonly Option<bool> _json = new("--json") { Description = "With --list: a JSON object for each job." };

    public RestoreAheadVerb() : base("restore-ahead", Summary)
    {
        foreach (Option option in (Option[])[_pattern, _mountPoint, _archive, _batch, _resume, _activation, _timeout, _check, _jobs, _once, _dryRun, _list, _cancel, _json]) Options.Add(option);
    }

    public override LogLevel DefaultLogLevel => LogLevel.Information;

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Follows the topics of actions. When a RESTORE of a file begins, the regular files beside it whose names match the pattern, and whose data is in the archive alone, are restored too, by 'lfs hsm_restore'. A part of a data set that somebody reads brings the others, before each of them makes its reader wait.",
            "A directory with many such files is restored some at a time, so that the tapes are not flooded: at most --batch-size are under way, and when fewer than --resume-threshold are, more are asked for. What is under way is known from the events, and every --check-interval from 'lfs hsm_state'.",
            "Each directory that is worked on is a job with a file of its own, so jobs go on after a restart; --list shows them, --cancel ends one, beside the running daemon or without it. Restores that begin while no daemon runs are not noticed, but by --once. It must run where the file system is mounted, as a user who may restore.",
            "With --list --json each line is an object with the members id, directory, trigger, created, files, asked, in_flight, restored, failed, skipped, remaining and cancelling.",
        ],
        Examples =
        [
            new("weir hsm restore-ahead --pattern 'part\\..*' --mountpoint /elm", "Run as a daemon: parts bring their other parts."),
            new("weir hsm restore-ahead --pattern '.*' --mountpoint /elm --once --dry-run", "What would be restored now."),
            new("weir hsm restore-ahead --list", "The jobs, and how far they are."),
            new("weir hsm restore-ahead --cancel 3f2a9c01", "Ask for no more files of this one."),
        ],
        Done = "interrupted by SIGINT or SIGTERM, or what --once, --list or --cancel ask for is done",
        Environment = HsmEnvironment,
        Files = FeedFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_json) && !run.Get(_list)) throw new UsageException("--json goes with --list");
        EffectiveConfiguration configuration = Configure(run, Settings(run));
        ILogger logger = run.Loggers.CreateLogger("Weir.Hsm.RestoreAhead");
        if (run.Get(_list) || run.Get(_cancel) is { Length: > 0 })
            return Administer(run, new(RestoreAheadComposition.JobDirectory(configuration.Options), LocalDisk.Instance, logger));

        if (configuration.Options.Hsm.RestoreAhead is null)
            throw new UsageException("restoring ahead is off: name the files to restore by --pattern or hsm.restore_ahead, e.g. --pattern 'part\\..*'");
        if (configuration.Options.Hsm.MountPoint is null) throw new UsageException("where the file system is mounted is not known: say so by --mountpoint or hsm.mountpoint");
        RestoreAheadOptions options = RestoreAheadComposition.Compose(configuration.Options, run.Time)! with { IsDryRun = run.Get(_dryRun) };
        await using IFeedEngine feed = OpenExisting(run, configuration);
        var paths = new LfsPathResolver(options.MountPoint, logger, time: run.Time);
        var ahead = new RestoreAhead(feed, options, paths, new LfsHsmFiles(logger, "lfs", TimeSpan.FromSeconds(60)), logger);
        if (run.Get(_once)) await ahead.RunOnceAsync(cancellationToken);
        else await ahead.RunAsync(cancellationToken);
        return ExitCode.Done;
    }

    private int Administer(Invocation run, RestoreJobStore store)
    {
        foreach (string id in run.Get(_cancel) ?? [])
        {
            if (!store.Cancel(id)) throw new IOException($"There is no job '{id}'. 'weir hsm restore-ahead --list' shows those there are.");
        }

        if (!run.Get(_list)) return ExitCode.Done;
        if (run.Get(_json)) RestoreJobPrinter.WriteJson(run.Out, store.List());
        else RestoreJobPrinter.WriteText(run.Out, store.List());
        return ExitCode.Done;
    }

    private IEnumerable<ConfigurationSetting> Settings(Invocation run)
    {
        (Option<string?> Option, string Key)[] all =
        [
            (_pattern, "restore_ahead"), (_archive, "restore_ahead_archive"), (_batch, "restore_ahead_batch_size"), (_resume, "restore_ahead_resume_threshold"),
            (_activation, "restore_ahead_activation_threshold"), (_timeout, "restore_ahead_job_timeout"), (_check, "restore_ahead_check_interval"),
        ];
        foreach ((Option<string?> option, string key) in all)
        {
            if (run.Get(option) is { } value) yield return Setting("hsm", key, value, option.Name);
        }

        if (run.Get(_mountPoint) is { } mountPoint) yield return Setting("hsm", "mountpoint", Path.GetFullPath(mountPoint), "--mountpoint");
        if (run.Get(_jobs) is { } jobs) yield return Setting("hsm", "restore_ahead_jobs", Path.GetFullPath(jobs), "--jobs");
    }
}
