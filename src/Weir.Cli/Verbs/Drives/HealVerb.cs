using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Server.Configuration;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Drives;

/// <summary><c>weir drives heal</c>: repairs what can be repaired, and tells of the rest.</summary>
internal sealed class HealVerb : Verb
{
    public const string Summary = "Repair what drives have lost, from what the others have.";

    private readonly Argument<string[]> _paths = new("PATH") { Arity = new ArgumentArity(1, 100_000), Description = "The roots of the drives, in any order." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Print what would be done, and write nothing to any drive." };
    private readonly Option<string?> _object = new("--object") { HelpName = "BUCKET/KEY", Description = "Repair this object alone." };
    private readonly Option<string> _mode = new("--mode") { HelpName = "MODE", DefaultValueFactory = _ => "normal", Description = "How closely to look for damage: normal or deep, as 'weir drives verify' does." };
    private readonly Option<bool> _cache = new("--cache") { Description = "Trust what the system holds of the drives in memory while looking for damage. What was written is read from the drive all the same." };
    private readonly Option<string[]> _replace = new("--replace") { HelpName = "PATH[=ID]", Description = "Make this empty drive the successor of a lost one: of the only one that is missing, or of drive ID. May be given several times." };
    private readonly Option<bool> _quarantine = new("--quarantine") { Description = "Also move what belongs to no version into .weir-quarantine on its drive, with scripts that move it back." };
    private readonly Option<bool> _live = new("--live") { Description = "Work beside a running server: leave alone what is young, and look twice at the rest." };
    private readonly Option<bool> _resume = new("--resume") { Description = "Go on with the newest run that was stopped." };
    private readonly Option<string?> _journal = new("--journal") { HelpName = "DIR", Description = "Where runs keep their plans and what they did." };
    private readonly Option<double> _mbps = new("--mbps") { HelpName = "N", Description = "Read and write at most so many megabytes a second on each drive." };
    private readonly Option<double> _iops = new("--iops") { HelpName = "N", Description = "Make at most so many calls a second to each drive." };
    private readonly Option<int> _concurrency = new("--concurrency") { HelpName = "N", DefaultValueFactory = _ => 1, Description = "Calls at once to each drive; more than one helps solid-state drives." };
    private readonly Option<string> _timeout = new("--timeout") { HelpName = "DURATION", DefaultValueFactory = _ => "5m", Description = "Give a drive up that has not answered for so long." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public HealVerb() : base("heal", Summary)
    {
        Arguments.Add(_paths);
        foreach (Option option in (Option[])[_dryRun, _object, _mode, _cache, _replace, _quarantine, _live, _resume, _journal, _mbps, _iops, _concurrency, _timeout, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "First looks at everything and plans, then repairs, the objects first that may lose least. Each position gets the piece that it lacks and no other: its record in xl.meta, where the shard is good, or the shard, made from as many good ones as there are data shards; one more is read, where there is one, to compare with. Other versions in the same xl.meta stay as they are, byte for byte. Files and directories get the owner and mode that they have on the other drives.",
            "Each piece is written aside, made durable, read back from the drive and renamed into its place. Whenever the run is killed or a drive fails, every object is as it was before or better. What cannot be repaired for certain is left as it is and named: too few shards, records that too few drives have, drives that disagree, shards of RustFS before 1.0.0-alpha.87. Nothing is ever deleted.",
            "The server must not be running: the verb refuses to begin while a process has files of the drives open or is called minio or rustfs. --live goes on all the same, but touches no version younger than ten minutes, looks at everything twice with ten seconds between, and gives up an object that changes meanwhile; nor does it work with --quarantine. Beside a server its own healing is to be preferred.",
            "A new drive that is given with --replace must be empty. It gets the identity of the lost one, then its buckets and objects; run again, the verb goes on with what is missing.",
            "Prints a line for each version that was not healthy: what was written where, or why it was left. With --json an object for each: bucket, object, version_id, verdict and margin before, state (repaired, partly-repaired, failed, untouched; planned with --dry-run), pieces (drive, shard, path, part; part is null for metadata) and problems.",
        ],
        Examples =
        [
            new("weir drives heal /data/disk* --dry-run", "What would be done."),
            new("weir drives heal /data/disk*", "Do it."),
            new("weir drives heal /data/disk* --mode deep --mbps 50", "Look at every byte first, and leave the drives some air."),
            new("weir drives heal /data/disk* --object photos/2024/cat.jpg", "One object."),
            new("weir drives heal /data/disk* --replace /data/disk3", "Rebuild the drive that was lost on the empty one in its place."),
            new("weir drives heal /data/disk* --resume", "Go on after it was stopped."),
        ],
        Done = "every version is healthy now, and every drive is there",
        ExitCodes = [new("3", "something was left or could not be repaired, or drives are missing or fail; with --dry-run: something is to be repaired")],
        Files =
        [
            new("/var/lib/weir/heal", "The journal: a directory for each run, with its plan and events.jsonl, which tells every change before it is made."),
            new("~/.local/state/weir/heal", "The journal of other users ($XDG_STATE_HOME/weir/heal)."),
            new("DRIVE/.weir-quarantine", "What --quarantine moved: below files, with the scripts below undo."),
        ],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        ExamineOptions examine = new() { Mode = Mode(run.Get(_mode)!), TrustsCache = run.Get(_cache) };
        ObjectName? only = ParseObject(run.Get(_object));
        bool isDry = run.Get(_dryRun);
        if (isDry && (run.Get(_resume) || run.Get(_quarantine))) throw new UsageException("--dry-run does nothing that could be resumed or moved");
        if (run.Get(_resume) && only is not null) throw new UsageException("--resume goes on with a whole run, and --object begins one of its own");
        if (run.Get(_resume) && run.Get(_quarantine)) throw new UsageException("--resume repairs what an earlier look planned, and what belongs to no version is found by looking: finish that run first, then give --quarantine without --resume");
        if (run.Get(_live) && run.Get(_quarantine)) throw new UsageException("--quarantine moves what no version refers to, and that may be what a running server is just writing: stop the server first, and leave --live out");
        DriveQueueOptions queues = QueueOptions(run);
        using var printer = new HealPrinter(run, run.Get(_json), isDry);
        DriveTopology topology = Discover(run);
        RefuseBesideServer(run, topology, isDry);
        topology = Replace(run, topology, isDry, printer);
        printer.Drives(topology);
        Drive[] members = [.. topology.Pools.SelectMany(pool => Enumerable.Range(0, pool.SetCount).SelectMany(pool.Set)).OfType<Drive>()];
        string name = run.Time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        using var drives = new HealDrives(queues, name);
        if (!isDry)
        {
            foreach (DrivePool pool in topology.Pools.Where(pool => !pool.HasQuorum))
            {
                throw new DriveFileException(string.Create(CultureInfo.InvariantCulture, $"Only {pool.OnlineCount} of the {pool.DriveCount} drives of pool {pool.Number} are there; nothing is written before more than half agree on what it is."));
            }

            drives.Take(members);
        }

        using HealJournal journal = OpenJournal(run, topology, isDry);
        var options = new HealOptions { IsLive = run.Get(_live), MayOutline = !isDry, Time = run.Time };
        using var healer = new DeploymentHealer(topology, drives, options, examine, journal, printer);
        using var progress = new HealProgressLine(run.Terminal, run.Time, () => healer.Totals);
        printer.Progress = progress;
        try
        {
            if (!journal.Cursor.IsPlanned && only is not null && !await healer.PlanAsync(only, cancellationToken)) throw new ObjectUnavailableException($"{only} is on none of the given drives.");
            if (!journal.Cursor.IsPlanned) await healer.PlanAsync(cancellationToken);
            if (!isDry)
            {
                if (only is null) await healer.RepairBucketsAsync();
                progress.Begin(journal.Rest());
                await healer.RunAsync(cancellationToken);
                if (run.Get(_quarantine)) await healer.QuarantineAsync(new(drives, name), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            progress.Clear();
            if (!isDry && only is null) run.Terminal.Say(journal.Cursor.IsPlanned ? "stopped; --resume goes on from here" : "stopped while looking; the next run looks again");
            throw;
        }
        finally
        {
            if (isDry) Directory.Delete(journal.DirectoryPath, recursive: true);
        }

        progress.Clear();
        printer.Summary(healer.Totals, journal, drives.Queues);
        bool isWhole = !printer.HasLeft && journal.Cursor.Refused == 0 && drives.Queues.Failures.Count == 0
            && topology.Drives.All(drive => drive.State == DriveState.Online) && topology.Pools.All(pool => pool.OnlineCount == pool.DriveCount);
        return isWhole && !(isDry && journal.Cursor.Objects > 0) ? ExitCode.Done : ExitCode.FoundProblems;
    }

    private static VerifyMode Mode(string text) => text switch
    {
        "normal" => VerifyMode.Normal,
        "deep" => VerifyMode.Deep,
        _ => throw new UsageException($"--mode {text} is none of normal, deep"),
    };

    private static ObjectName? ParseObject(string? text)
    {
        try
        {
            return text is null ? null : ObjectName.Parse(text);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message.Split(" (Parameter")[0]);
        }
    }

    private DriveTopology Discover(Invocation run)
    {
        DriveTopology topology = DriveTopology.Discover(run.Get(_paths), LocalDriveStore.Instance);
        return topology.Pools.Count > 0 ? topology : throw new DriveFileException("None of the given paths is a drive of a deployment; 'weir drives inspect' says what they are.");
    }

    private void RefuseBesideServer(Invocation run, DriveTopology topology, bool isDry)
    {
        IReadOnlyList<string> servers = RunningServers.Find([.. topology.Drives.Select(drive => drive.Files.Root)]);
        if (servers.Count == 0) return;
        string found = string.Join(", ", servers.Take(4));
        if (isDry || run.Get(_live)) run.Terminal.Say($"beside a running server: {found}");
        else throw new DriveFileException($"A server may be using the drives: {found}. Stop it first; --live works beside it, with limits.");
    }

    private DriveTopology Replace(Invocation run, DriveTopology topology, bool isDry, HealPrinter printer)
    {
        foreach (string given in run.Get(_replace) ?? [])
        {
            int equals = given.LastIndexOf('=');
            Guid id = Guid.Empty;
            bool hasId = equals > 0 && Guid.TryParseExact(given.AsSpan(equals + 1), "D", out id);
            Replacement replacement = Replacement.Find(topology, hasId ? given[..equals] : given, hasId ? id : null);
            printer.Replaced(replacement);
            if (isDry)
            {
                replacement.Pretend();
                continue;
            }

            DriveFormatter.Format(replacement);
            topology = Discover(run);
        }

        return topology;
    }

    private HealJournal OpenJournal(Invocation run, DriveTopology topology, bool isDry)
    {
        Guid deployment = topology.Pools[0].Format.DeploymentId;
        string[] paths = [.. topology.Drives.Select(drive => drive.Files.Root)];
        if (isDry) return HealJournal.Create(Directory.CreateTempSubdirectory("weir-heal-").FullName, deployment, paths, run.Time);
        string parent = run.Get(_journal) ?? Path.Combine(Path.GetDirectoryName(FeedUrl.Default(Environment.IsPrivilegedProcess, run.Terminal.ReadVariable).Directory)!, "heal");
        if (!run.Get(_resume)) return HealJournal.Create(parent, deployment, paths, run.Time);
        HealJournal journal = HealJournal.FindUnfinished(parent, deployment, run.Time) ?? throw new DriveFileException($"No run of this deployment in {parent} was stopped before its end; without --resume a new one begins.");
        if (!journal.Cursor.IsPlanned) journal.RestartPlan();
        return journal;
    }

    private DriveQueueOptions QueueOptions(Invocation run)
    {
        if (!Duration.TryParse(run.Get(_timeout)!, out TimeSpan timeout) || timeout < TimeSpan.FromSeconds(1)) throw new UsageException($"--timeout: '{run.Get(_timeout)}' is not {Duration.Expected} of 1s or more");
        if (run.Get(_mbps) < 0 || run.Get(_iops) < 0) throw new UsageException("--mbps and --iops cannot be negative");
        if (run.Get(_concurrency) is < 1 or > 64) throw new UsageException("--concurrency is from 1 to 64");
        return new() { Concurrency = run.Get(_concurrency), Timeout = timeout, BytesPerSecond = run.Get(_mbps) * 1e6, CallsPerSecond = run.Get(_iops), Time = run.Time };
    }
}
