using System.Buffers;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds.Web;

/// <summary>Puts records together to a batch of CloudEvents in JSON (JSON batch format of CloudEvents 1.0).</summary>
internal sealed class RecordBatchWriter : IDisposable
{
    public const string ContentType = "application/cloudevents-batch+json";

    /// <summary>A batch is not made larger than this, whatever the limit of records.</summary>
    private const int MostBytes = 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _output = new(16 * 1024);
    private readonly Dictionary<string, CloudEventWriter> _events = new(StringComparer.Ordinal);
    private readonly int _limit;
    private bool _isClosed;

    public RecordBatchWriter(int limit)
    {
        _limit = limit;
        _output.Write("["u8);
    }

    /// <summary>Records in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>The batch. Nothing can be added any more.</summary>
    public ReadOnlyMemory<byte> Bytes
    {
        get
        {
            if (!_isClosed) _output.Write("]\n"u8);
            _isClosed = true;
            return _output.WrittenMemory;
        }
    }

    /// <summary>The record as an event alone; null when the page has none of this id.</summary>
    public static byte[]? FindOne(string topic, RecordPage page, RecordId id)
    {
        foreach (RecordView record in page)
        {
            if (record.Id != id) continue;
            var output = new ArrayBufferWriter<byte>();
            using var events = new CloudEventWriter(topic, output);
            events.Write(record);
            output.Write("\n"u8);
            return output.WrittenSpan.ToArray();
        }

        return null;
    }

    /// <summary>Takes what there is, or, where there is nothing, waits for something.</summary>
    /// <param name="reader">Where it comes from.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="ending">The daemon stops, or the client is gone: what there is is enough.</param>
    /// <param name="aborted">The client is gone.</param>
    /// <returns>The id to go on after; null when nothing was read.</returns>
    public async Task<RecordId?> FillAsync(IFeedReader reader, TimeSpan wait, CancellationToken ending, CancellationToken aborted)
    {
        RecordId? next = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ending);
        try
        {
            while (true)
            {
                while (Count < _limit && _output.WrittenCount < MostBytes && await reader.ReadAsync(limit.Token).ConfigureAwait(false) is { } page) next = Take(page);
                if (Count > 0 || wait == TimeSpan.Zero) return next;
                limit.CancelAfter(wait);
                await reader.WaitAsync(limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            return next;
        }
    }

    public void Dispose()
    {
        foreach (CloudEventWriter events in _events.Values) events.Dispose();
    }

    /// <summary>Adds a page's records.</summary>
    /// <returns>The id up to which the page was taken.</returns>
    public RecordId Take(FeedPage page)
    {
        if (!_events.TryGetValue(page.Topic, out CloudEventWriter? events)) _events[page.Topic] = events = new(page.Topic, _output);
        RecordId last = default;
        foreach (RecordView record in page)
        {
            if (Count == _limit || _output.WrittenCount >= MostBytes) return last;
            if (Count++ > 0) _output.Write(","u8);
            _output.Write("\n"u8);
            events.Write(record);
            last = record.Id;
        }

        return page.LastId;
    }
}
