using System.Diagnostics;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health.Healing.Repairing;

/// <summary>
/// Repairs one object: looks, repairs what can be, and looks again, until nothing that can be repaired is left. What is found wrong only when
/// every byte is read is repaired in the same go.
/// </summary>
/// <param name="session">The drives.</param>
/// <param name="request">What is asked for.</param>
/// <param name="earlier">Drives on which a try that was interrupted may have put something into its place.</param>
/// <param name="isVerified">Whether every byte is read in the end.</param>
/// <param name="trustsCache">Whether what the system holds in memory is as good as what is on the drive.</param>
/// <param name="time">The time.</param>
internal sealed class ObjectRepair(RepairSession session, HealRequest request, IReadOnlySet<string> earlier, bool isVerified, bool trustsCache, TimeProvider time)
{
    /// <summary>What is found damaged after so many repairs in a row does not hold.</summary>
    private const int MaxRounds = 4;

    private readonly bool _isUrgent = request.Mode == HealMode.RealTime;
    private readonly HashSet<(string? Version, string Drive)> _made = [];
    private readonly RepairStrategies _strategies = new();

    /// <param name="sightedAt">When the damage was seen first; null for not yet.</param>
    /// <param name="cancellationToken">Ends it before anything is put into its place.</param>
    public async Task<RepairEnd> RunAsync(DateTimeOffset? sightedAt, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        ObjectName name = ObjectName.Create(request.Bucket, request.Object);
        var validations = new RepairValidations();
        IReadOnlyList<ObjectVerdict> places = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        if (places.Count == 0) return new RepairEnd.Done(new(false, 0, 0, Stopwatch.GetElapsedTime(start), null, [], [new(request.VersionId, Verdict.Unknown.Name(), "no drive that is there knows it")]), []);
        var last = new List<ObjectVerdict>();
        foreach (ObjectVerdict place in places)
        {
            (ObjectVerdict? verdict, RepairEnd? end) = await RepairAsync(place, sightedAt, validations, cancellationToken).ConfigureAwait(false);
            if (end is RepairEnd.Failed failed) return failed with { Result = _made.Count == 0 ? null : Result(start, [place], validations, isWhole: false) };
            if (end is not null) return end;
            last.Add(verdict!);
        }

        IReadOnlyList<string> healthy = [.. last.SelectMany(Asked).Where(version => version is { Verdict: Verdict.Healthy, VersionIdText: not null }).Select(version => version.VersionIdText!).Distinct()];
        return new RepairEnd.Done(Result(start, last, validations, isWhole: true), healthy);
    }

    /// <summary>Where drives know the object: in the set of its name, or else in whichever.</summary>
    private async Task<IReadOnlyList<ObjectVerdict>> FindAsync(ObjectName name, CancellationToken cancellationToken)
    {
        var found = new List<ObjectVerdict>();
        foreach (DrivePool pool in session.Topology.Pools)
        {
            ObjectVerdict verdict = await ExamineAsync(pool.Number, name.ChooseSet(pool.Format), name, VerifyMode.Normal, cancellationToken).ConfigureAwait(false);
            if (verdict.Versions.Count > 0) found.Add(verdict);
        }

        if (found.Count > 0) return found;
        foreach (DrivePool pool in session.Topology.Pools)
        {
            int own = name.ChooseSet(pool.Format);
            for (int set = 0; set < pool.SetCount; set++)
            {
                if (set == own) continue;
                ObjectVerdict verdict = await ExamineAsync(pool.Number, set, name, VerifyMode.Normal, cancellationToken).ConfigureAwait(false);
                if (verdict.Versions.Count > 0) found.Add(verdict);
            }
        }

        return found;
    }

    /// <summary>Repairs the object in one set; gives what was found at last, or why it ended before.</summary>
    private async Task<(ObjectVerdict? Last, RepairEnd? End)> RepairAsync(ObjectVerdict verdict, DateTimeOffset? sightedAt, RepairValidations validations, CancellationToken cancellationToken)
    {
        int found = _made.Count;
        for (int round = 0; ; round++)
        {
            bool isDeep = false;
            ObjectPlan plan = Plan(verdict);
            if (plan.Repairs.Count == 0 && (isVerified || _made.Count == found))
            {
                verdict = await ValidateAsync(verdict, validations, cancellationToken).ConfigureAwait(false);
                plan = Plan(verdict);
                isDeep = true;
            }

            ObjectPlan allowed = LiveRules.Apply(plan, session.Options);
            VersionRepair[] young = [.. plan.Repairs.Except(allowed.Repairs)];
            if (allowed.Repairs.Count == 0)
            {
                if (young.Length > 0) return (null, Settle(young));
                if (!isDeep) validations.Count(Asked(verdict), TimeSpan.Zero);
                return (verdict, null);
            }

            if (session.Options.IsLive && NotSeenTwice(sightedAt) is { } early) return (null, early);
            if (round >= MaxRounds) return (null, new RepairEnd.Failed($"it was repaired {MaxRounds} times, and is damaged again: {Describe(allowed)}", null));
            ObjectOutcome outcome = await new ObjectHealer(session.Drives(_isUrgent), session.Options, session.Journal).HealAsync(allowed, cancellationToken).ConfigureAwait(false);
            _strategies.Add(outcome);
            foreach (VersionOutcome version in outcome.Versions)
            {
                foreach (RepairedPiece piece in version.Pieces) _made.Add((version.Verdict.VersionIdText, piece.Drive.Path));
            }

            string[] problems = [.. outcome.Versions.SelectMany(version => version.Problems).Distinct()];
            if (problems.Length > 0) return (null, new RepairEnd.Failed(string.Join("; ", problems), null));
            long looked = Stopwatch.GetTimestamp();
            verdict = await ExamineAsync(verdict.Pool, verdict.Set, verdict.Name, VerifyMode.Normal, cancellationToken).ConfigureAwait(false);
            validations.Count(Asked(verdict), Stopwatch.GetElapsedTime(looked));
        }
    }

    private async Task<ObjectVerdict> ValidateAsync(ObjectVerdict verdict, RepairValidations validations, CancellationToken cancellationToken)
    {
        long looked = Stopwatch.GetTimestamp();
        ObjectVerdict deep = await ExamineAsync(verdict.Pool, verdict.Set, verdict.Name, VerifyMode.Deep, cancellationToken).ConfigureAwait(false);
        validations.Read(Asked(deep), Stopwatch.GetElapsedTime(looked));
        return deep;
    }

    private Task<ObjectVerdict> ExamineAsync(int pool, int set, ObjectName name, VerifyMode mode, CancellationToken cancellationToken)
    {
        var options = new ExamineOptions { Mode = mode, ChecksETag = mode == VerifyMode.Deep, TrustsCache = trustsCache };
        return session.Examiner(_isUrgent).ExamineAsync(session.Topology.Pools[pool], set, name, options, cancellationToken);
    }

    /// <summary>
    /// The versions that were asked for; and the others too where a record is made, for then the file that all of them share is written, and
    /// must not come to hold less than can be made.
    /// </summary>
    private ObjectPlan Plan(ObjectVerdict verdict)
    {
        ObjectPlan plan = HealPlanner.Plan(verdict);
        if (request.VersionId is not { } version || plan.Repairs.Any(repair => repair.Verdict.IsInline || repair.Shards.Any(shard => shard.NeedsRecord))) return plan;
        return plan with { Repairs = [.. plan.Repairs.Where(repair => repair.Verdict.VersionIdText == version)] };
    }

    private IEnumerable<VersionVerdict> Asked(ObjectVerdict verdict) => request.VersionId is not { } asked ? verdict.Versions : verdict.Versions.Where(version => version.VersionIdText == asked);

    private RepairEnd.Deferred? NotSeenTwice(DateTimeOffset? sightedAt)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (sightedAt is { } sighted && now - sighted >= session.Options.SightingInterval) return null;
        return new((sightedAt ?? now) + session.Options.SightingInterval, "a server may be using the drives: the damage is looked at twice", sightedAt is null);
    }

    private RepairEnd.Deferred Settle(IReadOnlyList<VersionRepair> young)
    {
        long newest = young.Max(repair => repair.Verdict.ModTime);
        DateTimeOffset settled = DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(newest / 100) + session.Options.SettleTime, least = time.GetUtcNow() + TimeSpan.FromSeconds(1);
        return new(settled > least ? settled : least, "a server may still be completing it", false);
    }

    private HealResult Result(long start, IReadOnlyList<ObjectVerdict> verdicts, RepairValidations validations, bool isWhole)
    {
        VersionVerdict[] versions = [.. verdicts.SelectMany(Asked)];
        UnrepairedVersion[] unrepaired =
        [
            .. from verdict in verdicts
               let refusals = HealPlanner.Plan(verdict).Refusals
               from version in Asked(verdict)
               where version.Verdict != Verdict.Healthy
               select new UnrepairedVersion(version.VersionIdText, version.Verdict.Name(), refusals.FirstOrDefault(refusal => refusal.Version == version)?.Reason ?? "it is damaged"),
        ];
        int shards = versions.Length == 0 ? 0 : versions.Max(version => version.Data == 0 ? verdicts.Max(verdict => verdict.Answers.Count) : version.Data + version.Parity);
        // What an interrupted try had put into its place is whole now, and counts as made by this repair.
        int before = earlier.Count(drive => !_made.Any(made => made.Drive == drive) && !versions.Any(version => version.Findings.Any(finding => finding.Drive == drive)));
        return new(isWhole && unrepaired.Length == 0 && versions.Length > 0, _made.Count + before, shards, Stopwatch.GetElapsedTime(start), _strategies.Strategy, validations.All, isWhole ? unrepaired : []);
    }

    private static string Describe(ObjectPlan plan) => string.Join("; ", plan.Repairs.SelectMany(repair => repair.Verdict.Findings).Take(3).Select(finding => $"{finding.Drive} {finding.Kind.Name()}"));
}
