using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Appending;

/// <summary>Records with ids of the caller's own, or on a condition, appended by <see cref="AppendScript"/>.</summary>
internal sealed class ScriptedAppend : AppendRequest
{
    private ScriptedAppend(int capacityBytes, int waitReplicas, TimeSpan waitTimeout)
        : base(capacityBytes, waitReplicas, waitTimeout)
    {
    }

    /// <summary>The last of the caller's ids; <see cref="RecordId.Zero"/> when the server gives them.</summary>
    public RecordId OwnLastId { get; private set; }

    public static ScriptedAppend Create(in TopicTarget target, ReadOnlyMemory<byte> frames, int count, bool hasOwnIds, RecordId? expectedLastId)
    {
        var append = new ScriptedAppend(frames.Length + 64 * count + 256, target.WaitReplicas, target.WaitTimeout);
        append.Begin(target, count, expectedLastId);
        RespWriter command = append.Command;
        foreach (RecordView record in new RecordPage(frames, count, null))
        {
            if (hasOwnIds) command.Argument(append.OwnLastId = record.Id);
            else command.Argument("*"u8);
            append.WriteFields(record, target.IsAction, withNames: false);
        }

        append.Finish(replies: 1);
        return append;
    }

    /// <param name="target">Where the records go.</param>
    /// <param name="entries">Before the first of as many XADD commands as there are records.</param>
    /// <param name="count">The number of records.</param>
    /// <param name="behind">The id that they belong behind.</param>
    /// <param name="sizeBytes">About how large the command will be.</param>
    public static ScriptedAppend From(in TopicTarget target, RespReader entries, int count, RecordId behind, int sizeBytes)
    {
        var append = new ScriptedAppend(sizeBytes, target.WaitReplicas, target.WaitTimeout);
        append.Begin(target, count, behind);
        int fields = target.IsAction ? 1 : 4;
        for (int i = 0; i < count; i++)
        {
            entries.ReadArray();
            entries.Skip(); // XADD
            entries.Skip(); // the key
            ReadOnlySpan<byte> id = entries.ReadString();
            append.OwnLastId = ReadId(id);
            append.Command.Argument(id);
            for (int field = 0; field < fields; field++)
            {
                entries.Skip(); // its name
                append.Command.Argument(entries.ReadString());
            }
        }

        append.Finish(replies: 1);
        return append;
    }

    private void Begin(in TopicTarget target, int count, RecordId? expectedLastId)
    {
        int fields = target.IsAction ? 1 : 4;
        Command.Command(4 + AppendScript.Arguments + count * (fields + 1));
        Command.Argument("EVALSHA"u8).Argument(AppendScript.Name).Argument("1"u8).Argument(target.Topic);
        if (expectedLastId is { } expected) Command.Argument(expected);
        else Command.Argument(""u8);
        Command.Argument(fields);
    }

    protected override RecordId ReadLastId(ReadOnlySpan<byte> reply)
    {
        var reader = new RespReader(reply);
        if (reader.TryReadError(out ReadOnlySpan<byte> error)) throw RespErrorException.From(error);
        return ReadId(reader.ReadString());
    }
}
