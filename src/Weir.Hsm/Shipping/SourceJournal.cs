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
    private const int MaxAttempts = 3;

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

    /// <summary>Says that the MDT is lost, or back, unless that is the last that was said. Whether it was this shipper who said it.</summary>
    /// <exception cref="FeedException">It could not be said.</exception>
    public async ValueTask<bool> SayAsync(MdtSource mdt, bool isLost, CancellationToken cancellationToken)
    {
        if (IsLost(mdt.Name.Text) == isLost) return false;
        var batch = new RecordBatch();
        batch.Add(isLost ? LostType : BackType, Encoding.UTF8.GetBytes(options.HostName), mdt.Name.Utf8, Data(mdt, isLost).WrittenSpan);
        for (int attempt = 1; IsLost(mdt.Name.Text) != isLost; attempt++)
        {
            try
            {
                _position = await engine.AppendAsync(ActionTopics.Sources, batch, new(ExpectedLastId: _position), cancellationToken);
                if (isLost) _lost.Add(mdt.Name.Text);
                else _lost.Remove(mdt.Name.Text);
                return true;
            }
            catch (LastIdMismatchException missed) when (attempt < MaxAttempts)
            {
                // Somebody else has said something, or this shipper did before it crashed.
                await ReadAsync(cancellationToken);
                if (missed.LastId > _position) _position = missed.LastId;
            }
        }

        return false;
    }

    private ArrayBufferWriter<byte> Data(MdtSource mdt, bool isLost)
    {
        var data = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(data);
        json.WriteStartObject();
        json.WriteString("event_type"u8, isLost ? LostType : BackType);
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
