using System.Text;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;
using Weir.Lustre;

namespace Weir.Coordinator.Server;

/// <summary>Writes the answer to <c>status</c> in the original's words, and what Weir has beyond them where that was asked for.</summary>
internal sealed class StatusWriter(CoordinatorCore core)
{
    /// <summary>From LLAPI_MSG_DEBUG on the lists are in it.</summary>
    private const long ListsVerbosity = 6;

    public byte[] Write(IReadOnlyList<Connection> connections, long verbosity, bool wantsDetails)
    {
        bool hasLists = verbosity >= ListsVerbosity;
        var json = new JsonComposer(16 * 1024);
        json.BeginObject();
        json.Member("command"u8, "status"u8);
        WriteCounts(json, "running"u8, core.Running);
        WriteCounts(json, "pending"u8, core.Queued);
        json.MemberUnlessZero("pending_cancel"u8, core.CancelsPending);
        WriteCounts(json, "done"u8, core.Done);
        json.MemberUnlessZero("done_cancel"u8, core.CancelsDone);
        json.MemberUnlessZero("clients_connected"u8, connections.Count);
        json.MemberUnlessZero("locked"u8, (int)core.Lock);
        WriteClients(json, connections, hasLists);
        if (hasLists)
        {
            WriteList(json, "waiting_restore"u8, core.Waiting(HsmAction.Restore));
            WriteList(json, "waiting_remove"u8, core.Waiting(HsmAction.Remove));
            WriteList(json, "waiting_archive"u8, core.Waiting(HsmAction.Archive));
        }

        if (wantsDetails) WriteDetails(json);
        json.EndObject();
        return json.Written.ToArray();
    }

    /// <summary>Where every request of that cookie is; null when there is none.</summary>
    public byte[]? Explain(ulong cookie)
    {
        var json = new JsonComposer(1024);
        json.BeginObject();
        json.Member("command"u8, "why"u8);
        json.BeginArray("requests"u8);
        int before = json.Length;
        foreach (RequestExplanation found in core.Explain(cookie)) WriteExplanation(json, found);
        if (json.Length == before) return null;
        json.EndArray();
        json.EndObject();
        return json.Written.ToArray();
    }

    private static void WriteExplanation(JsonComposer json, RequestExplanation found)
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

    private void WriteClients(JsonComposer json, IReadOnlyList<Connection> connections, bool hasLists)
    {
        json.BeginArray("clients"u8);
        foreach (Connection connection in connections)
        {
            if (connection.Session.Agent is { } agent)
            {
                WriteAgent(json, agent, hasLists);
                continue;
            }

            json.BeginObject();
            json.Member("client_id"u8, Encoding.UTF8.GetBytes(connection.Peer));
            json.Member("status"u8, "init"u8);
            json.EndObject();
        }

        foreach (Agent agent in core.Agents.Where(agent => !agent.IsConnected)) WriteAgent(json, agent, hasLists);
        json.EndArray();
    }

    private void WriteAgent(JsonComposer json, Agent agent, bool hasLists)
    {
        json.BeginObject();
        json.Member("client_id"u8, Encoding.UTF8.GetBytes(agent.Id));
        WriteCounts(json, "current"u8, agent.Running);
        WriteCounts(json, "done"u8, agent.Done);
        json.Member("status"u8, agent.State switch { AgentState.Waiting => "waiting"u8, AgentState.Ready => "ready"u8, _ => "disconnected"u8 });
        WriteBatches(json, agent);
        if (agent.DisconnectedAt is { } since) json.Member("disconnected_timestamp"u8, since.ToUnixTimeMilliseconds() * 1_000_000);
        if (hasLists)
        {
            WriteList(json, "active_requests"u8, core.RunningAt(agent));
            WriteList(json, "waiting_restore"u8, core.Waiting(agent, HsmAction.Restore));
            WriteList(json, "waiting_remove"u8, core.Waiting(agent, HsmAction.Remove));
            WriteList(json, "waiting_archive"u8, core.Waiting(agent, HsmAction.Archive));
            WriteList(json, "cancels"u8, core.CancelsFor(agent));
        }

        json.EndObject();
    }

    private void WriteBatches(JsonComposer json, Agent agent)
    {
        if (core.Options.Batches is null) return;
        json.BeginArray("batches"u8);
        foreach (BatchStatus batch in core.Batches(agent))
        {
            json.BeginObject();
            json.Member("hint"u8, Text(batch.Hint.Span));
            json.MemberUnlessZero("current_count"u8, batch.Running);
            json.MemberUnlessZero("expire_idle_s"u8, (long)batch.IdleExpiry.TotalSeconds);
            json.MemberUnlessZero("expire_max_s"u8, (long)(batch.MaxExpiry?.TotalSeconds ?? 0));
            json.MemberUnlessZero("waiting_archive"u8, batch.Waiting);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void WriteCounts(JsonComposer json, ReadOnlySpan<byte> prefix, in WorkCounts counts)
    {
        Span<byte> key = stackalloc byte[32];
        prefix.CopyTo(key);
        json.MemberUnlessZero(Join(key, prefix.Length, "_restore"u8), counts.Restore);
        json.MemberUnlessZero(Join(key, prefix.Length, "_archive"u8), counts.Archive);
        json.MemberUnlessZero(Join(key, prefix.Length, "_remove"u8), counts.Remove);

        static ReadOnlySpan<byte> Join(Span<byte> key, int length, ReadOnlySpan<byte> suffix)
        {
            suffix.CopyTo(key[length..]);
            return key[..(length + suffix.Length)];
        }
    }

    private static void WriteList(JsonComposer json, ReadOnlySpan<byte> key, IEnumerable<RequestSummary> requests)
    {
        json.BeginArray(key);
        foreach (RequestSummary request in requests)
        {
            json.BeginObject();
            ActionItemWriter.WriteFid(json, "hai_fid"u8, request.Key.DataFid);
            json.Member("hai_cookie"u8, (long)request.Key.Cookie);
            json.Member("hai_data"u8, Text(request.Data.Span));
            json.EndObject();
        }

        json.EndArray();
    }

    private void WriteDetails(JsonComposer json)
    {
        json.BeginArray("waiting"u8);
        foreach (ClassStatus status in core.ClassStatuses())
        {
            json.BeginObject();
            json.Member("class"u8, Encoding.UTF8.GetBytes(status.Class));
            json.Member("action"u8, HsmNames.Utf8(status.Action));
            json.Member("count"u8, status.Count);
            json.Member("oldest_since"u8, status.OldestSince.ToUnixTimeMilliseconds());
            json.EndObject();
        }

        json.EndArray();
    }

    /// <summary>Data for people: what is not UTF-8 is replaced, as a JSON string cannot hold it.</summary>
    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> data) =>
        System.Text.Unicode.Utf8.IsValid(data) ? data : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(data));
}
