using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace Weir.Server.Metrics;

/// <summary>What an instrument's measurements come to in the text format.</summary>
internal enum MetricKind
{
    Counter = 0,
    Gauge = 1,
    Histogram = 2,
}

/// <summary>All values of one instrument.</summary>
internal sealed class MetricFamily
{
    /// <summary>A mistake in labels must not fill the memory.</summary>
    private const int MostSeries = 2000;

    private static readonly double[] DefaultBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);
    private readonly double[]? _bounds;
    private readonly bool _adds;

    public MetricFamily(Instrument instrument)
    {
        string type = instrument.GetType().Name;
        Kind = type.StartsWith("Histogram", StringComparison.Ordinal) ? MetricKind.Histogram
            : type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? MetricKind.Counter : MetricKind.Gauge;
        _adds = !instrument.IsObservable && !type.StartsWith("Gauge", StringComparison.Ordinal);
        IsObservable = instrument.IsObservable;
        Name = MetricName.Of(instrument.Name, instrument.Unit, Kind == MetricKind.Counter);
        Help = string.IsNullOrWhiteSpace(instrument.Description) ? $"{instrument.Name} of {instrument.Meter.Name}." : instrument.Description;
        if (Kind == MetricKind.Histogram) _bounds = BoundsOf(instrument);
    }

    public MetricKind Kind { get; }

    public bool IsObservable { get; }

    public string Name { get; }

    public string Help { get; }

    public IEnumerable<Series> Series => _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal);

    /// <summary>Takes a measurement; false when there are too many combinations of labels to keep another.</summary>
    public bool Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = tags.IsEmpty ? "" : LabelText(tags);
        if (!_series.TryGetValue(labels, out Series? series))
        {
            if (_series.Count >= MostSeries) return false;
            series = _series.GetOrAdd(labels, text => new Series(text, _bounds));
        }

        if (Kind == MetricKind.Histogram) series.Observe(value);
        else if (_adds) series.Add(value);
        else series.Set(value);
        return true;
    }

    /// <summary>Forgets the values of an observable instrument, before it tells those it has now.</summary>
    public void Clear() => _series.Clear();

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => DefaultBounds,
    };

    private static string LabelText(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach ((string key, object? value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(MetricName.Sanitize(key)).Append("=\"");
            foreach (char c in Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "")
                _ = c switch { '\\' => text.Append(@"\\"), '"' => text.Append("\\\""), '\n' => text.Append("\\n"), _ => text.Append(c) };
            text.Append('"');
        }

        return text.ToString();
    }
}
