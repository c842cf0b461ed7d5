using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Tests.Server;

/// <summary>An agent of the library that ends its work at once, or when it is told to.</summary>
internal sealed class Mover : IAgentWork, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<RequestKey> _held = new();
    private readonly CoordinatorAgent _agent;
    private readonly bool _isHolding;
    private readonly Task _work;
    private int _running;
    private int _cancelled;

    public Mover(TestServer server, string id, long limit, int[]? archiveIds = null, bool isHolding = false)
    {
        _isHolding = isHolding;
        _agent = new(
            new()
            {
                Server = new() { Host = "127.0.0.1", Port = server.Port },
                Id = id,
                ArchiveIds = archiveIds ?? [],
                MaxArchive = limit,
                MaxRestore = limit,
                MaxRemove = limit,
            },
            this, NullLogger.Instance);
        _work = _agent.RunAsync(_stop.Token);
    }

    public ConcurrentQueue<(RequestKey Key, string Data)> Started { get; } = new();

    public int MostAtOnce { get; private set; }

    public int Cancelled => Volatile.Read(ref _cancelled);

    public void Start(in HsmRequest request)
    {
        RequestKey key = request.Key;
        Started.Enqueue((key, System.Text.Encoding.UTF8.GetString(request.Data.Span)));
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
        if (_isHolding) _held.Enqueue(key);
        else ThreadPool.QueueUserWorkItem(_ => End(key));
    }

    public void Cancel(in RequestKey key) => Interlocked.Increment(ref _cancelled);

    public void ReleaseAll()
    {
        while (_held.TryDequeue(out RequestKey key)) End(key);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void End(RequestKey key)
    {
        Interlocked.Decrement(ref _running);
        _agent.Done(key, 0);
    }
}
