namespace Weir.Health.Scanning.Jobs;

/// <summary>How fast a scan has been lately. Not thread-safe.</summary>
internal sealed class RateWindow(TimeProvider time)
{
    private static readonly TimeSpan Reach = TimeSpan.FromSeconds(30), Step = TimeSpan.FromSeconds(1);

    private readonly Queue<(long At, long Objects, long Bytes)> _points = new();
    private (long At, long Objects, long Bytes) _last;

    /// <summary>Notes how far it is.</summary>
    public void Note(long objects, long bytes)
    {
        long now = time.GetTimestamp();
        if (_points.Count > 0 && time.GetElapsedTime(_last.At, now) < Step) return;
        _last = (now, objects, bytes);
        _points.Enqueue(_last);
        while (time.GetElapsedTime(_points.Peek().At, now) > Reach && _points.Count > 2) _points.Dequeue();
    }

    /// <summary>Objects and bytes a second; null before there is a rate.</summary>
    public (double Objects, double Bytes)? Rate(long objects, long bytes)
    {
        if (_points.Count == 0) return null;
        (long at, long objectsThen, long bytesThen) = _points.Peek();
        double seconds = time.GetElapsedTime(at).TotalSeconds;
        return seconds < 0.05 ? null : ((objects - objectsThen) / seconds, (bytes - bytesThen) / seconds);
    }

    public void Clear() => _points.Clear();
}
