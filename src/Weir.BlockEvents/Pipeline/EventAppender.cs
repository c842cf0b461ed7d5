using System.Text;
using System.Text.Json;
using Weir.BlockEvents.Events;
using Weir.Feed;

namespace Weir.BlockEvents.Pipeline;

/// <summary>Appends events to <c>block:events</c>, durably, and none twice that was there when it began. Not thread-safe.</summary>
internal sealed class EventAppender(IFeedEngine feed)
{
    private readonly RecordBatch _batch = new(64 * 1024);
    private readonly HashSet<Guid> _there = [];

    /// <summary>Events appended.</summary>
    public long Count { get; private set; }

    /// <summary>Notes which events are there already since a place in the raw lines.</summary>
    public async ValueTask RememberAsync(RecordId since, int most, CancellationToken cancellationToken)
    {
        if (since == RecordId.Zero) return;
        // Events come after their lines; the clock may have been set back a little in between.
        RecordId from = RecordId.AtTime(since.Time - TimeSpan.FromMinutes(10));
        ITopicCursor cursor = feed.OpenCursor(EventMakerOptions.Topic, from);
        await using (cursor.ConfigureAwait(false))
        {
            while (_there.Count < most && await cursor.ReadAsync(cancellationToken).ConfigureAwait(false) is { IsEmpty: false } page)
            {
                foreach (RecordView record in page)
                {
                    if (IdOf(record.Data) is { } id) _there.Add(id);
                }
            }
        }
    }

    public void Add(StorageEvent one)
    {
        if (_there.Contains(one.EventId)) return;
        string subject = one.Device.Wwid.Length > 0 ? one.Device.Wwid : one.Device.Path.Length > 0 ? one.Device.Path : one.KernelDevice;
        _batch.Begin(Encoding.UTF8.GetBytes(one.EventType), Encoding.UTF8.GetBytes(one.Hostname), Encoding.UTF8.GetBytes(subject));
        StorageEventWriter.Write(one, _batch);
        _batch.End();
        BlockEventsMetrics.Made(one.EventType);
    }

    public async ValueTask AppendAsync(CancellationToken cancellationToken)
    {
        if (_batch.Count == 0) return;
        try
        {
            await feed.AppendAsync(EventMakerOptions.Topic, _batch, default, cancellationToken).ConfigureAwait(false);
            Count += _batch.Count;
        }
        finally
        {
            _batch.Clear();
        }
    }

    private static Guid? IdOf(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("event_id"u8)) continue;
                return reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out Guid id) ? id : null;
            }
        }
        catch (JsonException)
        {
            // Somebody else's record.
        }

        return null;
    }
}
