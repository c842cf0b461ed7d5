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
        RespWriter command = append.Command;
        int fields = target.IsAction ? 1 : 4;
        command.Command(4 + AppendScript.Arguments + count * (fields + 1));
        command.Argument("EVALSHA"u8).Argument(AppendScript.Name).Argument("1"u8).Argument(target.Topic);
        if (expectedLastId is { } expected) command.Argument(expected);
        else command.Argument(""u8);
        command.Argument(fields);
        foreach (RecordView record in new RecordPage(frames, count, null))
        {
            if (hasOwnIds) command.Argument(append.OwnLastId = record.Id);
            else command.Argument("*"u8);
            append.WriteFields(record, target.IsAction, withNames: false);
        }

        append.Finish(replies: 1);
        return append;
    }

    protected override RecordId ReadLastId(ReadOnlySpan<byte> reply)
    {
        var reader = new RespReader(reply);
        if (reader.TryReadError(out ReadOnlySpan<byte> error)) throw RespErrorException.From(error);
        return ReadId(reader.ReadString());
    }
}
