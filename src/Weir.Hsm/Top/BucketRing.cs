namespace Weir.Hsm.Top;

/// <summary>
/// Sums over equal stretches of time, the latest so many of them. A stretch is named by its number: time divided by its length.
/// Adding to one that has passed out of the ring does nothing. Numbers begin at 0.
/// </summary>
internal sealed class BucketRing(int length)
{
    private readonly int[] _sums = new int[length];
    private long _newest = length - 1;

    public int Length => _sums.Length;

    /// <summary>Nothing but zeros from this stretch on.</summary>
    public bool IsQuiet(long from)
    {
        for (long bucket = Math.Max(from, _newest - Length + 1); bucket <= _newest; bucket++)
        {
            if (_sums[Index(bucket)] != 0) return false;
        }

        return true;
    }

    public void Add(long bucket, int amount)
    {
        if (bucket > _newest) MoveTo(bucket);
        if (bucket > _newest - Length) _sums[Index(bucket)] += amount;
    }

    public int this[long bucket] => bucket > _newest || bucket <= _newest - Length ? 0 : _sums[Index(bucket)];

    /// <summary>The sum of the stretches from one to another, both included.</summary>
    public long Sum(long from, long to)
    {
        long sum = 0;
        for (long bucket = Math.Max(from, _newest - Length + 1); bucket <= Math.Min(to, _newest); bucket++) sum += _sums[Index(bucket)];
        return sum;
    }

    private void MoveTo(long bucket)
    {
        if (bucket - _newest >= Length) Array.Clear(_sums);
        else for (long passed = _newest + 1; passed <= bucket; passed++) _sums[Index(passed)] = 0;
        _newest = bucket;
    }

    private int Index(long bucket) => (int)(bucket % Length);
}
