namespace Weir.Feed.Redis.Resp;

/// <summary>
/// One or more commands that are sent together, and what becomes of their replies. Either every reply is handed over, in
/// order, or the failure is. The bytes stay with the request until it is disposed, so it can be sent again.
/// </summary>
internal abstract class RespRequest : IDisposable
{
    protected RespRequest(int capacityBytes = 256) => Command = new(capacityBytes);

    public RespWriter Command { get; }

    /// <summary>How many replies the commands have.</summary>
    public int Replies { get; set; } = 1;

    /// <summary>Whether the server is to answer although the slot is just moving to it (Redis Cluster's ASK).</summary>
    public bool IsAsking { get; set; }

    /// <summary>How long the server itself may take before it answers, beyond the usual.</summary>
    public TimeSpan Blocking { get; set; }

    /// <summary>How many replies are still to come.</summary>
    public int Missing { get; set; }

    /// <summary>From which reply on, up to <see cref="QueuedUntil"/>, a plain "QUEUED" says nothing and is passed over.</summary>
    public int QueuedFrom { get; protected set; }

    public int QueuedUntil { get; protected set; }

    /// <summary>Whether the reply to ASKING is still to come.</summary>
    public bool AskingReplyIsDue { get; set; }

    /// <summary>The size of the command when it was posted; once answered, the request may be disposed at any time.</summary>
    public int PostedBytes { get; private set; }

    /// <summary>Called by the connection that sends it.</summary>
    public void Prepare()
    {
        Missing = Replies;
        AskingReplyIsDue = false;
        PostedBytes = Command.Length;
    }

    /// <summary>Takes one reply; the bytes are valid during the call only. An exception ends the connection.</summary>
    /// <param name="reply">A whole, well-formed reply.</param>
    /// <param name="index">Which of the request's replies, from 0.</param>
    public abstract void OnReply(ReadOnlySpan<byte> reply, int index);

    /// <summary>There will be no (more) replies.</summary>
    public abstract void OnFailure(IOException failure);

    /// <summary>Whether a connection may still read the command's bytes.</summary>
    protected abstract bool IsOutstanding { get; }

    /// <summary>Gives the buffer back, unless the request was abandoned while a connection still needs it.</summary>
    public void Dispose()
    {
        if (!IsOutstanding) Command.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A request whose only or last reply decides it.</summary>
internal abstract class RespRequest<T>(int capacityBytes = 256) : RespRequest(capacityBytes)
{
    private TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Outcome => _outcome.Task;

    protected override bool IsOutstanding => !_outcome.Task.IsCompleted;

    /// <summary>Makes the request ready to be sent once more.</summary>
    public void Rearm() => _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public sealed override void OnReply(ReadOnlySpan<byte> reply, int index)
    {
        try
        {
            if (index == Replies - 1) _outcome.TrySetResult(Decide(reply));
            else Note(reply, index);
        }
        catch (RespErrorException refused)
        {
            _outcome.TrySetException(refused);
        }
    }

    public override void OnFailure(IOException failure) => _outcome.TrySetException(failure);

    /// <summary>Makes the outcome of the last reply; an error the server gave is thrown as <see cref="RespErrorException"/>.</summary>
    protected abstract T Decide(ReadOnlySpan<byte> reply);

    /// <summary>Takes a reply before the last.</summary>
    protected virtual void Note(ReadOnlySpan<byte> reply, int index)
    {
    }
}

/// <summary>A request whose reply is small and wanted as objects.</summary>
internal sealed class RespCall : RespRequest<RespValue>
{
    public static RespCall Create(params ReadOnlySpan<string> arguments)
    {
        var call = new RespCall();
        call.Command.Command(arguments.Length);
        foreach (string argument in arguments) call.Command.Argument(argument);
        return call;
    }

    protected override RespValue Decide(ReadOnlySpan<byte> reply) => RespValue.Parse(reply).ThrowIfError();
}
