using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;

namespace Weir.Lab.Drives;

/// <summary>What a repair of the laboratory's drives did.</summary>
public sealed class LabRepair : IHealObserver
{
    private readonly List<Refusal> _refusals = [];
    private readonly List<VersionOutcome> _outcomes = [];

    /// <summary>What was left as it was, and why.</summary>
    public IReadOnlyList<Refusal> Refusals => _refusals;

    public IReadOnlyList<VersionOutcome> Outcomes => _outcomes;

    /// <summary>Pieces that were put into their place.</summary>
    public int Pieces => _outcomes.Sum(outcome => outcome.Pieces.Count);

    /// <summary>What was to be done and was not.</summary>
    public IEnumerable<string> Failures => _outcomes.Where(outcome => outcome.State != RepairState.Repaired)
        .Select(outcome => $"{outcome.Verdict.Name} {outcome.Verdict.VersionIdText}: {string.Join("; ", outcome.Problems)}");

    void IHealObserver.Looked(ObjectPlan plan) => _refusals.AddRange(plan.Refusals);

    void IHealObserver.Healed(ObjectOutcome outcome) => _outcomes.AddRange(outcome.Versions);

    void IHealObserver.MadeBucket(Drive drive, string bucket)
    {
    }

    void IHealObserver.Moved(Drive drive, string path, string? problem)
    {
    }
}
