namespace Weir.Server.Feeds.Web;

/// <summary>
/// Has each idle stream say something from time to time, so that whatever stands between does not take the connection for dead. One timer for
/// all of them, which runs only while there are any; each second some have their turn.
/// </summary>
internal sealed class StreamKeepAlive(TimeProvider time)
{
    /// <summary>From one turn of a stream to its next. What commonly stands between gives up after a minute.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(Seconds);

    private const int Seconds = 45;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<EventStreamSession>[] _turns = [.. Enumerable.Range(0, Seconds).Select(_ => new HashSet<EventStreamSession>())];
    private ITimer? _timer;
    private int _now;
    private int _streams;

    /// <summary>Takes a stream in; its first turn is an interval from now.</summary>
    /// <returns>Which turn it has.</returns>
    public int Add(EventStreamSession stream)
    {
        lock (_gate)
        {
            if (_streams++ == 0) _timer = time.CreateTimer(static state => ((StreamKeepAlive)state!).OnTick(), this, Tick, Tick);
            _turns[_now].Add(stream);
            return _now;
        }
    }

    public void Remove(EventStreamSession stream, int turn)
    {
        lock (_gate)
        {
            if (!_turns[turn].Remove(stream) || --_streams > 0) return;
            _timer!.Dispose();
            _timer = null;
        }
    }

    private void OnTick()
    {
        EventStreamSession[] due;
        lock (_gate)
        {
            _now = (_now + 1) % Seconds;
            due = [.. _turns[_now]];
        }

        foreach (EventStreamSession stream in due) stream.KeepAlive();
    }
}
