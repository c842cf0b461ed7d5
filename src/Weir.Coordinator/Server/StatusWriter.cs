using System.Text;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;
using Weir.Lustre;

namespace Weir.Coordinator.Server;

/// <summary>Writes the answer to <c>status</c> in the original's words, and what Weir has beyond them where that was asked for.</summary>
internal sealed class StatusWriter(CoordinatorCore core)
{
    /// <summary>From LLAPI_MSG_DEBUG on the lists are in it.</summary>
    public const long ListsVerbosity = 6;

    /// <summary>The answer without lists, from <paramref name="verbosity"/> 6 on with the places where they go.</summary>
    public StatusDraft Draft(IReadOnlyList<Connection> connections, long verbosity, bool wantsDetails)
    {
        var json = new JsonComposer(16 * 1024);
        var draft = new StatusDraft(json, verbosity >= ListsVerbosity);
        json.BeginObject();
        json.Member("command"u8, "status"u8);
        WriteCounts(json, "running"u8, core.Running);
        WriteCounts(json, "pending"u8, core.Queued);
        json.MemberUnlessZero("pending_cancel"u8, core.CancelsPending);
        WriteCounts(json, "done"u8, core.Done);
        json.MemberUnlessZero("done_cancel"u8, core.CancelsDone);
        json.MemberUnlessZero("clients_connected"u8, connections.Count);
        json.MemberUnlessZero("locked"u8, (int)core.Lock);
        WriteClients(draft, connections);
        draft.List("waiting_restore", new(ListKind.Waiting, HsmAction.Restore, 0));
        draft.List("waiting_remove", new(ListKind.Waiting, HsmAction.Remove, 0));
        draft.List("waiting_archive", new(ListKind.Waiting, HsmAction.Archive, 0));
        if (wantsDetails) WriteDetails(json);
        draft.Truncation();
        json.EndObject();
        return draft;
    }

    private void WriteClients(StatusDraft draft, IReadOnlyList<Connection> connections)
    {
        JsonComposer json = draft.Json;
        json.BeginArray("clients"u8);
        foreach (Connection connection in connections)
        {
            if (connection.Session.Agent is { } agent)
            {
                WriteAgent(draft, agent);
                continue;
            }

            json.BeginObject();
            json.Member("client_id"u8, Encoding.UTF8.GetBytes(connection.Peer));
            json.Member("status"u8, "init"u8);
            json.EndObject();
        }

        foreach (Agent agent in core.Agents.Where(agent => !agent.IsConnected)) WriteAgent(draft, agent);
        json.EndArray();
    }

    private void WriteAgent(StatusDraft draft, Agent agent)
    {
        JsonComposer json = draft.Json;
        json.BeginObject();
        json.Member("client_id"u8, Encoding.UTF8.GetBytes(agent.Id));
        WriteCounts(json, "current"u8, agent.Running);
        WriteCounts(json, "done"u8, agent.Done);
        json.Member("status"u8, agent.State switch { AgentState.Waiting => "waiting"u8, AgentState.Ready => "ready"u8, _ => "disconnected"u8 });
        WriteBatches(json, agent);
        if (agent.DisconnectedAt is { } since) json.Member("disconnected_timestamp"u8, since.ToUnixTimeMilliseconds() * 1_000_000);
        draft.List("active_requests", new(ListKind.Running, default, agent.Number));
        draft.List("waiting_restore", new(ListKind.Waiting, HsmAction.Restore, agent.Number));
        draft.List("waiting_remove", new(ListKind.Waiting, HsmAction.Remove, agent.Number));
        draft.List("waiting_archive", new(ListKind.Waiting, HsmAction.Archive, agent.Number));
        draft.List("cancels", new(ListKind.Cancelled, default, agent.Number));
        json.EndObject();
    }

    private void WriteBatches(JsonComposer json, Agent agent)
    {
        if (core.Options.Batches is null) return;
        json.BeginArray("batches"u8);
        foreach (BatchStatus batch in core.Batches(agent))
        {
            json.BeginObject();
            json.Member("hint"u8, StatusDraft.Text(batch.Hint.Span));
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
}
