using System.Globalization;

namespace Weir.Coordinator.Journal;

/// <summary>What was found in the journal at the start.</summary>
/// <param name="Queued">Requests that wait.</param>
/// <param name="Running">Requests at agents, which have their grace time to come back.</param>
/// <param name="Agents">Agents that are waited for.</param>
/// <param name="Records">Records read.</param>
/// <param name="Gaps">Damaged places and records that could not be understood.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record RecoveryReport(long Queued, long Running, int Agents, long Records, long Gaps, TimeSpan Elapsed)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Queued} requests wait, {Running} run at {Agents} agents; {Records} records, {Gaps} gaps, {Elapsed.TotalSeconds:0.00} s");
}
