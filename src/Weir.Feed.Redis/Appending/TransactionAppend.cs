using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Appending;

/// <summary>
/// Records that the server gives ids to, in one MULTI … EXEC: when memory is short a command of it is refused when it is
/// queued, and then none is carried out.
/// </summary>
internal sealed class TransactionAppend : AppendRequest
{
    private RespErrorException? _notQueued;

    private TransactionAppend(int capacityBytes, int waitReplicas, TimeSpan waitTimeout)
        : base(capacityBytes, waitReplicas, waitTimeout)
    {
    }

    public static TransactionAppend Create(in TopicTarget target, ReadOnlyMemory<byte> frames, int count)
    {
        var append = new TransactionAppend(frames.Length + 128 * count + 256, target.WaitReplicas, target.WaitTimeout);
        int fields = target.IsAction ? 1 : 4;
        if (count > 1) append.Command.Command(1).Argument("MULTI"u8);
        foreach (RecordView record in new RecordPage(frames, count, null))
        {
            append.Command.Command(3 + 2 * fields).Argument("XADD"u8).Argument(target.Topic).Argument("*"u8);
            append.WriteFields(record, target.IsAction, withNames: true);
        }

        if (count > 1) append.Command.Command(1).Argument("EXEC"u8);
        append.QueuedFrom = 1;
        append.Finish(replies: count > 1 ? count + 2 : 1);
        return append;
    }

    protected override void NoteEarlier(ReadOnlySpan<byte> reply)
    {
        var reader = new RespReader(reply);
        if (reader.TryReadError(out ReadOnlySpan<byte> error)) _notQueued ??= RespErrorException.From(error);
    }

    protected override RecordId ReadLastId(ReadOnlySpan<byte> reply)
    {
        RespErrorException? cause = _notQueued;
        _notQueued = null;
        var reader = new RespReader(reply);
        if (reader.TryReadError(out ReadOnlySpan<byte> refused)) throw cause ?? RespErrorException.From(refused);
        if (reader.Kind == '$') return ReadId(reader.ReadString());
        return ReadLastOf(reader) ?? throw new RespErrorException("EXECABORT the server did not carry the append out");
    }

    /// <summary>The last of the ids that EXEC answers; null when it carried nothing out.</summary>
    /// <exception cref="RespErrorException">One of the commands failed.</exception>
    public static RecordId? ReadLastOf(RespReader reader)
    {
        int count = reader.ReadArray();
        if (count < 0) return null;
        ReadOnlySpan<byte> last = default;
        for (int i = 0; i < count; i++)
        {
            if (reader.TryReadError(out ReadOnlySpan<byte> error)) throw RespErrorException.From(error);
            last = reader.ReadString();
        }

        return ReadId(last);
    }
}
