using System.Buffers;
using System.Text;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Hsm.Maintenance;

/// <summary>
/// Topic <see cref="ActionTopics.Requests"/>: somebody asks the shippers to read their topics from the beginning and compare everything with
/// the files anew. A shipper acknowledges by its position in the topic. Data: docs/hsm-tools.md.
/// </summary>
internal sealed class RepairRequests(IFeedEngine engine, string consumer)
{
    private RecordId? _position;

    private static ReadOnlySpan<byte> Type => "REPAIR"u8;

    /// <summary>Asks; returns the request's id.</summary>
    /// <exception cref="FeedException">It could not be asked.</exception>
    public static async ValueTask<RecordId> AskAsync(IFeedEngine engine, string host, TimeProvider time, CancellationToken cancellationToken)
    {
        await TrimAsync(engine, cancellationToken);
        var data = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(data))
        {
            json.WriteStartObject();
            json.WriteString("event_type"u8, Type);
            json.WriteString("host"u8, host);
            json.WriteNumber("timestamp"u8, time.GetUtcNow().ToUnixTimeSeconds());
            json.WriteEndObject();
        }

        var batch = new RecordBatch();
        batch.Add(Type, Encoding.UTF8.GetBytes(host), "hsm"u8, data.WrittenSpan);
        return await engine.AppendAsync(ActionTopics.Requests, batch, default, cancellationToken);
    }

    /// <summary>The last request that was not answered; null when there is none.</summary>
    /// <exception cref="FeedException">The topic cannot be read.</exception>
    public async ValueTask<RecordId?> FindAsync(CancellationToken cancellationToken)
    {
        _position ??= await StartAsync(cancellationToken);
        RecordId? last = null;
        await using ITopicCursor cursor = engine.OpenCursor(ActionTopics.Requests, _position.Value);
        while (await cursor.ReadAsync(cancellationToken) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page)
            {
                if (record.Type.SequenceEqual(Type)) last = record.Id;
            }
        }

        return last;
    }

    /// <summary>Notes that the request was honoured.</summary>
    /// <exception cref="FeedException">It could not be noted; it is honoured again.</exception>
    public async ValueTask AnswerAsync(RecordId request)
    {
        await engine.WritePositionAsync(ActionTopics.Requests, consumer, request);
        _position = request;
    }

    /// <summary>What was asked before a shipper's first start is answered by that start.</summary>
    private async ValueTask<RecordId> StartAsync(CancellationToken cancellationToken) =>
        await engine.ReadPositionAsync(ActionTopics.Requests, consumer, cancellationToken)
        ?? (await engine.DescribeAsync(ActionTopics.Requests, cancellationToken))?.LastId ?? RecordId.Zero;

    /// <summary>Requests that every shipper has answered are of no more use.</summary>
    private static async ValueTask TrimAsync(IFeedEngine engine, CancellationToken cancellationToken)
    {
        IReadOnlyList<ConsumerPosition> shippers = await engine.ListPositionsAsync(ActionTopics.Requests, cancellationToken);
        if (shippers.Count > 0) await engine.TrimAsync(ActionTopics.Requests, shippers.Min(shipper => shipper.Position), cancellationToken);
    }
}
