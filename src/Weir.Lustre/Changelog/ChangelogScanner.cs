using System.Buffers.Binary;

namespace Weir.Lustre.Changelog;

/// <summary>What <see cref="ChangelogScanner.Next"/> came upon.</summary>
public enum ChangelogScan : byte
{
    /// <summary>Nothing whole is left in the buffer.</summary>
    End,

    Record,

    /// <summary>Bytes that are no record; scanning goes on behind them.</summary>
    Damage,
}

/// <summary>
/// Walks packed records in a buffer. After bytes that are no record it looks for the next place where one can start, so that
/// damage costs no more than what it hit.
/// </summary>
public ref struct ChangelogScanner
{
    /// <summary>No MDT writes types beyond this.</summary>
    private const uint MaxPlausibleType = 63;

    /// <summary>Further apart no two neighbours in one changelog are.</summary>
    private const ulong MaxPlausibleIndexStep = 1UL << 32;

    private readonly ReadOnlySpan<byte> _buffer;
    private readonly bool _isFinal;

    /// <param name="buffer">Records, back to back, from the start of one.</param>
    /// <param name="isFinal">Whether nothing follows the buffer; otherwise a record cut at its end is left for the next one.</param>
    /// <param name="lastIndex">The index of the record before the buffer; 0: there is none, or it is not known.</param>
    public ChangelogScanner(ReadOnlySpan<byte> buffer, bool isFinal, ulong lastIndex = 0)
    {
        _buffer = buffer;
        _isFinal = isFinal;
        LastIndex = lastIndex;
    }

    /// <summary>How many bytes have been passed.</summary>
    public int Position { get; private set; }

    /// <summary>The index of the record read last.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>The record or the damage at <see cref="Position"/>, which moves behind it.</summary>
    public ChangelogScan Next(out ChangelogRecord record, out ChangelogDamage damage)
    {
        damage = default;
        ReadOnlySpan<byte> rest = _buffer[Position..];
        ChangelogError error = ChangelogRecord.TryParse(rest, out record);
        if (error == ChangelogError.None && CanBeRecord(record) && (FollowsOn(rest[record.Length..]) || !HidesStart(record)))
        {
            Position += record.Length;
            LastIndex = record.Index;
            return ChangelogScan.Record;
        }

        if (rest.IsEmpty || (error == ChangelogError.Truncated && !_isFinal)) return ChangelogScan.End;
        if (error == ChangelogError.UnknownExtension && CanBeRecord(record) && FollowsOn(rest[record.Length..]))
        {
            Position += record.Length;
            LastIndex = record.Index;
            return ChangelogScan.Record;
        }

        return PassDamage(rest, error == ChangelogError.None ? ChangelogError.NotARecord : error, out damage);
    }

    private ChangelogScan PassDamage(ReadOnlySpan<byte> rest, ChangelogError error, out ChangelogDamage damage)
    {
        // Without the end in sight, the last places of the buffer cannot be judged yet.
        int judged = _isFinal ? rest.Length : rest.Length - 2 * ChangelogRecord.MaxBytes;
        int next = 1;
        while (next < judged && !IsStart(rest[next..])) next++;
        if (next >= judged) next = _isFinal ? rest.Length : Math.Max(judged, 0);
        damage = new(Position, next, error, LastIndex);
        if (next == 0) return ChangelogScan.End;
        Position += next;
        return ChangelogScan.Damage;
    }

    private readonly bool IsStart(ReadOnlySpan<byte> bytes) =>
        HasPlausibleHead(bytes) && ChangelogRecord.TryParse(bytes, out ChangelogRecord record) == ChangelogError.None
        && CanBeRecord(record) && (LastIndex == 0 || record.Index > LastIndex) && FollowsOn(bytes[record.Length..]);

    /// <summary>Whether another record starts within this one: then its length is wrong, and it has swallowed what follows it.</summary>
    private readonly bool HidesStart(ChangelogRecord record)
    {
        ReadOnlySpan<byte> rest = _buffer[Position..];
        for (int at = 1; at < record.Length; at++)
        {
            if (IsStart(rest[at..]) && BinaryPrimitives.ReadUInt64LittleEndian(rest[(at + ChangelogLayout.IndexAt)..]) > record.Index) return true;
        }

        return false;
    }

    /// <summary>Whether the bytes can be what stands behind a record: nothing, a record, or the cut start of one.</summary>
    private readonly bool FollowsOn(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return true;
        ChangelogError error = ChangelogRecord.TryParse(bytes, out ChangelogRecord record);
        if (error == ChangelogError.Truncated) return bytes.Length < ChangelogLayout.HeaderBytes ? !_isFinal : HasPlausibleHead(bytes);
        return error is ChangelogError.None or ChangelogError.UnknownExtension && HasPlausibleHead(bytes) && CanBeRecord(record);
    }

    private readonly bool CanBeRecord(ChangelogRecord record)
    {
        ulong index = record.Index;
        return index != 0 && (LastIndex == 0 || index - LastIndex < MaxPlausibleIndexStep || index <= LastIndex)
            && (record.Format & (ChangelogFormat.Version | ChangelogFormat.Rename)) != 0 && record.Time.Nanoseconds < 1_000_000_000;
    }

    private static bool HasPlausibleHead(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= ChangelogLayout.HeaderBytes
        && BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChangelogLayout.TypeAt..]) <= MaxPlausibleType
        && BinaryPrimitives.ReadUInt16LittleEndian(bytes) <= ChangelogRecord.MaxNameBytes;
}
