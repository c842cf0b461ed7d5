using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Appending;

/// <summary>
/// Records with ids of the caller's own that belong behind a given one: WATCH, <see cref="AppendGuard"/>, MULTI, an XADD each, EXEC. It costs
/// the server about half of what a script costs that appends them. It is sent once only; what must go again goes as a script, which is one
/// command and understood wherever a slot moves.
/// </summary>
internal sealed class WatchedAppend : AppendRequest
{
    /// <summary>WATCH, the guard, MULTI.</summary>
    private const int CommandsBefore = 3;
    private const int GuardReply = 1;

    private readonly TopicTarget _target;
    private readonly RecordId _behind;
    private readonly int _count;
    private RespErrorException? _guardRefusal;
    private RespErrorException? _notQueued;
    private int _replies;

    private WatchedAppend(in TopicTarget target, int count, RecordId behind, int capacityBytes)
        : base(capacityBytes, target.WaitReplicas, target.WaitTimeout)
    {
        _target = target;
        _count = count;
        _behind = behind;
    }

    public RecordId OwnLastId { get; private set; }

    public static WatchedAppend Create(in TopicTarget target, ReadOnlyMemory<byte> frames, int count, RecordId behind)
    {
        byte[] head = EntryHead(target);
        var append = new WatchedAppend(target, count, behind, frames.Length + (head.Length + 96) * count + 2048);
        RespWriter command = append.Command;
        command.Command(2).Argument("WATCH"u8).Argument(target.Topic);
        command.Command(5).Argument("EVAL"u8).Argument(AppendGuard.Source).Argument("1"u8).Argument(target.Topic).Argument(behind);
        command.Command(1).Argument("MULTI"u8);
        foreach (RecordView record in new RecordPage(frames, count, null))
        {
            command.Raw(head).Argument(append.OwnLastId = record.Id);
            append.WriteFields(record, target.IsAction, withNames: true);
        }

        command.Command(1).Argument("EXEC"u8);
        append.QueuedFrom = CommandsBefore;
        append.Finish(CommandsBefore + count + 1);
        return append;
    }

    /// <summary>The same as a script.</summary>
    public ScriptedAppend ToScript()
    {
        var commands = new RespReader(Command.Written.Span);
        for (int i = 0; i < CommandsBefore; i++) commands.Skip();
        return ScriptedAppend.From(_target, commands, _count, _behind, Command.Length);
    }

    protected override void NoteEarlier(ReadOnlySpan<byte> reply)
    {
        int index = _replies++;
        var reader = new RespReader(reply);
        if (!reader.TryReadError(out ReadOnlySpan<byte> error)) return;
        var refusal = RespErrorException.From(error);
        if (index <= GuardReply) _guardRefusal ??= refusal;
        else _notQueued ??= refusal;
    }

    protected override RecordId ReadLastId(ReadOnlySpan<byte> reply)
    {
        var reader = new RespReader(reply);

        // What the guard says comes first: when it was refused itself, EXEC may have gone on without it.
        bool isError = reader.TryReadError(out ReadOnlySpan<byte> refused);
        if (_guardRefusal is not null) throw _guardRefusal;
        if (isError) throw _notQueued ?? RespErrorException.From(refused);
        return TransactionAppend.ReadLastOf(reader) ?? throw new RespErrorException($"{Touched} somebody else changed the topic at that moment");
    }

    /// <summary>The code of an append that was not carried out because the key was touched between WATCH and EXEC.</summary>
    public const string Touched = "WEIRTOUCHED";

    /// <summary>All of an XADD that stands before the id.</summary>
    private static byte[] EntryHead(in TopicTarget target)
    {
        using var head = new RespWriter();
        head.Command(3 + 2 * (target.IsAction ? 1 : 4)).Argument("XADD"u8).Argument(target.Topic);
        return head.Written.ToArray();
    }
}
