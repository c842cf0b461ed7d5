namespace Weir.Health.Healing.Repairing;

/// <summary>How a try to repair ended.</summary>
internal abstract record RepairEnd
{
    /// <summary>All that can be repaired is, and was verified.</summary>
    /// <param name="Result">What came of it.</param>
    /// <param name="Healthy">Versions that are whole; "null" for the null version.</param>
    public sealed record Done(HealResult Result, IReadOnlyList<string> Healthy) : RepairEnd;

    /// <summary>A repair was tried and did not hold.</summary>
    /// <param name="Error">Why.</param>
    /// <param name="Result">What was done all the same; null where nothing was.</param>
    public sealed record Failed(string Error, HealResult? Result) : RepairEnd;

    /// <summary>It is too early.</summary>
    /// <param name="Until">When it is not.</param>
    /// <param name="Reason">What is waited for.</param>
    /// <param name="IsSighted">Whether the damage was seen now, for the first time.</param>
    public sealed record Deferred(DateTimeOffset Until, string Reason, bool IsSighted) : RepairEnd;
}
