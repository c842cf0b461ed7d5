namespace Weir.Coordinator.Protocol;

/// <summary>Writes the server's answers, byte for byte as the original does. What is 0 is left out.</summary>
public static class ReplyWriter
{
    /// <summary>The answer to <paramref name="command"/>: nothing but whether it went well.</summary>
    public static void Write(JsonComposer json, ReadOnlySpan<byte> command, int status = 0, ReadOnlySpan<byte> error = default)
    {
        json.BeginObject();
        json.Member("command"u8, command);
        End(json, status, error);
    }

    public static void WriteQueue(JsonComposer json, long enqueued, long skipped, int status = 0, ReadOnlySpan<byte> error = default)
    {
        json.BeginObject();
        json.Member("command"u8, "queue"u8);
        json.MemberUnlessZero("enqueued"u8, enqueued);
        json.MemberUnlessZero("skipped"u8, skipped);
        End(json, status, error);
    }

    /// <summary>Begins the answer to recv; items follow, then <see cref="EndRecv"/>.</summary>
    public static void BeginRecv(JsonComposer json, uint archiveId, ulong flags, ReadOnlySpan<byte> fsName)
    {
        json.BeginObject();
        json.BeginObject("hsm_action_list"u8);
        json.Member("hal_version"u8, 1);
        json.Member("hal_archive_id"u8, unchecked((int)archiveId));
        json.MemberUnlessZero("hal_flags"u8, (long)flags);
        json.Member("hal_fsname"u8, fsName);
        json.BeginArray("list"u8);
    }

    public static void EndRecv(JsonComposer json)
    {
        json.EndArray();
        json.EndObject();
        json.Member("command"u8, "recv"u8);
        json.EndObject();
    }

    private static void End(JsonComposer json, int status, ReadOnlySpan<byte> error)
    {
        json.MemberUnlessZero("status"u8, status);
        if (!error.IsEmpty) json.Member("error"u8, error);
        json.EndObject();
    }
}
