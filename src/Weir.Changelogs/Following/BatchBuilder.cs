using Microsoft.Extensions.Logging;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Following;

/// <summary>
/// Turns records as the device gives them into feed records: passes over repeats, says what is missing, leaves out what the
/// mask does not ask for.
/// </summary>
internal sealed class BatchBuilder(string mdt, ChangelogMask mask, ILogger logger)
{
    private readonly ChangelogRecordWriter _writer = new(mdt);
    private byte[] _damaged = [];
    private string? _damage;
    private ulong _lastWritten;

    /// <summary>The last index that was read or told of as missing.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>Whether a gap before the next record can be told: not before the first one of a changelog nobody has read.</summary>
    private bool IsStartKnown { get; set; }

    public long Records { get; private set; }

    public long Repeats { get; private set; }

    public long Omitted { get; private set; }

    public long Gaps { get; private set; }

    public long Missing { get; private set; }

    public long Damaged { get; private set; }

    /// <summary>Sets the place: everything up to this index is in the feed.</summary>
    public void StartAfter(ulong index, bool isStartKnown)
    {
        LastIndex = _lastWritten = index;
        IsStartKnown = isStartKnown;
        _damage = null;
    }

    /// <summary>Adds the records of one read.</summary>
    public void Add(ReadOnlySpan<byte> bytes, RecordBatch batch, ulong milliseconds)
    {
        var scanner = new ChangelogScanner(bytes, isFinal: true, LastIndex);
        while (scanner.Next(out ChangelogRecord record, out ChangelogDamage damage) is var found && found != ChangelogScan.End)
        {
            if (found == ChangelogScan.Record) Add(record, batch, milliseconds);
            else Remember(damage, bytes.Slice((int)damage.Offset, damage.Bytes));
        }
    }

    /// <summary>Adds one record.</summary>
    public void Add(ChangelogRecord record, RecordBatch batch, ulong milliseconds)
    {
        ulong index = record.Index;
        if (index <= LastIndex)
        {
            Repeats++;
            return;
        }

        if (IsStartKnown && index != LastIndex + 1) WriteGap(batch, LastIndex + 1, index - 1, milliseconds);
        else if (_damage is not null) ForgetDamage();
        IsStartKnown = true;
        LastIndex = index;
        if (!mask.Contains(record.Type))
        {
            Omitted++;
            return;
        }

        _writer.Write(batch, record, milliseconds);
        _lastWritten = index;
        Records++;
    }

    /// <summary>What could not be read; it is told of when the next record shows what is missing.</summary>
    public void Remember(ChangelogDamage damage, ReadOnlySpan<byte> bytes)
    {
        Damaged++;
        if (_damage is not null) return;
        _damage = $"{damage.Error}, {damage.Bytes} bytes";
        _damaged = bytes.ToArray();
    }

    /// <summary>Where the mask left out the last records, says so, so that the feed's end says how far was read.</summary>
    public void Finish(RecordBatch batch, ulong milliseconds)
    {
        if (LastIndex == _lastWritten) return;
        _writer.WriteOmitted(batch, _lastWritten + 1, LastIndex, "mask", milliseconds);
        _lastWritten = LastIndex;
    }

    private void WriteGap(RecordBatch batch, ulong first, ulong last, ulong milliseconds)
    {
        string reason = _damage is null ? "the MDT did not give them: purged, or never kept" : $"unreadable: {_damage}";
        Finish(batch, milliseconds);
        _writer.WriteGap(batch, first, last, reason, _damage is null ? default : _damaged, milliseconds);
        _lastWritten = last;
        Gaps++;
        Missing += (long)Math.Min(last - first + 1, long.MaxValue);
        Log.Gap(logger, mdt, first, last, reason);
        _damage = null;
    }

    private void ForgetDamage()
    {
        Log.Damage(logger, mdt, _damaged.Length, LastIndex, _damage!);
        _damage = null;
    }
}
