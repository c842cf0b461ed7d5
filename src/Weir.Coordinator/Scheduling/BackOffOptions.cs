namespace Weir.Coordinator.Scheduling;

/// <summary>
/// An agent that gave work back or left it unfinished, which is then handed out again, gets none itself for a while: <see cref="First"/>,
/// twice as long each time in a row, <see cref="Most"/> at the longest. What it finishes ends the row.
/// </summary>
public sealed record BackOffOptions
{
    public TimeSpan First { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Most { get; init; } = TimeSpan.FromMinutes(5);

    internal bool IsValid => First > TimeSpan.Zero && Most >= First;
}
