using System.Globalization;
using System.Text;
using Weir.Feed;

namespace Weir.Lab.Feeds;

/// <summary>What is known of an append's outcome.</summary>
public enum LedgerState
{
    /// <summary>It may be there or not, as a whole or its leading part: under way, failed, or never flushed.</summary>
    Unknown,

    /// <summary>Refused as a whole: it must not be there.</summary>
    Refused,

    /// <summary>Acknowledged as buffered; the next sync makes it durable.</summary>
    Buffered,

    /// <summary>Acknowledged as durable, or seen by a reader: it must be there.</summary>
    Durable,
}

/// <summary>One append in a ledger: a batch of records whose data no other append has.</summary>
public sealed class LedgerAppend
{
    private readonly RecordId?[] _ids;
    private readonly long[] _certainSince;
    private readonly string[] _data;

    internal LedgerAppend(string topic, int number, int records, int dataBytes, IReadOnlyList<RecordId>? ownIds, object writer, long begunAt)
    {
        Topic = topic;
        Number = number;
        Writer = writer;
        BegunAt = begunAt;
        _ids = new RecordId?[records];
        _data = new string[records];
        _certainSince = new long[records];
        Array.Fill(_certainSince, long.MaxValue);
        for (int i = 0; i < records; i++)
        {
            _data[i] = string.Create(CultureInfo.InvariantCulture, $"{{\"append\":{number},\"record\":{i},\"pad\":\"").PadRight(dataBytes, 'x') + "\"}";
            byte[] data = Encoding.UTF8.GetBytes(_data[i]);
            byte[] subject = Encoding.UTF8.GetBytes(Subject(i));
            byte[] source = Encoding.UTF8.GetBytes(topic);
            if (ownIds is null) Batch.Add("APPEND"u8, source, subject, data);
            else Batch.Add(ownIds[i], "APPEND"u8, source, subject, data);
            _ids[i] = ownIds?[i];
        }
    }

    public string Topic { get; }

    /// <summary>Its place among the appends of the ledger.</summary>
    public int Number { get; }

    /// <summary>What is to be appended.</summary>
    public RecordBatch Batch { get; } = new(256);

    public LedgerState State { get; internal set; }

    /// <summary>The id that the engine returned.</summary>
    public RecordId? LastId { get; internal set; }

    public int Count => _data.Length;

    /// <summary>Who appends: what one engine has buffered only that engine can flush.</summary>
    internal object Writer { get; }

    internal long BegunAt { get; }

    internal long EndedAt { get; set; } = long.MaxValue;

    internal string Data(int record) => _data[record];

    internal string Subject(int record) => string.Create(CultureInfo.InvariantCulture, $"{Number}/{record}");

    /// <summary>The record's id, where it is known: given by the caller, returned by the engine, or read before.</summary>
    internal RecordId? Id(int record) => _ids[record] ?? (record == Count - 1 ? LastId : null);

    /// <summary>A reader was shown the record.</summary>
    internal void Observe(int record, RecordId id, long now)
    {
        _ids[record] = id;
        _certainSince[record] = Math.Min(_certainSince[record], now);
    }

    internal void BecomeDurable(long now)
    {
        State = LedgerState.Durable;
        for (int i = 0; i < Count; i++) _certainSince[i] = Math.Min(_certainSince[i], now);
    }

    /// <summary>Since when the record must be there, because it was acknowledged as durable or shown to a reader; <see cref="long.MaxValue"/>: it need not.</summary>
    internal long CertainSince(int record) => _certainSince[record];

    /// <summary>
    /// Whether a trim below <paramref name="mark"/> takes the record. Where the record's own id is unknown, the last id tells it: an engine
    /// gives a batch successive numbers. (A mark may lie inside a batch: an id that was given to a buffered append, and lost with it, is given again.)
    /// </summary>
    internal bool IsBelow(int record, RecordId mark)
    {
        if (Id(record) is { } id) return id < mark;
        if (LastId is not { } last) return false;
        ulong behind = (ulong)(Count - 1 - record);
        return (last.Sequence >= behind ? new RecordId(last.Milliseconds, last.Sequence - behind) : last) < mark;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"append {Number} to '{Topic}' ({Count} records, {State}, last id {LastId?.ToString() ?? "unknown"})");
}
