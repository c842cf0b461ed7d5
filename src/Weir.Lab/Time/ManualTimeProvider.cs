namespace Weir.Lab.Time;

/// <summary>
/// A clock that stands still until it is advanced, and then fires the timers on its way in the order in which they are due.
/// The wall clock can also be stepped by itself, as an administrator or NTP does; timers do not notice that.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<ManualTimer, (TimeSpan Due, long Order)> _timers = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];
    private DateTimeOffset _wallClock;
    private TimeSpan _elapsed;
    private long _armings;
    private int _active;

    /// <param name="start">The wall clock at first; by default the start of 2026, UTC.</param>
    public ManualTimeProvider(DateTimeOffset? start = null) => _wallClock = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers are armed.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_gate) return _active;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _wallClock;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return _elapsed.Ticks;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass. Timers are called on this thread, each at its own moment, periodic ones as often as they are due.</summary>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        TimeSpan end;
        lock (_gate) end = _elapsed + time;
        while (NextDue(end) is { } timer) timer.Call();
        lock (_gate) MoveTo(end);
    }

    /// <summary>Steps the wall clock, also backwards, without time passing.</summary>
    public void StepWallClock(TimeSpan step)
    {
        lock (_gate) _wallClock += step;
    }

    /// <summary>Completes when at least so many timers are armed, so that a test knows that the code under test waits.</summary>
    public Task WhenTimersAsync(int count, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_active >= count) return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }

    internal void Arm(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            Disarm(timer);
            timer.Period = period;
            if (dueTime == Timeout.InfiniteTimeSpan) return;
            Enqueue(timer, dueTime);
            _waiters.RemoveAll(waiter => waiter.Count <= _active && waiter.Reached.TrySetResult());
        }
    }

    internal void Disarm(ManualTimer timer)
    {
        lock (_gate)
        {
            if (_timers.Remove(timer, out _, out _)) _active--;
        }
    }

    private ManualTimer? NextDue(TimeSpan end)
    {
        lock (_gate)
        {
            if (!_timers.TryPeek(out ManualTimer? timer, out (TimeSpan Due, long) at) || at.Due > end) return null;
            _timers.Dequeue();
            _active--;
            MoveTo(at.Due);
            if (timer.Period > TimeSpan.Zero) Enqueue(timer, timer.Period);
            return timer;
        }
    }

    private void Enqueue(ManualTimer timer, TimeSpan dueTime)
    {
        _timers.Enqueue(timer, (_elapsed + dueTime, _armings++));
        _active++;
    }

    private void MoveTo(TimeSpan moment)
    {
        if (moment <= _elapsed) return;
        _wallClock += moment - _elapsed;
        _elapsed = moment;
    }
}
