using System.Globalization;
using Weir.Copytool.Tests.Mdt;

namespace Weir.Copytool.Tests.Coordinators;

/// <summary>What a coordinator answers, as text.</summary>
internal static class Replies
{
    public static string List(params IEnumerable<string> items) => ListOf("lustre", 1, items);

    public static string ListOf(string fsname, int archive, IEnumerable<string> items) =>
        $$"""{"hsm_action_list": {"hal_version": 1, "hal_archive_id": {{archive}}, "hal_fsname": "{{fsname}}", "list": [{{string.Join(", ", items)}}]}, "command": "recv"}""";

    public static string Item(HsmRequest request, string data = "") => Item((int)request.Action, request.Cookie, request.ObjectId, data);

    public static string Item(int action, long cookie, uint objectId, string data = "")
    {
        string fid = string.Create(CultureInfo.InvariantCulture, $$"""{"f_seq": {{HsmRequest.Sequence}}, "f_oid": {{(int)objectId}}, "f_ver": 0}""");
        return $$"""{"hai_action": {{action}}, "hai_fid": {{fid}}, "hai_dfid": {{fid}}, "hai_extent_offset": 0, "hai_extent_length": -1, "hai_cookie": {{cookie}}, "hai_gid": 0, "hal_archive_id": 1, "hal_flags": 0, "hai_data": "{{data}}", "timestamp": 1}""";
    }
}
