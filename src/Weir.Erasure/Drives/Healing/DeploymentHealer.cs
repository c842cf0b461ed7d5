using System.Collections.Concurrent;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// Repairs a deployment in two passes: the first looks at everything and plans, the second repairs, the most endangered objects first.
/// Each object is looked at again right before its repair. The plan lies in the journal, so that neither pass holds it in memory and a
/// run that ended early goes on where it was.
/// </summary>
public sealed class DeploymentHealer(DriveTopology topology, HealDrives drives, HealOptions options, ExamineOptions examine, HealJournal journal, IHealObserver observer) : IDisposable
{
    /// <summary>Objects with something to be moved that one run remembers; the next finds the others.</summary>
    private const int MaxUnneeded = 100_000;

    /// <summary>Beside a server: an object that is different each time it is looked at is left to the next run.</summary>
    private const int MostLooks = 4;

    private readonly ObjectExaminer _examiner = new(drives.Queues);
    private readonly List<(int Pool, int Set, ObjectName Name)> _unneeded = [];
    private readonly Lock _gate = new();
    private readonly SortedSet<long> _finishedAhead = [];
    private long _looked, _doneObjects, _doneBytes, _writtenBytes, _next;

    public HealTotals Totals
    {
        get
        {
            PlanCursor plan = journal.Cursor;
            lock (_gate) return new(_looked, plan.Objects, _doneObjects, plan.ReadBytes + plan.WriteBytes, _doneBytes, _writtenBytes);
        }
    }

    /// <summary>Looks at every object and plans.</summary>
    /// <param name="cancellationToken">Ends it; the plan is then begun anew by the next run.</param>
    public Task PlanAsync(CancellationToken cancellationToken) => PlanAsync((_, _) => true, cancellationToken);

    /// <summary>Looks at every object of some sets and plans.</summary>
    /// <param name="isIncluded">Whether a set, by its pool's number and its own, is looked at.</param>
    /// <param name="cancellationToken">Ends it; the plan is then begun anew by the next run.</param>
    public async Task PlanAsync(Func<int, int, bool> isIncluded, CancellationToken cancellationToken)
    {
        // Whoever is named without a place is done.
        Dictionary<(int, int), string?> done = topology.Pools
            .SelectMany(pool => Enumerable.Range(0, pool.SetCount).Select(set => (pool.Number, set))).Where(place => !isIncluded(place.Number, place.set)).ToDictionary(place => place, string? (_) => null);
        var verifier = new DeploymentVerifier(topology, drives.Queues);
        await foreach (ObjectVerdict verdict in verifier.VerifyAsync(new() { Examine = examine, MayOutline = options is { MayOutline: true, IsLive: false } }, done, cancellationToken).ConfigureAwait(false)) Take(verdict);
        journal.EndPlan();
    }

    /// <summary>Looks at one object, in whichever set it lies, and plans. Says whether any drive knows it.</summary>
    public async Task<bool> PlanAsync(ObjectName name, CancellationToken cancellationToken)
    {
        bool isKnown = false;
        foreach (DrivePool pool in topology.Pools)
        {
            for (int set = 0; set < pool.SetCount; set++)
            {
                ObjectVerdict verdict = await _examiner.ExamineAsync(pool, set, name, examine, cancellationToken).ConfigureAwait(false);
                if (verdict.Versions.Count == 0) continue;
                isKnown = true;
                Take(verdict);
            }
        }

        journal.EndPlan();
        return isKnown;
    }

    /// <summary>Makes the buckets that drives lack.</summary>
    public async Task RepairBucketsAsync()
    {
        foreach (DrivePool pool in topology.Pools)
        {
            for (int set = 0; set < pool.SetCount; set++)
            {
                foreach ((Drive drive, string bucket) in await BucketRepair.RunAsync(drives, pool, set).ConfigureAwait(false)) observer.MadeBucket(drive, bucket);
            }
        }
    }

    /// <summary>Moves what the plan's pass found that no version needs; each object is looked at again first.</summary>
    public async Task QuarantineAsync(Quarantine quarantine, CancellationToken cancellationToken)
    {
        foreach ((int pool, int set, ObjectName name) in _unneeded)
        {
            ObjectVerdict verdict = await _examiner.ExamineAsync(topology.Pools[pool], set, name, examine, cancellationToken).ConfigureAwait(false);
            ObjectPlan plan = HealPlanner.Plan(verdict);
            if (plan.Repairs.Count > 0 || !Quarantine.Concerns(plan)) continue;
            foreach ((Drive drive, string path, string? problem) in await quarantine.RunAsync(plan).ConfigureAwait(false))
            {
                if (problem is null)
                {
                    journal.Write("quarantined", json =>
                    {
                        json.WriteString("drive", drive.Path);
                        json.WriteString("path", path);
                    });
                }

                observer.Moved(drive, path, problem);
            }
        }
    }

    /// <summary>Repairs what the plan has left.</summary>
    /// <param name="cancellationToken">Begins no more repairs, and ends those that have changed nothing yet.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _next = journal.Cursor.Done;
        var memory = new WeightedGate(options.MemoryBytes);
        var slots = new WeightedGate(options.Concurrency);
        var running = new ConcurrentDictionary<long, Task>();
        try
        {
            foreach ((long number, PlannedObject planned) in journal.Left())
            {
                await slots.EnterAsync(1).ConfigureAwait(false);
                await memory.EnterAsync(planned.MemoryBytes).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                running[number] = Task.Run(
                    async () =>
                    {
                        try
                        {
                            await HealAsync(number, planned, cancellationToken).ConfigureAwait(false);
                        }
                        finally
                        {
                            memory.Leave(planned.MemoryBytes);
                            slots.Leave(1);
                        }
                    },
                    CancellationToken.None);
                if (running.Count < 2 * options.Concurrency) continue;
                foreach ((long ended, Task task) in running)
                {
                    // Its failure ends the run.
                    if (task.IsCompleted && running.TryRemove(ended, out _)) await task.ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await Task.WhenAll(running.Values).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            journal.Advance(_next, isFinished: false);
        }

        await Task.WhenAll(running.Values).ConfigureAwait(false);
        journal.Advance(_next, isFinished: true);
    }

    public void Dispose() => _examiner.Dispose();

    private void Take(ObjectVerdict verdict)
    {
        ObjectPlan plan = LiveRules.Apply(HealPlanner.Plan(verdict), options);
        lock (_gate)
        {
            _looked++;
            journal.AddRefused(plan.Refusals.Count);
            if (verdict.Outline is { } outline) journal.Add(new(verdict.Pool, verdict.Set, verdict.Name, outline.Margin, outline.ReadBytes, outline.WriteBytes, outline.MemoryBytes, options.Time.GetUtcNow(), ""));
            if (plan.Repairs.Count > 0) journal.Add(new(verdict.Pool, verdict.Set, verdict.Name, plan.Margin, plan.ReadBytes, plan.WriteBytes, plan.MemoryBytes, options.Time.GetUtcNow(), options.IsLive ? plan.Sighting : ""));
            if (_unneeded.Count < MaxUnneeded && (Quarantine.Concerns(plan) || plan.Repairs.Count > 0 || verdict.Outline is not null)) _unneeded.Add((verdict.Pool, verdict.Set, verdict.Name));
            observer.Looked(plan);
        }
    }

    private async Task HealAsync(long number, PlannedObject planned, CancellationToken cancellationToken)
    {
        (ObjectPlan plan, bool isSettled) = await LookAgainAsync(planned, cancellationToken).ConfigureAwait(false);
        ObjectOutcome outcome = isSettled
            ? await new ObjectHealer(drives, options, journal).HealAsync(plan, cancellationToken).ConfigureAwait(false)
            : new(plan, [.. plan.Repairs.Select(repair => new VersionOutcome(repair.Verdict, RepairState.Failed, [], ["each look at it saw something else; the server is changing it"]))], 0, 0);
        lock (_gate)
        {
            if (outcome.Versions.Count > 0) journal.Note(outcome);
            _doneObjects++;
            _doneBytes += planned.ReadBytes + planned.WriteBytes;
            _writtenBytes += outcome.WrittenBytes;
            _finishedAhead.Add(number);
            while (_finishedAhead.Remove(_next)) _next++;
            // Not for each one: whatever is done twice is found done.
            if (_doneObjects % 256 == 0) journal.Advance(_next, isFinished: false);
            observer.Healed(outcome);
        }
    }

    /// <summary>Looks right before the repair; beside a server until two looks in turn, some time apart, saw the same.</summary>
    private async Task<(ObjectPlan Plan, bool IsSettled)> LookAgainAsync(PlannedObject planned, CancellationToken cancellationToken)
    {
        (string sighting, DateTimeOffset seenAt) = (planned.Sighting, planned.SeenAt);
        for (int look = 1; ; look++)
        {
            if (options.IsLive)
            {
                TimeSpan early = seenAt + options.SightingInterval - options.Time.GetUtcNow();
                // A clock that was set back must not hold it up for long.
                if (early > options.SightingInterval) early = options.SightingInterval;
                if (early > TimeSpan.Zero) await Task.Delay(early, options.Time, cancellationToken).ConfigureAwait(false);
            }

            ObjectVerdict verdict = await _examiner.ExamineAsync(topology.Pools[planned.Pool], planned.Set, planned.Name, examine, cancellationToken).ConfigureAwait(false);
            ObjectPlan plan = LiveRules.Apply(HealPlanner.Plan(verdict), options);
            if (!options.IsLive || plan.Repairs.Count == 0 || plan.Sighting == sighting) return (plan, true);
            if (look == MostLooks) return (plan, false);
            (sighting, seenAt) = (plan.Sighting, options.Time.GetUtcNow());
        }
    }
}
