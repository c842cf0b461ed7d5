namespace Weir.Server.Metrics;

/// <summary>One value with its labels; of a histogram, its buckets too.</summary>
internal sealed class Series(string labels, double[]? bounds)
{
    private readonly Lock _gate = new();
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _value;
    private long _count;

    /// <summary>The labels as the text format has them, without braces.</summary>
    public string Labels { get; } = labels;

    public double[]? Bounds { get; } = bounds;

    public double Value
    {
        get
        {
            lock (_gate) return _value;
        }
    }

    public void Add(double value)
    {
        lock (_gate) _value += value;
    }

    public void Set(double value)
    {
        lock (_gate) _value = value;
    }

    /// <summary>Adds a measurement to a histogram.</summary>
    public void Observe(double value)
    {
        int bucket = 0;
        while (bucket < Bounds!.Length && value > Bounds[bucket]) bucket++;
        lock (_gate)
        {
            _buckets![bucket]++;
            _value += value;
            _count++;
        }
    }

    /// <summary>How many measurements each bucket of a histogram has, their number and their sum.</summary>
    public (long[] Buckets, long Count, double Sum) Histogram()
    {
        lock (_gate) return ([.. _buckets!], _count, _value);
    }
}
