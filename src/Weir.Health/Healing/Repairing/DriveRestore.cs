using System.Diagnostics;
using System.Globalization;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Format;
using Weir.Health.Pools;

namespace Weir.Health.Healing.Repairing;

/// <summary>
/// Makes an empty drive one of the deployment, in place of a lost one, and gives it everything that belongs on it, the most endangered objects
/// first. What is done is seen from the drives and a journal, so that it goes on where it was whenever it was interrupted.
/// </summary>
internal sealed class DriveRestore(RepairSession session, PoolSet pools, HealRequest request, string journals, int concurrency, TimeProvider time) : IHealObserver
{
    private const int MaxTold = 100;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly List<UnrepairedVersion> _left = [];
    private readonly List<string> _problems = [];
    private long _leftCount, _pieces, _objects;

    /// <param name="cancellationToken">Ends it after the repairs that run.</param>
    public async Task<RepairEnd> RunAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        string root = Path.GetFullPath(request.Drive!);
        Drive? drive = session.Topology.Drives.FirstOrDefault(known => known.Files.Root == Path.TrimEndingDirectorySeparator(root));
        if (drive is null) return new RepairEnd.Failed($"{request.Drive} is none of the configured drives.", null);
        if (drive.State == DriveState.Unformatted) return await FormatAsync(cancellationToken).ConfigureAwait(false);
        if (drive.State != DriveState.Online) return new RepairEnd.Failed($"{drive.Path} is {drive.State.ToString().ToLowerInvariant()}: {drive.Detail}", null);
        if (!await RebuildAsync(drive, cancellationToken).ConfigureAwait(false)) return new RepairEnd.Deferred(time.GetUtcNow(), "the drives changed meanwhile", false);
        if (_problems.Count > 0) return new RepairEnd.Failed(string.Join("; ", _problems), Result(drive, start, success: false));
        return new RepairEnd.Done(Result(drive, start, _leftCount == 0), []);
    }

    void IHealObserver.Looked(ObjectPlan plan)
    {
        foreach (Refusal refusal in plan.Refusals)
        {
            _leftCount++;
            if (_left.Count < MaxTold) _left.Add(new(refusal.Version.VersionIdText, refusal.Version.Verdict.Name(), $"{refusal.Version.Name}: {refusal.Reason}"));
        }
    }

    void IHealObserver.Healed(ObjectOutcome outcome)
    {
        _objects++;
        _pieces += outcome.Versions.Sum(version => version.Pieces.Count);
        if (_problems.Count < 8) _problems.AddRange(outcome.Versions.SelectMany(version => version.Problems).Distinct().Take(8 - _problems.Count).Select(problem => $"{outcome.Plan.Object.Name}: {problem}"));
    }

    void IHealObserver.MadeBucket(Drive drive, string bucket)
    {
    }

    void IHealObserver.Moved(Drive drive, string path, string? problem)
    {
    }

    /// <summary>Gives it its identity; the rest is done when it is taken as a drive of the pool.</summary>
    private async Task<RepairEnd> FormatAsync(CancellationToken cancellationToken)
    {
        try
        {
            DriveFormatter.Format(Replacement.Find(session.Topology, request.Drive!, request.DriveId));
        }
        catch (Exception error) when (error is DriveFileException or ErasureFormatException)
        {
            return new RepairEnd.Failed(error.Message, null);
        }

        await pools.CheckAsync(cancellationToken).ConfigureAwait(false);
        return new RepairEnd.Deferred(time.GetUtcNow(), "it has its identity; what belongs on it is made next", false);
    }

    /// <summary>Makes what is missing in its set; false where the drives changed before the end.</summary>
    private async Task<bool> RebuildAsync(Drive drive, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(journals);
        Guid deployment = session.Topology.Pools[0].Format.DeploymentId;
        using HealJournal journal = HealJournal.FindUnfinished(journals, deployment, time) ?? HealJournal.Create(journals, deployment, [drive.Path], time);
        using var changed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using ITimer watch = time.CreateTimer(_ => StopIfOutdated(changed), null, LookInterval, LookInterval);
        HealOptions options = session.Options with { Concurrency = concurrency };
        using var healer = new DeploymentHealer(session.Topology, session.Drives(isUrgent: false), options, new() { Mode = VerifyMode.Normal }, journal, this);
        try
        {
            await healer.RepairBucketsAsync().ConfigureAwait(false);
            if (!journal.Cursor.IsPlanned)
            {
                journal.RestartPlan();
                await healer.PlanAsync((pool, set) => pool == drive.Pool && set == drive.Set, changed.Token).ConfigureAwait(false);
            }

            await healer.RunAsync(changed.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void StopIfOutdated(CancellationTokenSource changed)
    {
        if (!session.IsOutdated) return;
        try
        {
            changed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    private HealResult Result(Drive drive, long start, bool success)
    {
        string details = string.Create(CultureInfo.InvariantCulture, $"{_objects} objects repaired, every piece read back from the drive; {_leftCount} versions left");
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        int shards = session.Topology.Pools[drive.Pool].SetSize;
        return new(success, (int)Math.Min(int.MaxValue, _pieces), shards, took, HealStrategy.FormatRestore, [new("ShardCount", success, details, took)], _left);
    }
}
