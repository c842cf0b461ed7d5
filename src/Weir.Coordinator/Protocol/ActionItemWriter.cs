using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Weir.Lustre;

namespace Weir.Coordinator.Protocol;

/// <summary>Writes action items and fids in the order of members that the original has.</summary>
public static class ActionItemWriter
{
    /// <param name="json">Where to.</param>
    /// <param name="item">What. Data that is not UTF-8 goes out as <c>hai_data_b64</c>, which only peers with that capability understand.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(JsonComposer json, scoped in ActionItem item)
    {
        json.BeginObject();
        json.Member("hai_action"u8, (int)item.Action);
        WriteFid(json, "hai_fid"u8, item.Fid);
        WriteFid(json, "hai_dfid"u8, item.DataFid);
        json.Member("hai_extent_offset"u8, (long)item.ExtentOffset);
        json.Member("hai_extent_length"u8, (long)item.ExtentLength);
        json.Member("hai_cookie"u8, (long)item.Cookie);
        json.Member("hai_gid"u8, (long)item.GroupId);
        json.Member("hal_archive_id"u8, unchecked((int)item.ArchiveId));
        json.Member("hal_flags"u8, (long)item.Flags);
        if (Utf8.IsValid(item.Data)) json.Member("hai_data"u8, item.Data);
        else json.MemberBase64("hai_data_b64"u8, item.Data);
        json.Member("timestamp"u8, item.TimestampNs);
        json.EndObject();
    }

    public static void WriteFid(JsonComposer json, ReadOnlySpan<byte> key, Fid fid)
    {
        json.BeginObject(key);
        json.Member("f_seq"u8, (long)fid.Sequence);
        json.Member("f_oid"u8, unchecked((int)fid.ObjectId));
        json.Member("f_ver"u8, unchecked((int)fid.Version));
        json.EndObject();
    }
}
