namespace Weir.Feed.Tests.Contract;

/// <summary>A wall clock that stands still and is stepped by the test, over timers that run: engines wait for each other's short locks.</summary>
public sealed class SteppedClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public void Step(TimeSpan step) => Interlocked.Add(ref _ticks, step.Ticks);
}
