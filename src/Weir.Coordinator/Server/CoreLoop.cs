using System.Threading.Channels;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;

namespace Weir.Coordinator.Server;

/// <summary>
/// Drives the core: it alone calls it. What came in while a turn was being made durable goes into the next turn together, so that one flush
/// serves all who wait.
/// </summary>
internal sealed class CoreLoop : ICoreInbox, IDisposable
{
    /// <summary>Once so much has come together, a turn is taken before more is looked at.</summary>
    private const int MaxMessagesPerTurn = 32 * 1024;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly object TickMarker = new();
    private static readonly object StopMarker = new();
    private static readonly object WrittenMarker = new();

    private readonly JournaledCoordinator _coordinator;
    private readonly CoordinatorCore _core;
    private readonly RequestHandler _handler;
    private readonly ServerState _state;
    private readonly Channel<object> _inbox = Channel.CreateUnbounded<object>(new() { SingleReader = true });
    private readonly Channel<Turn> _taken = Channel.CreateUnbounded<Turn>(new() { SingleReader = true, SingleWriter = true });
    private readonly ITimer _timer;
    private readonly LongAnswers _longAnswers;
    private int _messages;
    private TaskCompletionSource? _writing;
    private bool _isTicking;
    private bool _isStopping;

    public CoreLoop(JournaledCoordinator coordinator, ServerState state)
    {
        _coordinator = coordinator;
        _core = coordinator.Core;
        _state = state;
        _handler = new(_core, state);
        _longAnswers = new(Post, Answered);
        _core.Transferred = state.Metrics.Ended;
        _timer = state.Time.CreateTimer(static loop => ((CoreLoop)loop!)._inbox.Writer.TryWrite(TickMarker), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Post(static _ => { });
    }

    /// <summary>Turns in their order, one at a time: the next is taken when <see cref="Written"/> says that this one is durable.</summary>
    public ChannelReader<Turn> Taken => _taken.Reader;

    public void Post(InboundBatch batch) => _inbox.Writer.TryWrite(batch);

    /// <summary>Lets <paramref name="call"/> have the core for itself, between messages; what it adds is part of the next turn.</summary>
    public void Post(Action<CoordinatorCore> call) => _inbox.Writer.TryWrite(call);

    /// <summary>The turn that was taken is durable.</summary>
    public void Written()
    {
        Volatile.Read(ref _writing)?.TrySetResult();
        _inbox.Writer.TryWrite(WrittenMarker);
    }

    /// <summary>A turn whose effects are done may be filled again.</summary>
    public void Return(Turn turn) => _inbox.Writer.TryWrite(turn);

    /// <summary><see cref="RunAsync"/> ends when what has come until now is durable.</summary>
    public void Stop() => _inbox.Writer.TryWrite(StopMarker);

    /// <summary>Turns cannot be written any more: <see cref="RunAsync"/> ends, and what is in no turn yet is lost.</summary>
    public void Abort()
    {
        _inbox.Writer.TryComplete();
        Volatile.Read(ref _writing)?.TrySetResult();
    }

    public async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (await _inbox.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (_messages < MaxMessagesPerTurn && _inbox.Reader.TryRead(out object? next)) Do(next);
                if (_writing is { Task.IsCompleted: false } writing)
                {
                    // More may come together meanwhile, but not without bounds.
                    if (_messages < MaxMessagesPerTurn) continue;
                    await writing.Task.ConfigureAwait(false);
                }

                bool isLast = _isStopping;
                if (!TakeTurn() && isLast) return;
            }
        }
        finally
        {
            _taken.Writer.TryComplete();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Do(object next)
    {
        switch (next)
        {
            case InboundBatch batch:
                if (!_isStopping) Do(batch);
                break;
            case Turn turn:
                _coordinator.Return(turn);
                break;
            case Action<CoordinatorCore> call:
                call(_core);
                _messages++;
                break;
            default:
                if (ReferenceEquals(next, StopMarker)) _isStopping = true;
                else if (ReferenceEquals(next, TickMarker)) Tick();
                break;
        }
    }

    private void Tick()
    {
        _core.Tick();
        _isTicking = true;
    }

    private void Do(InboundBatch batch)
    {
        if (batch.Connection.Session.LongAnswer is { } first) first.Behind.Enqueue((batch, 0));
        else Do(batch, 0);
    }

    private void Do(InboundBatch batch, int from)
    {
        Connection connection = batch.Connection;
        for (int i = from; i < batch.Messages.Count; i++)
        {
            Inbound inbound = batch.Messages[i];
            _messages += 1 + (inbound.Content switch { ItemStage stage => stage.Items.Length, QueueContent { Items: { } stage } => stage.Items.Length, _ => 0 });
            if (connection.IsEnding && inbound.Kind != InboundKind.Closed) continue;
            if (!_handler.Handle(connection, inbound) || inbound.Kind == InboundKind.Closed)
            {
                if (!connection.IsEnding) _core.AddReply(connection, EndOfConnection.Marker);
                connection.IsEnding = true;
            }

            if (connection.Session.LongAnswer is not { } answer) continue;
            answer.Behind.Enqueue((batch, i + 1));
            _longAnswers.Add(answer);
            return;
        }

        connection.Release();
    }

    /// <summary>A peer's long answer is among the core's replies: what it has sent since has its turn, up to the next such question.</summary>
    private void Answered(LongAnswer answer)
    {
        Session session = answer.Connection.Session;
        session.LongAnswer = null;
        while (answer.Behind.TryDequeue(out (InboundBatch Batch, int From) behind))
        {
            Do(behind.Batch, behind.From);
            if (session.LongAnswer is not { } next) continue;
            while (answer.Behind.TryDequeue(out behind)) next.Behind.Enqueue(behind);
        }
    }

    /// <summary>
    /// Takes what has come together to be written; false when there is nothing. An empty turn is written when time has passed, as something may
    /// be due beside the journal.
    /// </summary>
    private bool TakeTurn()
    {
        _messages = 0;
        Turn turn = _coordinator.TakeTurn();
        bool isWanted = !turn.IsEmpty || _isTicking;
        _isTicking = false;
        if (isWanted)
        {
            Volatile.Write(ref _writing, new(TaskCreationOptions.RunContinuationsAsynchronously));
            _taken.Writer.TryWrite(turn);
            return true;
        }

        _coordinator.Return(turn);
        TimeSpan? deadline = _coordinator.NextDeadline();
        _timer.Change(deadline is null ? Timeout.InfiniteTimeSpan : deadline.Value > ShortestWait ? deadline.Value : ShortestWait, Timeout.InfiniteTimeSpan);
        _state.Metrics.Look(_core, _state.Time);
        return false;
    }
}

/// <summary>In the place of an answer: the connection ends here.</summary>
internal sealed class EndOfConnection
{
    public static readonly EndOfConnection Marker = new();

    private EndOfConnection() { }
}
