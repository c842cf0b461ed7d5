using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Movers;

/// <summary>A request from its coming to its end.</summary>
internal sealed class Job(HsmRequest request, CancellationToken stopping) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private readonly Lock _gate = new();
    private bool _isOver;

    public HsmRequest Request { get; } = request;

    /// <summary>Whether a user has cancelled it.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Set by a user's cancel, and when the agent stops.</summary>
    public CancellationToken Stop => _stop.Token;

    public void Cancel()
    {
        lock (_gate)
        {
            IsCancelled = true;
            if (!_isOver) _stop.Cancel();
        }
    }

    public void Dispose()
    {
        lock (_gate) _isOver = true;
        _stop.Dispose();
    }
}
