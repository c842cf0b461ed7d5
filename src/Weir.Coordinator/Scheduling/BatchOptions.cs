namespace Weir.Coordinator.Scheduling;

/// <summary>
/// Archives with equal data go to one slot of one agent one after another, so that a tape stays mounted. With batches on, an archive is
/// handed out from a slot only.
/// </summary>
public sealed record BatchOptions
{
    /// <summary>A slot without work is given up this long after its last use.</summary>
    public required TimeSpan Idle { get; init; }

    /// <summary>A slot is given up this long after it was taken, work or not; zero for never.</summary>
    public TimeSpan Max { get; init; }

    /// <summary>Slots per agent (<c>batch_archives_slots_per_client</c>).</summary>
    public int SlotsPerAgent { get; init; } = 1;

    internal bool IsValid => Idle > TimeSpan.Zero && Max >= TimeSpan.Zero && SlotsPerAgent is >= 1 and <= 1000;
}
