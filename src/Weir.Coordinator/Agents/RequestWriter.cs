using System.Text;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Agents;

/// <summary>Writes what clients ask.</summary>
public static class RequestWriter
{
    public static void WriteAuth(JsonComposer json, string token)
    {
        Begin(json, "auth"u8);
        json.Member("token"u8, Encoding.UTF8.GetBytes(token));
        json.EndObject();
    }

    /// <param name="json">Where to.</param>
    /// <param name="agent">Who it is.</param>
    /// <param name="running">What it runs already; null on a first connection.</param>
    public static void WriteEhlo(JsonComposer json, AgentOptions agent, IEnumerable<HsmRequest>? running)
    {
        Begin(json, "ehlo"u8);
        if (agent.Id is not null) json.Member("id"u8, Encoding.UTF8.GetBytes(agent.Id));
        if (agent.FsName is not null) json.Member("fsname"u8, Encoding.UTF8.GetBytes(agent.FsName));
        if (agent.ArchiveIds.Count > 0)
        {
            json.BeginArray("archive_ids"u8);
            foreach (int id in agent.ArchiveIds) json.Value(id);
            json.EndArray();
        }

        json.BeginArray("caps"u8);
        json.Value("data_b64"u8);
        json.EndArray();
        if (running is not null)
        {
            json.BeginArray("hai_list"u8);
            foreach (HsmRequest request in running) RequestItems.Write(json, request);
            json.EndArray();
        }

        json.EndObject();
    }

    public static void WriteRecv(JsonComposer json, long maxArchive, long maxRestore, long maxRemove, long maxBytes)
    {
        Begin(json, "recv"u8);
        json.Member("max_archive"u8, maxArchive);
        json.Member("max_restore"u8, maxRestore);
        json.Member("max_remove"u8, maxRemove);
        json.Member("max_bytes"u8, maxBytes);
        json.EndObject();
    }

    public static void WriteDone(JsonComposer json, in RequestKey key, int status)
    {
        Begin(json, "done"u8);
        json.Member("hai_cookie"u8, (long)key.Cookie);
        ActionItemWriter.WriteFid(json, "hai_dfid"u8, key.DataFid);
        json.Member("status"u8, status);
        json.EndObject();
    }

    /// <summary>Begins a message of items to queue; they follow by <see cref="WriteItem"/>, then <see cref="EndQueue"/>.</summary>
    public static void BeginQueue(JsonComposer json, string? fsName)
    {
        Begin(json, "queue"u8);
        if (!string.IsNullOrEmpty(fsName)) json.Member("fsname"u8, Encoding.UTF8.GetBytes(fsName));
        json.BeginArray("hsm_action_items"u8);
    }

    public static void WriteItem(JsonComposer json, in HsmRequest request) => RequestItems.Write(json, request);

    public static void EndQueue(JsonComposer json)
    {
        json.EndArray();
        json.EndObject();
    }

    public static void WriteStatus(JsonComposer json, int verbosity, bool wantsDetails)
    {
        Begin(json, "status"u8);
        json.Member("verbose"u8, verbosity);
        if (wantsDetails) json.Member("details"u8, 1);
        json.EndObject();
    }

    public static void WriteWhy(JsonComposer json, ulong cookie)
    {
        Begin(json, "why"u8);
        json.Member("hai_cookie"u8, (long)cookie);
        json.EndObject();
    }

    public static void WriteLock(JsonComposer json, int locked)
    {
        Begin(json, "lock"u8);
        json.Member("locked"u8, locked);
        json.EndObject();
    }

    private static void Begin(JsonComposer json, ReadOnlySpan<byte> command)
    {
        json.BeginMessage();
        json.BeginObject();
        json.Member("command"u8, command);
    }
}
