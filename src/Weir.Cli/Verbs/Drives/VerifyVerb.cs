using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Drives;

/// <summary><c>weir drives verify</c>: the truth about every object on the given drives.</summary>
internal sealed class VerifyVerb : Verb
{
    public const string Summary = "Check every object on raw drives, shard by shard.";

    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromSeconds(5);

    private readonly Argument<string[]> _paths = new("PATH") { Arity = new ArgumentArity(1, 100_000), Description = "The roots of the drives, in any order." };
    private readonly Option<string> _mode = new("--mode") { HelpName = "MODE", DefaultValueFactory = _ => "normal", Description = "How much is read: quick, normal or deep." };
    private readonly Option<bool> _etag = new("--etag") { Description = "Also put every object together and compare its MD5 with its ETag. Reads everything, as deep does." };
    private readonly Option<bool> _cache = new("--cache") { Description = "Trust what the system holds of the drives in memory. Otherwise deep drops it first, so that rot below it is seen." };
    private readonly Option<string?> _below = new("--below") { HelpName = "BUCKET[/PREFIX]", Description = "Only this bucket, or this directory of it and what is below." };
    private readonly Option<string?> _resume = new("--resume") { HelpName = "FILE", Description = "Go on where FILE says that a run stopped. The run keeps FILE up to date, and removes it when it is done." };
    private readonly Option<string?> _report = new("--report") { HelpName = "FILE", Description = "Write the summary there as JSON, with the lists of endangered and lost versions." };
    private readonly Option<double> _mbps = new("--mbps") { HelpName = "N", Description = "Read at most so many megabytes a second from each drive." };
    private readonly Option<double> _iops = new("--iops") { HelpName = "N", Description = "Make at most so many calls a second to each drive." };
    private readonly Option<int> _concurrency = new("--concurrency") { HelpName = "N", DefaultValueFactory = _ => 1, Description = "Calls at once to each drive; more than one helps solid-state drives." };
    private readonly Option<string> _timeout = new("--timeout") { HelpName = "DURATION", DefaultValueFactory = _ => "60s", Description = "Give a drive up that has not answered for so long." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public VerifyVerb() : base("verify", Summary)
    {
        Arguments.Add(_paths);
        foreach (Option option in (Option[])[_mode, _etag, _cache, _below, _resume, _report, _mbps, _iops, _concurrency, _timeout, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Walks all drives of each set together and says of every version of every object, the servers' own included, how many of its shards are good and what is wrong with the others. Only reads. Objects that a running server is just writing may be reported as incomplete; run it again.",
            "quick looks at directories alone, and closer where drives differ. normal reads all metadata, checks the shards that lie in it, and the exact size of every shard file. deep reads every byte: the hash of each block, and whether data and parity belong together, which shows blocks that were exchanged or are of an older write.",
            "Verdicts: healthy; degraded (shards are lost, and more may be); at-limit (nothing more may be lost); unrecoverable; sub-quorum (too few drives hold its record: a write that never finished, or the rest of something deleted); inconsistent-metadata; orphan (shards that no version refers to); misplaced (in a set that its name does not belong to); foreign (of a set of another size); legacy (by RustFS before 1.0.0-alpha.87); unknown (drives are away, and it depends on them: never taken for a loss).",
            "Prints a line for each version that is not healthy with what was found on which drive, then a summary: versions by verdict, how many of them can lose how many more shards, and what was found on each drive. With --json one object for every version: bucket, object, version_id (null for what is of no version), mod_time, verdict, data, parity, good, margin (good shards that may still be lost) and findings, each with drive, shard, kind, part and detail; the summary then goes to standard error.",
            "A drive that fails or hangs is reported and left out; what lies on it is unknown from then on.",
        ],
        Examples =
        [
            new("weir drives verify /data/disk*", "All metadata and sizes."),
            new("weir drives verify /data/disk* --mode deep --mbps 50 --resume /var/tmp/verify.state", "Every byte, gently, to be interrupted and run again at will."),
            new("weir drives verify /data/disk* --mode deep --below photos/2024 --json | jq -c 'select(.verdict != \"healthy\")'", "A part of a bucket, for a program."),
            new("weir drives verify /data/disk* --report /var/tmp/drives.json", "Keep the lists of what is endangered and lost."),
        ],
        Done = "every version is healthy, and every drive is there",
        ExitCodes = [new("3", "something is not healthy, or drives are missing or fail")],
        Files = [new("FILE of --resume", "Where the run is, and what it found so far; for this program alone.")],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        VerifyMode mode = Mode(run.Get(_mode)!);
        VerifyOptions options = new()
        {
            Examine = new() { Mode = mode, ChecksETag = run.Get(_etag), TrustsCache = run.Get(_cache) },
            Below = Below(run.Get(_below)),
        };
        DriveTopology topology = DriveTopology.Discover(run.Get(_paths));
        if (topology.Pools.Count == 0) throw new DriveFileException("None of the given paths is a drive of a deployment; 'weir drives inspect' says what they are.");
        using var queues = new DriveQueues(QueueOptions(run));
        string task = Describe(topology, options);
        VerifyCheckpoint checkpoint = Resume(run.Get(_resume), task);
        using var output = new VerifyPrinter(run, run.Get(_json));
        output.Drives(topology);
        bool isWholeRun = options.Below is null;
        using var progress = new VerifyProgressLine(run, queues, checkpoint, isWholeRun ? Estimate(topology, options) : null);
        long started = run.Time.GetTimestamp(), written = started;
        (double before, long filesBefore, long bytesBefore) = (checkpoint.Seconds, checkpoint.Files, checkpoint.Bytes);
        void Save()
        {
            if (run.Get(_resume) is not { } path) return;
            checkpoint.Seconds = before + run.Time.GetElapsedTime(started).TotalSeconds;
            (checkpoint.Files, checkpoint.Bytes) = (filesBefore + queues.Files, bytesBefore + queues.ReadBytes);
            run.Out.Flush();
            checkpoint.Write(path);
            written = run.Time.GetTimestamp();
        }

        try
        {
            await foreach (ObjectVerdict verdict in new DeploymentVerifier(topology, queues).VerifyAsync(options, checkpoint.Done, cancellationToken))
            {
                checkpoint.Tally.Add(verdict);
                checkpoint.Done[(verdict.Pool, verdict.Set)] = verdict.Name.Path;
                output.Object(verdict, progress);
                progress.Show();
                if (run.Time.GetElapsedTime(written) > CheckpointInterval) Save();
            }
        }
        catch (OperationCanceledException)
        {
            progress.Clear();
            Save();
            if (run.Get(_resume) is { } path) run.Terminal.Say($"stopped; '--resume {path}' goes on from here");
            throw;
        }

        progress.Clear();
        checkpoint.Seconds = before + run.Time.GetElapsedTime(started).TotalSeconds;
        output.Summary(checkpoint, queues);
        if (run.Get(_report) is { } report) WriteReport(report, checkpoint, topology, queues);
        if (run.Get(_resume) is { } state) File.Delete(state);
        bool isWhole = checkpoint.Tally.Unhealthy == 0 && queues.Failures.Count == 0 && queues.Errors.Count == 0 && topology.Drives.All(drive => drive.State == DriveState.Online)
            && topology.Pools.All(pool => pool.OnlineCount == pool.DriveCount);
        return isWhole ? ExitCode.Done : ExitCode.FoundProblems;
    }

    /// <summary>What the run will cost, where every drive has a file system of its own that says how much it holds; else null.</summary>
    private static RunEstimate? Estimate(DriveTopology topology, VerifyOptions options)
    {
        Drive[] drives = [.. topology.Drives.Where(drive => drive.Pool >= 0 && drive.State == DriveState.Online)];
        if (drives.Any(drive => drive.UsedFiles == 0)) return null;
        bool readsAll = options.Examine.Mode == VerifyMode.Deep || options.Examine.ChecksETag;
        // A directory and a small file take a block each, which is not read as data.
        return new(drives.Sum(drive => drive.UsedFiles), readsAll ? drives.Sum(drive => Math.Max(0, drive.UsedBytes - (4096 * drive.UsedFiles))) : 0);
    }

    private static VerifyMode Mode(string text) => text switch
    {
        "quick" => VerifyMode.Quick,
        "normal" => VerifyMode.Normal,
        "deep" => VerifyMode.Deep,
        _ => throw new UsageException($"--mode {text} is none of quick, normal, deep"),
    };

    private static string? Below(string? text)
    {
        if (text is null) return null;
        string path = text.TrimEnd('/');
        if (path.Length == 0 || path.Split('/').Any(component => component is "" or "." or "..") || path.Contains('\0', StringComparison.Ordinal)) throw new UsageException($"--below '{text}' is no BUCKET or BUCKET/PREFIX");
        return path;
    }

    private DriveQueueOptions QueueOptions(Invocation run)
    {
        if (!Duration.TryParse(run.Get(_timeout)!, out TimeSpan timeout) || timeout < TimeSpan.FromSeconds(1)) throw new UsageException($"--timeout: '{run.Get(_timeout)}' is not {Duration.Expected} of 1s or more");
        if (run.Get(_mbps) < 0 || run.Get(_iops) < 0) throw new UsageException("--mbps and --iops cannot be negative");
        if (run.Get(_concurrency) is < 1 or > 64) throw new UsageException("--concurrency is from 1 to 64");
        return new() { Concurrency = run.Get(_concurrency), Timeout = timeout, BytesPerSecond = run.Get(_mbps) * 1e6, CallsPerSecond = run.Get(_iops), Time = run.Time };
    }

    /// <summary>What a run is about: one that resumes must be about the same.</summary>
    private static string Describe(DriveTopology topology, VerifyOptions options) => string.Create(
        CultureInfo.InvariantCulture,
        $"deployment {topology.Pools[0].Format.DeploymentId}, {topology.Pools.Count} pools, mode {options.Examine.Mode}, etag {options.Examine.ChecksETag}, below {options.Below ?? "everything"}");

    private static VerifyCheckpoint Resume(string? path, string task)
    {
        if (path is null || VerifyCheckpoint.Read(path) is not { } found) return new() { Task = task };
        if (found.Task != task) throw new UsageException($"{path} is of another run ({found.Task}); this one is of {task}");
        return found;
    }

    private static void WriteReport(string path, VerifyCheckpoint checkpoint, DriveTopology topology, DriveQueues queues)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        using var json = new Utf8JsonWriter(file, OutputJson.Indented);
        json.WriteStartObject();
        json.WriteString("task", checkpoint.Task);
        json.WriteNumber("seconds", Math.Round(checkpoint.Seconds, 3));
        json.WriteStartArray("drives");
        foreach (Drive drive in topology.Drives)
        {
            string? failure = queues.Failures.FirstOrDefault(failed => failed.Drive == drive).Reason;
            json.WriteStartObject();
            json.WriteString("path", drive.Path);
            json.WriteString("state", failure is null ? TopologyPrinter.StateName(drive.State) : "failed");
            json.WriteString("detail", failure ?? drive.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("found");
        VerifyReportJson.Write(json, checkpoint.Tally);
        json.WriteEndObject();
    }
}
