namespace Weir.Coordinator.Scheduling;

/// <summary>A token bucket: so many requests per second, and so many at once after a pause.</summary>
/// <param name="PerSecond">Requests.</param>
/// <param name="Burst">Requests.</param>
public readonly record struct RateLimit(double PerSecond, int Burst = 1)
{
    internal static RateLimit One => new(1);

    internal bool IsValid => double.IsFinite(PerSecond) && PerSecond > 0 && PerSecond <= 1e9 && Burst is >= 1 and <= 1_000_000_000;
}
