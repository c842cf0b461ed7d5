namespace Weir.Health.Pools;

/// <summary>A pool as it is configured.</summary>
/// <param name="Name">For people.</param>
/// <param name="Drives">The roots of its drives, in any order.</param>
public sealed record HealthPool(string Name, IReadOnlyList<string> Drives);
