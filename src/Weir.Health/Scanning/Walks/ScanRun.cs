using System.Threading.Channels;
using Weir.Erasure.Drives.Verifying;
using Weir.Health.Issues;
using Weir.Health.Pools;
using Weir.Health.Scanning.Choosing;
using Weir.Health.Scanning.Jobs;

namespace Weir.Health.Scanning.Walks;

/// <summary>
/// Runs a scan from where it is: walks sets side by side, judges what it sees, and makes it durable piece by piece, first the issues, then
/// where it is. Whatever ends it, it can be run again.
/// </summary>
internal sealed class ScanRun(ScanJob job, ScanParts parts)
{
    /// <summary>Sets that are walked at once.</summary>
    private const int MaxSets = 4;

    /// <summary>Verdicts that wait to be taken.</summary>
    private const int MaxWaiting = 256;

    /// <summary>So many objects between two looks whether the drives are still the same.</summary>
    private const int ObjectsBetweenLooks = 64;

    private readonly Dictionary<string, CatalogueWriter> _catalogues = new(StringComparer.Ordinal);
    private readonly List<string> _passed = [];
    private ScanBatch _batch = new();
    private long _batchBegan = parts.Options.Time.GetTimestamp();
    private ScanCommitter? _committer;
    private HealthPriority? _priority;
    private string? _priorityBucket;

    /// <summary>Runs until all is done; what cannot be scanned is said in <see cref="ScanJob.Error"/>.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; what was seen until then is durable, as far as that was possible.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _committer = new(job, parts, _catalogues);
        try
        {
            while (true)
            {
                using PoolLease lease = await TakeDrivesAsync(cancellationToken).ConfigureAwait(false);
                List<ScanUnit> units = ScanPlan.Make(job.Request, IncludesSystem, job.PriorityBuckets, lease.View.Topology, parts.Pools, out string? problem);
                lock (job.Gate) job.Error = problem;
                if (await WalkAsync(lease.View, units, cancellationToken).ConfigureAwait(false)) break;
                // The next walk begins where this one is known to be.
                await CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            await CommitAsync(cancellationToken).ConfigureAwait(false);
            if (job.Request.Strategy == ScanStrategy.Smart)
            {
                lock (job.Gate) job.Estimate = job.Sample.ToEstimate();
            }
        }
        catch (OperationCanceledException)
        {
            await _committer!.TryCommitAsync(_batch).ConfigureAwait(false);
            throw;
        }
    }

    private bool IncludesSystem => job.Request.Scope.IncludesSystemObjects ?? !parts.Policies.Scan.SkipSystemObjects;

    /// <summary>Waits for drives where there are none.</summary>
    private async Task<PoolLease> TakeDrivesAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await parts.Pools.TakeAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (HealthException error)
            {
                bool isNew;
                lock (job.Gate)
                {
                    isNew = job.Error != error.Message;
                    job.Error = error.Message;
                }

                if (isNew) ScanLog.ScanHeld(parts.Options.Logger, job.Id, error.Message);
            }

            await Task.Delay(parts.Options.RetryInterval, parts.Options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Walks what is left; false where the drives are others now.</summary>
    private async Task<bool> WalkAsync(PoolView view, List<ScanUnit> units, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var verdicts = Channel.CreateBounded<(UnitCursor Unit, ObjectVerdict? Verdict)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
        UnitCursor[] left = [.. units.Where(unit => !job.Done.Contains(unit.Key)).Select(unit => new UnitCursor(unit, parts.Issues, job.Positions.GetValueOrDefault(unit.Key)))];
        Task walking = ProduceAsync(view, left, verdicts.Writer, ending.Token);
        try
        {
            return await ConsumeAsync(view, verdicts.Reader, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await walking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ProduceAsync(PoolView view, UnitCursor[] cursors, ChannelWriter<(UnitCursor Unit, ObjectVerdict? Verdict)> verdicts, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        using var examiner = new ObjectExaminer(view.Queues);
        try
        {
            foreach (IGrouping<int, UnitCursor> phase in cursors.GroupBy(cursor => cursor.Unit.Phase))
            {
                var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxSets, CancellationToken = cancellationToken };
                await Parallel.ForEachAsync(phase, parallel, async (cursor, token) =>
                {
                    if (cursor.Unit.Object is null) await WalkAsync(view, examiner, cursor, verdicts, token).ConfigureAwait(false);
                    else await verdicts.WriteAsync((cursor, await examiner.ExamineAsync(cursor.Unit.Pool, cursor.Unit.Set, cursor.Unit.Object, Examine, token).ConfigureAwait(false)), token).ConfigureAwait(false);
                    await verdicts.WriteAsync((cursor, null), token).ConfigureAwait(false);
                }).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            failure = error;
        }

        verdicts.Complete(failure);
    }

    private async Task WalkAsync(PoolView view, ObjectExaminer examiner, UnitCursor cursor, ChannelWriter<(UnitCursor Unit, ObjectVerdict? Verdict)> verdicts, CancellationToken cancellationToken)
    {
        ScanUnit unit = cursor.Unit;
        var options = new VerifyOptions { Examine = Examine with { Mode = ObjectChooser.WalkMode(job) }, After = cursor.Position, Below = unit.Below, Buckets = unit.Buckets };
        using CatalogueReader? catalogue = job.Request.Strategy == ScanStrategy.Targeted ? null : new(parts.Options.Disk, parts.Jobs.CataloguePath(unit.Key));
        if (catalogue is not null)
        {
            double deep = job.Request.Reason == ScanCommitter.CycleReason ? parts.Policies.Scan.DeepScanProbability : 0;
            bool hasErrors = view.Queues.Errors.Any(error => error.Drive.Pool == unit.Pool.Number && error.Drive.Set == unit.Set);
            options = options with { Choose = new ObjectChooser(job, unit, catalogue, parts.Issues, deep, hasErrors, parts.Options.Time.GetUtcNow()).Choose };
        }

        await foreach (ObjectVerdict verdict in new SetVerifier(view.Queues, examiner).VerifyAsync(unit.Pool, unit.Set, options, cancellationToken).ConfigureAwait(false))
        {
            if (unit.Prefix is null || unit.Covers(verdict.Name.Path)) await verdicts.WriteAsync((cursor, verdict), cancellationToken).ConfigureAwait(false);
        }
    }

    private ExamineOptions Examine => new() { Mode = job.Mode };

    private async Task<bool> ConsumeAsync(PoolView view, ChannelReader<(UnitCursor Unit, ObjectVerdict? Verdict)> verdicts, CancellationToken cancellationToken)
    {
        int sinceLook = 0;
        while (true)
        {
            if (!verdicts.TryRead(out (UnitCursor Unit, ObjectVerdict? Verdict) next))
            {
                if (!await WaitAsync(verdicts, cancellationToken).ConfigureAwait(false)) return true;
                if (view.IsOutdated) return false;
                continue;
            }

            if (next.Verdict is { } verdict)
            {
                await parts.Pacer.ObjectsAsync(1, cancellationToken).ConfigureAwait(false);
                Take(view, next.Unit, verdict);
                if (job.Request.Scope.MaxObjects is { } most && job.Objects + _batch.Objects >= most) return true;
            }
            else End(view, next.Unit);

            if (_batch.Objects + _batch.Skipped >= parts.Options.BatchObjects || parts.Options.Time.GetElapsedTime(_batchBegan) >= parts.Options.BatchTime) await CommitAsync(cancellationToken).ConfigureAwait(false);
            if (++sinceLook < ObjectsBetweenLooks) continue;
            sinceLook = 0;
            cancellationToken.ThrowIfCancellationRequested();
            if (view.IsOutdated) return false;
        }
    }

    /// <summary>Waits for a verdict, and makes durable meanwhile what there is; false after the last.</summary>
    private async Task<bool> WaitAsync(ChannelReader<(UnitCursor Unit, ObjectVerdict? Verdict)> verdicts, CancellationToken cancellationToken)
    {
        Task<bool> more = verdicts.WaitToReadAsync(cancellationToken).AsTask();
        if (more.IsCompleted) return await more.ConfigureAwait(false);
        using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task wait = Task.Delay(parts.Options.BatchTime, parts.Options.Time, tick.Token);
        await Task.WhenAny(more, wait).ConfigureAwait(false);
        await tick.CancelAsync().ConfigureAwait(false);
        if (!more.IsCompleted && !_batch.IsEmpty) await CommitAsync(cancellationToken).ConfigureAwait(false);
        // Drives may have gone meanwhile: who waits for them in vain looks.
        return !more.IsCompleted || await more.ConfigureAwait(false);
    }

    private async Task CommitAsync(CancellationToken cancellationToken)
    {
        await _committer!.CommitAsync(_batch, cancellationToken).ConfigureAwait(false);
        _batch = new();
        _batchBegan = parts.Options.Time.GetTimestamp();
    }

    private void Take(PoolView view, UnitCursor cursor, ObjectVerdict verdict)
    {
        ScanUnit unit = cursor.Unit;
        bool isKnown = cursor.MoveTo(verdict.Name.Path, _passed);
        TakePassed(view, unit);
        if (unit.Object is null) _batch.Positions[unit.Key] = cursor.Position!;
        if (verdict.Look is not null && unit.Object is null) TakeChoice(unit, verdict);
        if (verdict.IsSkipped)
        {
            _batch.Skipped++;
            return;
        }

        if (verdict.Versions.Count > 0)
        {
            _batch.Objects++;
            _batch.Tally.Add(verdict);
        }

        _batch.Bytes += verdict.ReadBytes;
        if (!isKnown && verdict.IsHealthy) return;
        var found = new List<HealthIssue>();
        var unknown = new List<string?>();
        foreach (VersionVerdict version in verdict.Versions)
        {
            if (version.Verdict == Verdict.Unknown) unknown.Add(version.VersionIdText);
            else if (IssueJudge.Judge(version, verdict.Pool, verdict.Set, PriorityOf(version.Name.Bucket)) is { } issue) found.Add(issue);
        }

        bool isGone = verdict.Versions.Count == 0;
        if (isGone && !IsCertain(view, unit)) return;
        if (found.Count > 0 || isKnown) _batch.Sightings.Add(new() { Pool = verdict.Pool, Set = verdict.Set, Name = verdict.Name, Mode = verdict.Look ?? (unit.Object is null ? ObjectChooser.WalkMode(job) : job.Mode), Found = found, Unknown = unknown, IsGone = isGone });
    }

    /// <summary>Takes down for later scans, and for the estimate of a sample, what became of an object.</summary>
    private void TakeChoice(ScanUnit unit, ObjectVerdict verdict)
    {
        ObjectMark mark = ObjectMark.From(verdict.Mark);
        bool hasIssue = !verdict.IsSkipped && verdict.Versions.Any(version => version.Verdict is not (Verdict.Healthy or Verdict.Unknown));
        // What is wrong enough to be seen from outside is looked at whether it was drawn or not; it counts for the estimate where it was.
        if (mark.Probability > 0) _batch.Sample.Add(mark.Probability, mark.IsDrawn, hasIssue);
        if (mark.IsNew)
        {
            parts.Events.Post("ObjectDiscovered", verdict.Name.ToString(), json =>
            {
                json.WriteString("bucket", verdict.Name.Bucket);
                json.WriteString("object", verdict.Name.Key);
                json.WriteString("scan_id", job.Id);
            });
        }

        // Only who goes by everything knows what there is.
        if (job.Request.Scope.Buckets is not null || job.Request.Scope.MaxObjects is not null) return;
        if (!_catalogues.TryGetValue(unit.Key, out CatalogueWriter? catalogue))
        {
            _catalogues[unit.Key] = catalogue = new(parts.Options.Disk, parts.Jobs.NewCataloguePath(unit.Key, job), job.CatalogueBytes.GetValueOrDefault(unit.Key));
        }

        // What has an issue is looked at the next time, whether it changes or not.
        long scannedAt = verdict.IsSkipped ? mark.ScannedAt : parts.Options.Time.GetUtcNow().ToUnixTimeSeconds();
        catalogue.Add(new(verdict.Name.Path, hasIssue ? 0 : verdict.Walked.Stamp, scannedAt));
    }

    private void End(PoolView view, UnitCursor cursor)
    {
        if (cursor.Unit.Object is null) cursor.MoveTo(null, _passed);
        TakePassed(view, cursor.Unit);
        _batch.Done.Add(cursor.Unit.Key);
    }

    /// <summary>Objects with issues that the walk did not come by.</summary>
    private void TakePassed(PoolView view, ScanUnit unit)
    {
        if (_passed.Count == 0) return;
        if (IsCertain(view, unit))
        {
            foreach (string path in _passed)
            {
                int slash = path.IndexOf('/', StringComparison.Ordinal);
                var name = Erasure.Drives.ObjectName.FromDirectory(path[..slash], path[(slash + 1)..]);
                _batch.Sightings.Add(new() { Pool = unit.Pool.Number, Set = unit.Set, Name = name, Mode = job.Mode, IsGone = true });
            }
        }

        _passed.Clear();
    }

    /// <summary>Whether what the walk does not come by is not there: every drive of the set is, and answered.</summary>
    private static bool IsCertain(PoolView view, ScanUnit unit) =>
        unit.Pool.Set(unit.Set).All(drive => drive is not null)
        && view.Queues.Failures.All(failure => failure.Drive.Pool != unit.Pool.Number || failure.Drive.Set != unit.Set)
        && view.Queues.Errors.All(error => error.Drive.Pool != unit.Pool.Number || error.Drive.Set != unit.Set);

    private HealthPriority? PriorityOf(string bucket)
    {
        if (_priorityBucket == bucket) return _priority;
        (_priorityBucket, _priority) = (bucket, parts.Policies.Heal.PriorityOf(bucket));
        return _priority;
    }
}
