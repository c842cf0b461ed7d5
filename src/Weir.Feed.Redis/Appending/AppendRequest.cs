using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Appending;

/// <summary>An append's outcome is the last id; with replicas to wait for, only when enough of them have it.</summary>
internal abstract class AppendRequest(int capacityBytes, int waitReplicas, TimeSpan waitTimeout) : RespRequest<RecordId>(capacityBytes)
{
    private RecordId _last;
    private RespErrorException? _refusal;

    /// <summary>Which reply tells the append's outcome.</summary>
    protected int DecidingReply { get; private set; }

    /// <summary>Ends the composition: <paramref name="replies"/> so far, the last of which decides.</summary>
    protected void Finish(int replies)
    {
        DecidingReply = replies - 1;
        if (QueuedFrom > 0) QueuedUntil = DecidingReply;
        Replies = replies;
        if (waitReplicas == 0) return;
        Command.Command(3).Argument("WAIT").Argument(waitReplicas).Argument((long)waitTimeout.TotalMilliseconds);
        Blocking = waitTimeout;
        Replies++;
    }

    protected sealed override RecordId Decide(ReadOnlySpan<byte> reply)
    {
        if (waitReplicas == 0) return ReadLastId(reply);
        if (_refusal is { } refusal) throw refusal;
        long have = RespValue.Parse(reply).ThrowIfError().Integer;
        return have >= waitReplicas
            ? _last
            : throw new RespErrorException($"WEIRWAIT the records are appended, but within {waitTimeout.TotalSeconds:0.#} s only {have} of {waitReplicas} replicas had them");
    }

    protected sealed override void Note(ReadOnlySpan<byte> reply, int index)
    {
        if (index != DecidingReply)
        {
            NoteEarlier(reply);
            return;
        }

        try
        {
            _refusal = null;
            _last = ReadLastId(reply);
        }
        catch (RespErrorException refused)
        {
            _refusal = refused;
        }
    }

    /// <summary>Takes a reply before the deciding one.</summary>
    protected virtual void NoteEarlier(ReadOnlySpan<byte> reply)
    {
    }

    /// <exception cref="RespErrorException">The server refuses the append.</exception>
    protected abstract RecordId ReadLastId(ReadOnlySpan<byte> reply);

    protected static RecordId ReadId(ReadOnlySpan<byte> text) => RecordId.TryParse(text, out RecordId id)
        ? id
        : throw new RespProtocolException("The server answered an append with something that is no id.");

    /// <summary>An entry's fields and values.</summary>
    protected void WriteFields(in RecordView record, bool isAction, bool withNames)
    {
        if (!isAction)
        {
            if (withNames) Command.Argument("type"u8);
            Command.Argument(record.Type);
            if (withNames) Command.Argument("source"u8);
            Command.Argument(record.Source);
            if (withNames) Command.Argument("subject"u8);
            Command.Argument(record.Subject);
        }

        if (withNames) Command.Argument("data"u8);
        Command.Argument(record.Data);
    }
}
