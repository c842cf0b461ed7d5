using System.Buffers.Text;
using System.Text;
using Weir.Feed;
using Weir.Lustre.Changelog;
using Weir.Lustre.Network;

namespace Weir.Changelogs.Records;

/// <summary>
/// Writes changelog records into a feed batch: type = the record's type, source = the MDT, subject = the target's fid, id = the
/// time of reading and the record's index, data = every member of the record in one order. Format: docs/changelogs.md.
/// </summary>
public sealed class ChangelogRecordWriter
{
    /// <summary>More than all member names, numbers and punctuation of any record.</summary>
    private const int FrameBytes = 1024;

    /// <summary>How much of damaged bytes is kept.</summary>
    private const int MaxKeptBytes = 4096;

    private readonly byte[] _mdt;

    public ChangelogRecordWriter(string mdt) => _mdt = Encoding.UTF8.GetBytes(mdt);

    /// <summary>Adds a record.</summary>
    /// <param name="milliseconds">When it was read; never less than for the record before it.</param>
    public void Write(RecordBatch batch, ChangelogRecord record, ulong milliseconds)
    {
        Span<byte> subject = stackalloc byte[Weir.Lustre.Fid.MaxTextLength];
        record.Target.TryFormat(subject, out int subjectBytes);
        ReadOnlySpan<byte> type = ChangelogTypes.Utf8(record.Type);
        if (type.IsEmpty) type = Encoding.ASCII.GetBytes(ChangelogTypes.Text(record.Type));
        batch.Begin(type, _mdt, subject[..subjectBytes]);
        Span<byte> room = batch.GetSpan(FrameBytes + JsonComposer.MaxTextBytes(record.Length));
        batch.Advance(Compose(record, room));
        batch.End(new(milliseconds, record.Index));
    }

    /// <summary>Writes the data of a record, and returns its length.</summary>
    /// <param name="destination">At least <see cref="MaxDataBytes"/>.</param>
    public static int WriteData(ChangelogRecord record, Span<byte> destination) => Compose(record, destination);

    /// <summary>The most that a record's data takes.</summary>
    public static int MaxDataBytes => FrameBytes + JsonComposer.MaxTextBytes(ChangelogRecord.MaxBytes);

    /// <summary>Adds a record that says which ones are missing, and why.</summary>
    /// <param name="damaged">The bytes that could not be read, if any.</param>
    public void WriteGap(RecordBatch batch, ulong first, ulong last, string reason, ReadOnlySpan<byte> damaged, ulong milliseconds)
    {
        damaged = damaged[..Math.Min(damaged.Length, MaxKeptBytes)];
        JsonComposer json = BeginRange(batch, ChangelogTopic.Gap, first, last, reason, Base64.GetMaxEncodedToUtf8Length(damaged.Length));
        if (!damaged.IsEmpty)
        {
            json.Raw(",\"raw_b64\":\""u8);
            Base64.EncodeToUtf8(damaged, json.Rest, out _, out int written);
            json.Advance(written);
            json.Raw("\""u8);
        }

        EndRange(batch, ref json, last, milliseconds);
    }

    /// <summary>Adds a record that says which ones were left out as asked for.</summary>
    public void WriteOmitted(RecordBatch batch, ulong first, ulong last, string reason, ulong milliseconds)
    {
        JsonComposer json = BeginRange(batch, ChangelogTopic.Omitted, first, last, reason, 0);
        EndRange(batch, ref json, last, milliseconds);
    }

    private static int Compose(ChangelogRecord record, Span<byte> room)
    {
        var json = new JsonComposer(room);
        json.Raw("{\"index\":"u8);
        json.Number(record.Index);
        json.Raw(",\"type_id\":"u8);
        json.Number((uint)record.Type);
        json.Raw(",\"time\":\""u8);
        WriteTime(ref json, record.Time);
        json.Raw("\",\"flags\":"u8);
        json.Hex(record.Flags);
        json.Raw(",\"format\":"u8);
        json.Hex((ulong)record.Format);
        json.Raw(",\"fid\":"u8);
        json.Fid(record.Target);
        if (record.Previous != 0)
        {
            json.Raw(",\"prev\":"u8);
            json.Number(record.Previous);
        }

        if (record.Parent != default)
        {
            json.Raw(",\"parent\":"u8);
            json.Fid(record.Parent);
        }

        WriteNames(ref json, record);
        if (record.HasJobId) json.Text(",\"job\":\""u8, ",\"job_b64\":\""u8, record.JobId);
        if (record.HasExtraFlags) WriteExtra(ref json, record);
        if (record.Type == ChangelogType.Hsm) WriteHsm(ref json, record);
        json.Raw("}"u8);
        return json.Length;
    }

    private static void WriteNames(ref JsonComposer json, ChangelogRecord record)
    {
        if (!record.RawName.IsEmpty) json.Text(",\"name\":\""u8, ",\"name_b64\":\""u8, record.Name);
        if (!record.HasRename) return;
        json.Raw(",\"source_fid\":"u8);
        json.Fid(record.Source);
        json.Raw(",\"source_parent\":"u8);
        json.Fid(record.SourceParent);
        if (record.RawName.Contains((byte)0)) json.Text(",\"source_name\":\""u8, ",\"source_name_b64\":\""u8, record.SourceName);
    }

    private static void WriteExtra(ref JsonComposer json, ChangelogRecord record)
    {
        json.Raw(",\"extra_flags\":"u8);
        json.Hex((ulong)record.Extra);
        if (record.HasUidGid)
        {
            json.Raw(",\"uid\":"u8);
            json.Number(record.Uid);
            json.Raw(",\"gid\":"u8);
            json.Number(record.Gid);
        }

        if (record.HasNid)
        {
            json.Raw(",\"nid\":\""u8);
            json.Advance(NidText.Format(record.Nid, json.Rest));
            json.Raw("\",\"nid_hex\":"u8);
            json.HexBytes(record.NidBytes);
        }

        if (record.HasOpenFlags)
        {
            json.Raw(",\"open_flags\":"u8);
            json.Hex(record.OpenFlags);
            json.Raw(",\"open_mode\":\""u8);
            json.Raw(ChangelogOpenMode.Utf8(record.OpenFlags));
            json.Raw("\""u8);
        }

        if (record.HasXattr) json.Text(",\"xattr\":\""u8, ",\"xattr_b64\":\""u8, record.Xattr);
    }

    private static void WriteHsm(ref JsonComposer json, ChangelogRecord record)
    {
        ChangelogHsm hsm = ChangelogHsm.Of(record.Flags);
        json.Raw(",\"hsm_event\":\""u8);
        json.Raw(hsm.EventUtf8.IsEmpty ? "UNKNOWN"u8 : hsm.EventUtf8);
        json.Raw("\",\"hsm_error\":"u8);
        json.Number((uint)hsm.Error);
        json.Raw(hsm.IsDirty ? ",\"hsm_dirty\":true"u8 : ",\"hsm_dirty\":false"u8);
    }

    /// <summary>RFC 3339 with nine digits, UTC.</summary>
    private static void WriteTime(ref JsonComposer json, ChangelogTime time)
    {
        (uint year, uint month, uint day) = CivilDate.FromDays((uint)(time.Seconds / 86400));
        uint inDay = (uint)(time.Seconds % 86400);
        json.TwoDigits(year / 100);
        json.TwoDigits(year % 100);
        json.Raw("-"u8);
        json.TwoDigits(month);
        json.Raw("-"u8);
        json.TwoDigits(day);
        json.Raw("T"u8);
        json.TwoDigits(inDay / 3600);
        json.Raw(":"u8);
        json.TwoDigits(inDay / 60 % 60);
        json.Raw(":"u8);
        json.TwoDigits(inDay % 60);
        json.Raw("."u8);
        json.NineDigits(time.Nanoseconds);
        json.Raw("Z"u8);
    }

    private JsonComposer BeginRange(RecordBatch batch, string type, ulong first, ulong last, string reason, int extraBytes)
    {
        byte[] why = Encoding.UTF8.GetBytes(reason);
        batch.Begin(Encoding.ASCII.GetBytes(type), _mdt, Encoding.ASCII.GetBytes($"{first}-{last}"));
        var json = new JsonComposer(batch.GetSpan(FrameBytes + JsonComposer.MaxTextBytes(why.Length) + extraBytes));
        json.Raw("{\"first\":"u8);
        json.Number(first);
        json.Raw(",\"last\":"u8);
        json.Number(last);
        json.Raw(",\"records\":"u8);
        json.Number(last - first + 1);
        json.Text(",\"reason\":\""u8, ",\"reason_b64\":\""u8, why);
        return json;
    }

    private static void EndRange(RecordBatch batch, ref JsonComposer json, ulong last, ulong milliseconds)
    {
        json.Raw("}"u8);
        batch.Advance(json.Length);
        batch.End(new(milliseconds, last));
    }
}
