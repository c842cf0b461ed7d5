using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Feed;

namespace Weir.Coordinator.Journal;

/// <summary>Reads the journal into a new core.</summary>
internal sealed class JournalReplay(CoordinatorCore core, ILogger logger)
{
    private readonly CoordinatorCore.Restorer _state = new(core);
    private bool _isInSnapshot;

    /// <summary>Records read.</summary>
    public long Records { get; private set; }

    public long Bytes { get; private set; }

    public long Gaps { get; private set; }

    /// <summary>Reads the whole topic.</summary>
    public async ValueTask ReadAsync(IFeedEngine engine, string topic, CancellationToken cancellationToken)
    {
        ITopicCursor cursor = engine.OpenCursor(topic, RecordId.Zero, new() { PageBytes = 4 * 1024 * 1024 });
        await using (cursor.ConfigureAwait(false))
        {
            while (await cursor.ReadAsync(cancellationToken).ConfigureAwait(false) is { IsEmpty: false } page) Apply(page);
        }

        if (_isInSnapshot) CoordinatorLog.SnapshotIncomplete(logger);
        _state.Finish();
    }

    private void Apply(in RecordPage page)
    {
        if (page.Gap is { } gap)
        {
            Gaps++;
            CoordinatorLog.JournalGap(logger, gap.ToString());
        }

        foreach (RecordView record in page)
        {
            Records++;
            Bytes += record.SizeBytes;
            try
            {
                Apply(record.Type, record.Data);
            }
            catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException or OverflowException)
            {
                Gaps++;
                CoordinatorLog.JournalRecordUnreadable(logger, record.Id, Encoding.UTF8.GetString(record.Type), wrong.Message);
            }
        }
    }

    private void Apply(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        if (type.SequenceEqual(JournalTypes.Assigned) || type.SequenceEqual(JournalTypes.Done) || type.SequenceEqual(JournalTypes.Requeued)
            || type.SequenceEqual(JournalTypes.Cancelled) || type.SequenceEqual(JournalTypes.Cancelling) || type.SequenceEqual(JournalTypes.CancelSent)
            || type.SequenceEqual(JournalTypes.Stuck))
            ApplySteps(type, data);
        else if (type.SequenceEqual(JournalTypes.Accepted) || type.SequenceEqual(JournalTypes.Snapshot)) ApplyRequests(data);
        else if (type.SequenceEqual(JournalTypes.Owned)) ApplyOwners(data);
        else if (type.SequenceEqual(JournalTypes.SnapshotBegin)) BeginSnapshot(data);
        else if (type.SequenceEqual(JournalTypes.SnapshotEnd)) EndSnapshot(data);
        else ApplyOther(type, data);
    }

    private void ApplyRequests(ReadOnlySpan<byte> data)
    {
        if (!data.StartsWith("{\"r\":["u8)) throw new JsonException("A record of requests does not begin as one.");
        var text = new NumberReader(data[6..]);
        while (text.Enter()) _state.Put(JournalRequest.Read(ref text));
    }

    private void ApplyOwners(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        if (!json.Read() || !json.Read() || !json.ValueTextEquals("w"u8) || !json.Read() || json.TokenType != JsonTokenType.StartArray) throw new JsonException("A record of owners does not begin as one.");
        while (json.Read() && json.TokenType == JsonTokenType.Number)
        {
            int slot = json.GetInt32();
            _state.Owned(slot, new(ReadId(ref json), ReadId(ref json), ReadId(ref json)));
        }

        static uint ReadId(ref Utf8JsonReader json) => json.Read() ? json.GetUInt32() : throw new JsonException("A record of owners ends within one.");
    }

    private void ApplySteps(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        int agent = 0;
        int errno = 0;
        long atMs = 0;
        ulong order = 0;
        bool isBack = false;
        var json = new Utf8JsonReader(data);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            byte name = json.ValueSpan.Length == 1 ? json.ValueSpan[0] : (byte)0;
            json.Read();
            switch (name)
            {
                case (byte)'a':
                    agent = json.GetInt32();
                    break;
                case (byte)'e':
                    errno = json.GetInt32();
                    break;
                case (byte)'t':
                    atMs = json.GetInt64();
                    break;
                case (byte)'o':
                    order = json.GetUInt64();
                    break;
                case (byte)'b':
                    isBack = json.GetInt32() != 0;
                    break;
                case (byte)'s':
                    while (json.Read() && json.TokenType == JsonTokenType.Number) Step(type, json.GetInt32(), agent, errno, atMs, order++, isBack);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
    }

    private void Step(ReadOnlySpan<byte> type, int slot, int agent, int errno, long atMs, ulong order, bool isBack)
    {
        if (type.SequenceEqual(JournalTypes.Done)) _state.Done(slot, agent);
        else if (type.SequenceEqual(JournalTypes.Assigned)) _state.Assigned(slot, agent, atMs);
        else if (type.SequenceEqual(JournalTypes.Requeued)) _state.Requeued(slot, agent, atMs, order, isBack);
        else if (type.SequenceEqual(JournalTypes.Cancelled)) _state.Cancelled(slot, errno);
        else if (type.SequenceEqual(JournalTypes.Cancelling)) _state.Cancelling(slot);
        else if (type.SequenceEqual(JournalTypes.CancelSent)) _state.Mark(slot, SlotMarks.CancelSent);
        else _state.Mark(slot, SlotMarks.Stuck);
    }

    /// <summary>A snapshot counts where nothing is known yet; else everything it will say is known already.</summary>
    private void BeginSnapshot(ReadOnlySpan<byte> data)
    {
        if (Records > 1) return;
        _state.Frame(JournalFrame.Read(data));
        _isInSnapshot = true;
    }

    private void EndSnapshot(ReadOnlySpan<byte> data)
    {
        _state.Frame(JournalFrame.Read(data));
        _isInSnapshot = false;
    }

    private void ApplyOther(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        using var document = JsonDocument.ParseValue(ref json);
        JsonElement root = document.RootElement;
        try
        {
            if (type.SequenceEqual(JournalTypes.Agent)) _state.Agent(root.GetProperty("a"u8).GetInt32(), root.GetProperty("id"u8).GetString()!);
            else if (type.SequenceEqual(JournalTypes.Forgotten)) _state.Forgotten(root.GetProperty("a"u8).GetInt32());
            else if (type.SequenceEqual(JournalTypes.Lock)) _state.Lock((LockMode)root.GetProperty("mode"u8).GetByte());
            else if (!type.SequenceEqual(JournalTypes.Opened)) throw new JsonException("A type that this version does not know.");
        }
        catch (KeyNotFoundException wrong)
        {
            throw new JsonException(wrong.Message, wrong);
        }
    }
}
