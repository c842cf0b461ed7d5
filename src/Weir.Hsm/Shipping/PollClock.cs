namespace Weir.Hsm.Shipping;

/// <summary>One moment that all events of a poll are made at, and what is due by then.</summary>
internal readonly struct PollClock
{
    private readonly uint _heartbeatSeconds;
    private readonly ulong _refreshMilliseconds;
    private readonly uint _now;
    private readonly ulong _nowMilliseconds;

    public PollClock(DateTimeOffset now, TimeSpan heartbeat, TimeSpan refresh)
    {
        Seconds = now.ToUnixTimeSeconds();
        _now = Live.MdtActions.Seconds(Seconds);
        _nowMilliseconds = (ulong)Math.Max(0, now.ToUnixTimeMilliseconds());
        _heartbeatSeconds = (uint)Math.Clamp(heartbeat.TotalSeconds, 1, uint.MaxValue / 2);
        _refreshMilliseconds = (ulong)Math.Max(1, refresh.TotalMilliseconds);
    }

    /// <summary>Unix seconds.</summary>
    public long Seconds { get; }

    /// <summary>Quick and too generous: whether anything may be due.</summary>
    public bool MayBeDue(in Live.ActionEntry entry) =>
        _now - entry.LastEvent >= _heartbeatSeconds || _nowMilliseconds - entry.StateMilliseconds >= _refreshMilliseconds;

    /// <summary>
    /// Whether the action's state must be told again. Ids never go back: after a clock ran ahead and was set right they stay ahead for a
    /// while, and heartbeats do alone.
    /// </summary>
    public bool IsRefreshDue(in Live.ActionEntry entry) =>
        _nowMilliseconds >= entry.StateMilliseconds && _nowMilliseconds - entry.StateMilliseconds >= _refreshMilliseconds;

    /// <summary>Whether the action must be said to be alive. A last event far ahead of now is a clock's error and counts as long ago.</summary>
    public bool IsHeartbeatDue(in Live.ActionEntry entry) =>
        _now >= entry.LastEvent ? _now - entry.LastEvent >= _heartbeatSeconds : entry.LastEvent - _now >= _heartbeatSeconds;
}
