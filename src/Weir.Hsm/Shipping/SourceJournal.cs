using System.Buffers;
using System.Text;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Hsm.Shipping;

/// <summary>
/// Topic <c>hsm:sources</c>: which MDTs are lost and which are back, as all shippers of the feed have said. Data: docs/hsm-stream.md.
/// </summary>
internal sealed class SourceJournal(IFeedEngine engine, ShipperOptions options)
{
    private const int MaxMdts = Live.LiveActions.MaxMdts;

    private readonly HashSet<string> _lost = new(StringComparer.Ordinal);
    private RecordId _position;

    private static ReadOnlySpan<byte> LostType => "SOURCE_LOST"u8;

    private static ReadOnlySpan<byte> BackType => "SOURCE_BACK"u8;

    /// <summary>Whether the last that was said of the MDT is that it is lost.</summary>
    public bool IsLost(string mdt) => _lost.Contains(mdt);

    /// <summary>Reads what anybody has said since the last look.</summary>
    /// <exception cref="FeedException">The topic cannot be read.</exception>
    public async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        await using ITopicCursor cursor = engine.OpenCursor(ActionTopics.Sources, _position);
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(cancellationToken);
            if (page.IsEmpty) break;
            foreach (RecordView record in page)
            {
                if (record.Type.SequenceEqual(BackType)) _lost.Remove(Encoding.UTF8.GetString(record.Subject));
                else if (record.Type.SequenceEqual(LostType) && _lost.Count < MaxMdts) _lost.Add(Encoding.UTF8.GetString(record.Subject));
            }
        }

        _position = cursor.Position;
    }

    /// <exception cref="FeedException">It could not be said.</exception>
    public async ValueTask SayLostAsync(MdtSource mdt)
    {
        await SayAsync(mdt, LostType);
        _lost.Add(mdt.Name.Text);
    }

    /// <exception cref="FeedException">It could not be said.</exception>
    public async ValueTask SayBackAsync(MdtSource mdt)
    {
        await SayAsync(mdt, BackType);
        _lost.Remove(mdt.Name.Text);
    }

    private ValueTask<RecordId> SayAsync(MdtSource mdt, ReadOnlySpan<byte> type)
    {
        var batch = new RecordBatch();
        batch.Add(type, Encoding.UTF8.GetBytes(options.HostName), mdt.Name.Utf8, Data(mdt, type).WrittenSpan);
        return engine.AppendAsync(ActionTopics.Sources, batch);
    }

    private ArrayBufferWriter<byte> Data(MdtSource mdt, ReadOnlySpan<byte> type)
    {
        var data = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(data);
        json.WriteStartObject();
        json.WriteString("event_type"u8, type);
        json.WriteString("mdt"u8, mdt.Name.Text);
        json.WriteNumber("timestamp"u8, options.Time.GetUtcNow().ToUnixTimeSeconds());
        json.WriteString("host"u8, options.HostName);
        json.WriteString("path"u8, mdt.Path);
        json.WriteNumber("live_actions"u8, mdt.Actions.Count);
        json.WriteEndObject();
        json.Flush();
        return data;
    }
}
