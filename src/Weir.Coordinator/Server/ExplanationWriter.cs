using System.Text;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;
using Weir.Lustre;

namespace Weir.Coordinator.Server;

/// <summary>Writes the answer to <c>why</c>.</summary>
internal static class ExplanationWriter
{
    public static byte[] Write(IReadOnlyList<RequestExplanation> explanations)
    {
        var json = new JsonComposer(1024);
        json.BeginObject();
        json.Member("command"u8, "why"u8);
        json.BeginArray("requests"u8);
        foreach (RequestExplanation explanation in explanations) Write(json, explanation);
        json.EndArray();
        json.EndObject();
        return json.Written.ToArray();
    }

    private static void Write(JsonComposer json, RequestExplanation found)
    {
        json.BeginObject();
        json.Member("hai_cookie"u8, (long)found.Key.Cookie);
        json.Member("hai_dfid"u8, Encoding.ASCII.GetBytes(found.Key.DataFid.ToString()));
        json.Member("action"u8, HsmNames.Utf8(found.Action));
        json.Member("archive_id"u8, found.ArchiveId);
        json.Member("state"u8, found.State == Requests.RequestState.Running ? "running"u8 : "queued"u8);
        if (found.AgentId is not null) json.Member("agent"u8, Encoding.UTF8.GetBytes(found.AgentId));
        json.Member("place"u8, Encoding.UTF8.GetBytes(found.Place));
        json.Member("class"u8, Encoding.UTF8.GetBytes(found.Class));
        if (found.Share is not null) json.Member("share"u8, Encoding.UTF8.GetBytes(found.Share));
        if (found.Ahead is { } ahead)
        {
            json.Member("ahead"u8, ahead);
            if (!found.IsAheadExact) json.Member("ahead_is_bound"u8, 1);
        }

        json.Member("accepted"u8, found.Accepted.ToUnixTimeMilliseconds());
        json.Member("since"u8, found.Since.ToUnixTimeMilliseconds());
        json.MemberUnlessZero("requeues"u8, found.Requeues);
        json.MemberUnlessZero("cancelled"u8, found.IsCancelled ? 1 : 0);
        json.MemberUnlessZero("stuck"u8, found.IsStuck ? 1 : 0);
        json.BeginArray("reasons"u8);
        foreach (string reason in found.Reasons) json.Value(Encoding.UTF8.GetBytes(reason));
        json.EndArray();
        json.EndObject();
    }
}
