using System.Buffers.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Lustre;
using Weir.Lustre.Changelog;
using Weir.Lustre.Network;

namespace Weir.Changelogs.Records;

/// <summary>
/// Makes changelog records of feed records again, bit for bit as they were read from the MDT. Members may stand in any order;
/// unknown ones are passed over. A record is valid until the next call. Not thread-safe.
/// </summary>
public sealed class ChangelogRecordReader
{
    private readonly byte[] _texts = new byte[8 * ChangelogRecord.MaxBytes];
    private readonly byte[] _record = new byte[ChangelogRecord.MaxBytes];
    private int _used;

    /// <summary>False when the data is no changelog record's: a gap, for one.</summary>
    public bool TryRead(RecordView view, out ChangelogRecord record) => TryRead(view.Data, out record);

    /// <summary>As the other, of the data alone.</summary>
    public bool TryRead(ReadOnlySpan<byte> data, out ChangelogRecord record)
    {
        record = default;
        _used = 0;
        var fields = new ChangelogFields();
        try
        {
            if (!TryReadMembers(data, ref fields)) return false;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }

        if (fields.Index == 0 || fields.Length > ChangelogRecord.MaxBytes || fields.JobId.Length > 32 || fields.Xattr.Length > 256) return false;
        ChangelogError error = ChangelogRecord.TryParse(_record.AsSpan(0, fields.Write(_record)), out record);
        return error is ChangelogError.None or ChangelogError.UnknownExtension;
    }

    private bool TryReadMembers(ReadOnlySpan<byte> data, ref ChangelogFields fields)
    {
        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            Member member = Which(ref json);
            json.Read();
            if (member == Member.Other) json.Skip();
            else if (!TryReadMember(member, ref json, ref fields)) return false;
        }

        return json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryReadMember(Member member, ref Utf8JsonReader json, scoped ref ChangelogFields fields)
    {
        if (member >= Member.FirstNumber)
        {
            if (!json.TryGetUInt64(out ulong number)) return false;
            return SetNumber(member, number, ref fields);
        }

        if (!TryReadText(ref json, member >= Member.FirstBase64, out int start, out int length)) return false;
        if (member is Member.Fid or Member.Parent or Member.SourceFid or Member.SourceParent)
        {
            if (!Fid.TryParse(_texts.AsSpan(start, length), out Fid fid)) return false;
            SetFid(member, fid, ref fields);
            return true;
        }

        return member switch
        {
            Member.Time => TrySetTime(_texts.AsSpan(start, length), ref fields),
            Member.NidHex => TrySetNid(_texts.AsSpan(start, length), ref fields),
            Member.Flags or Member.Format or Member.ExtraFlags or Member.OpenFlags => TrySetHex(member, _texts.AsSpan(start, length), ref fields),
            _ => SetText(member, start, length, ref fields),
        };
    }

    private bool SetText(Member member, int start, int length, scoped ref ChangelogFields fields)
    {
        ReadOnlyMemory<byte> text = _texts.AsMemory(start, length);
        switch (member)
        {
            case Member.Name or Member.NameBase64:
                fields.Name = text.Span;
                break;
            case Member.SourceName or Member.SourceNameBase64:
                fields.HasSourceName = true;
                fields.SourceName = text.Span;
                break;
            case Member.Job or Member.JobBase64:
                fields.JobId = text.Span;
                break;
            default:
                fields.Xattr = text.Span;
                break;
        }

        return true;
    }

    private static bool SetNumber(Member member, ulong number, scoped ref ChangelogFields fields)
    {
        switch (member)
        {
            case Member.Index:
                fields.Index = number;
                break;
            case Member.TypeId:
                if (number > uint.MaxValue) return false;
                fields.Type = (ChangelogType)number;
                break;
            case Member.Previous:
                fields.Previous = number;
                break;
            case Member.Uid:
                fields.Uid = number;
                break;
            default:
                fields.Gid = number;
                break;
        }

        return true;
    }

    private static void SetFid(Member member, Fid fid, scoped ref ChangelogFields fields)
    {
        switch (member)
        {
            case Member.Fid:
                fields.Target = fid;
                break;
            case Member.Parent:
                fields.Parent = fid;
                break;
            case Member.SourceFid:
                fields.Source = fid;
                break;
            default:
                fields.SourceParent = fid;
                break;
        }
    }

    private static bool TrySetHex(Member member, ReadOnlySpan<byte> text, scoped ref ChangelogFields fields)
    {
        if (!text.StartsWith("0x"u8) || !Utf8Parser.TryParse(text[2..], out ulong value, out int used, 'x') || used != text.Length - 2) return false;
        switch (member)
        {
            case Member.Flags when value <= 0xfff:
                fields.Flags = (ushort)value;
                return true;
            case Member.Format when value <= ushort.MaxValue && (value & 0xfff) == 0:
                fields.Format = (ChangelogFormat)value;
                return true;
            case Member.ExtraFlags:
                fields.Extra = (ChangelogExtra)value;
                return true;
            case Member.OpenFlags when value <= uint.MaxValue:
                fields.OpenFlags = (uint)value;
                return true;
            default:
                return false;
        }
    }

    /// <summary><c>YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ</c>.</summary>
    private static bool TrySetTime(ReadOnlySpan<byte> text, scoped ref ChangelogFields fields)
    {
        if (text.Length != 30 || text[19] != '.' || text[29] != 'Z') return false;
        if (!Utf8Parser.TryParse(text[20..29], out uint nanoseconds, out int used) || used != 9) return false;
        if (!Number(text[..4], out uint year) || !Number(text[5..7], out uint month) || !Number(text[8..10], out uint day)) return false;
        if (!Number(text[11..13], out uint hour) || !Number(text[14..16], out uint minute) || !Number(text[17..19], out uint second)) return false;
        if (hour > 23 || minute > 59 || second > 59 || !CivilDate.TryToDays(year, month, day, out uint days)) return false;
        fields.Time = new(days * 86400UL + hour * 3600 + minute * 60 + second, nanoseconds);
        return true;
    }

    private static bool TrySetNid(ReadOnlySpan<byte> text, scoped ref ChangelogFields fields)
    {
        Span<byte> bytes = stackalloc byte[Nid.WideBytes];
        if (text.Length is not (2 * Nid.WideBytes) and not 2 * sizeof(ulong)) return false;
        if (Convert.FromHexString(text, bytes, out _, out int written) != System.Buffers.OperationStatus.Done) return false;
        fields.Nid = written == Nid.WideBytes ? Nid.FromWide(bytes) : Nid.FromNarrow(System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out uint value) => Utf8Parser.TryParse(digits, out value, out int used) && used == digits.Length;

    /// <summary>Puts a string's bytes into the scratch buffer; what does not fit is no record's.</summary>
    private bool TryReadText(ref Utf8JsonReader json, bool isBase64, out int start, out int length)
    {
        start = _used;
        length = 0;
        if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > _texts.Length - _used) return false;
        length = json.CopyString(_texts.AsSpan(_used));
        if (isBase64 && Base64.DecodeFromUtf8InPlace(_texts.AsSpan(start, length), out length) != System.Buffers.OperationStatus.Done) return false;
        _used += length;
        return true;
    }

    private static Member Which(ref Utf8JsonReader json)
    {
        ReadOnlySpan<byte> name = json.ValueSpan;
        return name.Length switch
        {
            3 => name.SequenceEqual("fid"u8) ? Member.Fid : name.SequenceEqual("uid"u8) ? Member.Uid : name.SequenceEqual("gid"u8) ? Member.Gid
                : name.SequenceEqual("job"u8) ? Member.Job : Member.Other,
            4 => name.SequenceEqual("time"u8) ? Member.Time : name.SequenceEqual("name"u8) ? Member.Name : name.SequenceEqual("prev"u8) ? Member.Previous : Member.Other,
            5 => name.SequenceEqual("index"u8) ? Member.Index : name.SequenceEqual("flags"u8) ? Member.Flags : name.SequenceEqual("xattr"u8) ? Member.Xattr : Member.Other,
            6 => name.SequenceEqual("format"u8) ? Member.Format : name.SequenceEqual("parent"u8) ? Member.Parent : Member.Other,
            7 => name.SequenceEqual("type_id"u8) ? Member.TypeId : name.SequenceEqual("nid_hex"u8) ? Member.NidHex : name.SequenceEqual("job_b64"u8) ? Member.JobBase64 : Member.Other,
            8 => name.SequenceEqual("name_b64"u8) ? Member.NameBase64 : Member.Other,
            9 => name.SequenceEqual("xattr_b64"u8) ? Member.XattrBase64 : Member.Other,
            10 => name.SequenceEqual("source_fid"u8) ? Member.SourceFid : name.SequenceEqual("open_flags"u8) ? Member.OpenFlags : Member.Other,
            11 => name.SequenceEqual("extra_flags"u8) ? Member.ExtraFlags : name.SequenceEqual("source_name"u8) ? Member.SourceName : Member.Other,
            13 => name.SequenceEqual("source_parent"u8) ? Member.SourceParent : Member.Other,
            15 => name.SequenceEqual("source_name_b64"u8) ? Member.SourceNameBase64 : Member.Other,
            _ => Member.Other,
        };
    }

    /// <summary>Strings first, those in base64 after them, numbers last.</summary>
    private enum Member
    {
        Other,
        Time,
        Flags,
        Format,
        Fid,
        Parent,
        Name,
        SourceFid,
        SourceParent,
        SourceName,
        Job,
        ExtraFlags,
        NidHex,
        OpenFlags,
        Xattr,
        NameBase64,
        SourceNameBase64,
        JobBase64,
        XattrBase64,
        Index,
        TypeId,
        Previous,
        Uid,
        Gid,
        FirstBase64 = NameBase64,
        FirstNumber = Index,
    }
}
