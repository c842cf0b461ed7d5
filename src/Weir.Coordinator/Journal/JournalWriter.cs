using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Feed;

namespace Weir.Coordinator.Journal;

/// <summary>
/// Writes what happens in the core into a turn's journal. Steps of the same kind one after another share a record, so that a burst costs few
/// bytes and few frames; the order of steps is kept.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A JSON writer over a batch holds nothing that has to be given back.")]
internal sealed class JournalWriter
{
    private const int MostBytes = 64 * 1024;

    private readonly Utf8JsonWriter _json = new(Stream.Null, new() { SkipValidation = true });
    private RecordBatch _batch = new();
    private Kind _open;
    private int _agent;
    private long _moment;
    private int _extra;
    private ulong _nextOrder;
    private int _start;
    private bool _isFirst;

    private enum Kind : byte
    {
        None,
        Accepted,
        Snapshot,
        Assigned,
        Requeued,
        RequeuedBack,
        Done,
        Cancelled,
        Cancelling,
        CancelSent,
        Stuck,
        Owned,
    }

    /// <summary>Where the records go from now on; the open one is finished first.</summary>
    public void MoveTo(RecordBatch batch)
    {
        Close();
        _batch = batch;
    }

    public void Accepted(int slot, in RequestSlot request)
    {
        Open(Kind.Accepted, 0, 0, 0);
        Write(slot, request);
    }

    /// <summary>A part of a snapshot.</summary>
    public void Snapshot(int slot, in RequestSlot request)
    {
        Open(Kind.Snapshot, 0, 0, 0);
        Write(slot, request);
    }

    public void Assigned(int slot, int agent, long nowMs)
    {
        Open(Kind.Assigned, agent, nowMs, 0);
        Write(slot);
    }

    public void Requeued(int slot, int agent, long nowMs, ulong order, bool isBack)
    {
        Kind kind = isBack ? Kind.RequeuedBack : Kind.Requeued;
        if (_open == kind && _nextOrder != order) Close();
        _nextOrder = order;
        Open(kind, agent, nowMs, 0);
        Write(slot);
        _nextOrder = order + 1;
    }

    public void Done(int slot, int agent)
    {
        Open(Kind.Done, agent, 0, 0);
        Write(slot);
    }

    public void Cancelled(int slot, int errno)
    {
        Open(Kind.Cancelled, 0, 0, errno);
        Write(slot);
    }

    public void Cancelling(int slot)
    {
        Open(Kind.Cancelling, 0, 0, 0);
        Write(slot);
    }

    public void CancelSent(int slot)
    {
        Open(Kind.CancelSent, 0, 0, 0);
        Write(slot);
    }

    public void Stuck(int slot)
    {
        Open(Kind.Stuck, 0, 0, 0);
        Write(slot);
    }

    public void Owned(int slot, RequestOwner owner)
    {
        Open(Kind.Owned, 0, 0, 0);
        Write(slot);
        Write(owner.Uid);
        Write(owner.Gid);
        Write(owner.ProjectId);
    }

    public void Agent(int number, string id)
    {
        Begin(JournalTypes.Agent);
        _json.WriteNumber("a"u8, number);
        _json.WriteString("id"u8, id);
        End();
    }

    public void Forgotten(int number)
    {
        Begin(JournalTypes.Forgotten);
        _json.WriteNumber("a"u8, number);
        End();
    }

    public void Lock(LockMode mode)
    {
        Begin(JournalTypes.Lock);
        _json.WriteNumber("mode"u8, (int)mode);
        End();
    }

    /// <summary>Counters, agents and lock, at a snapshot's beginning or end.</summary>
    public void Frame(bool isEnd, JournalFrame frame)
    {
        Begin(isEnd ? JournalTypes.SnapshotEnd : JournalTypes.SnapshotBegin);
        frame.Write(_json);
        End();
    }

    /// <summary>Finishes the open record.</summary>
    public void Close()
    {
        if (_open == Kind.None) return;
        _open = Kind.None;
        "]}"u8.CopyTo(_batch.GetSpan(2));
        _batch.Advance(2);
        _batch.End();
    }

    private void Begin(ReadOnlySpan<byte> type)
    {
        Close();
        _batch.Begin(type, "coordinator"u8, default);
        _json.Reset(_batch);
        _json.WriteStartObject();
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _batch.End();
    }

    private void Open(Kind kind, int agent, long moment, int extra)
    {
        bool fits = _open == kind && _agent == agent && _moment == moment && _extra == extra && _batch.SizeBytes - _start < MostBytes;
        if (fits) return;
        Begin(TypeOf(kind));
        _start = _batch.SizeBytes;
        _isFirst = true;
        _open = kind;
        _agent = agent;
        _moment = moment;
        _extra = extra;
        if (kind is Kind.Assigned or Kind.Requeued or Kind.RequeuedBack or Kind.Done) _json.WriteNumber("a"u8, agent);
        if (moment != 0) _json.WriteNumber("t"u8, moment);
        if (extra != 0) _json.WriteNumber("e"u8, extra);
        if (kind is Kind.Requeued or Kind.RequeuedBack)
        {
            _json.WriteNumber("o"u8, _nextOrder);
            _json.WriteNumber("b"u8, kind == Kind.RequeuedBack ? 1 : 0);
        }

        _json.WritePropertyName(kind switch { Kind.Accepted or Kind.Snapshot => "r"u8, Kind.Owned => "w"u8, _ => "s"u8 });
        _json.WriteStartArray();
        _json.Flush();
    }

    /// <summary>Adds a request to the open record's array, past the JSON writer.</summary>
    private void Write(int slot, in RequestSlot request)
    {
        Separate();
        JournalRequest.Write(_batch, slot, request);
    }

    private void Write(long number)
    {
        Separate();
        Utf8Formatter.TryFormat(number, _batch.GetSpan(20), out int written);
        _batch.Advance(written);
    }

    private void Separate()
    {
        if (!_isFirst)
        {
            _batch.GetSpan(1)[0] = (byte)',';
            _batch.Advance(1);
        }

        _isFirst = false;
    }

    private static ReadOnlySpan<byte> TypeOf(Kind kind) => kind switch
    {
        Kind.Accepted => JournalTypes.Accepted,
        Kind.Snapshot => JournalTypes.Snapshot,
        Kind.Owned => JournalTypes.Owned,
        Kind.Assigned => JournalTypes.Assigned,
        Kind.Requeued or Kind.RequeuedBack => JournalTypes.Requeued,
        Kind.Done => JournalTypes.Done,
        Kind.Cancelled => JournalTypes.Cancelled,
        Kind.Cancelling => JournalTypes.Cancelling,
        Kind.CancelSent => JournalTypes.CancelSent,
        _ => JournalTypes.Stuck,
    };
}
