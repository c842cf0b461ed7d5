using Weir.Coordinator.Core;

namespace Weir.Coordinator.Server;

/// <summary>Works at long answers, one after another. Where the core runs, but for the writing.</summary>
/// <param name="post">Lets a call have the core, behind what has come before.</param>
/// <param name="answered">Called when an answer is among the core's: what the peer sent behind its question has its turn.</param>
internal sealed class LongAnswers(Action<Action<CoordinatorCore>> post, Action<LongAnswer> answered)
{
    /// <summary>Takes well below a millisecond.</summary>
    private const int SlotsAtOnce = 4096;

    private readonly Queue<LongAnswer> _waiting = new();
    private LongAnswer? _current;

    public void Add(LongAnswer answer)
    {
        _waiting.Enqueue(answer);
        if (_current is null) Begin();
    }

    private void Begin()
    {
        if (_waiting.TryDequeue(out _current)) post(Advance);
    }

    private void Advance(CoordinatorCore core)
    {
        LongAnswer answer = _current!;
        if (answer.Advance(core, SlotsAtOnce)) ThreadPool.UnsafeQueueUserWorkItem(_ => Compose(answer), null);
        else post(Advance);
    }

    private void Compose(LongAnswer answer)
    {
        byte[] reply = answer.Compose();
        post(core =>
        {
            core.AddReply(answer.Connection, reply);
            answered(answer);
            Begin();
        });
    }
}
