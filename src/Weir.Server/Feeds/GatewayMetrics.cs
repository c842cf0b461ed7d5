using System.Diagnostics.Metrics;

namespace Weir.Server.Feeds;

/// <summary>What goes out through one door of the feed. Counted a page at a time, since there may be millions of records a second.</summary>
public sealed class GatewayMetrics : IDisposable
{
    private readonly Meter _meter = new("Weir.Server.Gateway");
    private readonly KeyValuePair<string, object?> _door;
    private long _connections;
    private long _accepted;
    private long _refused;
    private long _records;
    private long _bytes;

    /// <param name="door">Its name: <c>socket</c> or <c>http</c>.</param>
    public GatewayMetrics(string door)
    {
        _door = new("door", door);
        _meter.CreateObservableGauge("weir_gateway_connections", () => Measure(ref _connections), null, "Feeds that are open now.");
        _meter.CreateObservableCounter("weir_gateway_connections_total", () => Measure(ref _accepted), null, "Feeds that were opened.");
        _meter.CreateObservableCounter("weir_gateway_refused_total", () => Measure(ref _refused), null, "Clients that were refused.");
        _meter.CreateObservableCounter("weir_gateway_records_total", () => Measure(ref _records), null, "Records that were sent.");
        _meter.CreateObservableCounter("weir_gateway_sent_bytes_total", () => Measure(ref _bytes), null, "Bytes that were sent.");
    }

    /// <summary>How many feeds are open now.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    public void Opened()
    {
        Interlocked.Increment(ref _connections);
        Interlocked.Increment(ref _accepted);
    }

    public void Closed() => Interlocked.Decrement(ref _connections);

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Sent(long records, long bytes)
    {
        Interlocked.Add(ref _records, records);
        Interlocked.Add(ref _bytes, bytes);
    }

    public void Dispose() => _meter.Dispose();

    private Measurement<long> Measure(ref long value) => new(Interlocked.Read(ref value), _door);
}
