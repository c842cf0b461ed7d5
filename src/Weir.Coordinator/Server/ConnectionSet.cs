using System.Collections.Concurrent;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Server;

/// <summary>The connections there are, counted against their limits.</summary>
internal sealed class ConnectionSet(CoordinatorServerOptions options)
{
    private readonly ConcurrentDictionary<Connection, bool> _connections = new();
    private readonly ConcurrentDictionary<Task, bool> _tasks = new();
    private int _count;
    private int _unknown;

    /// <summary>What is held of a peer before it has shown who it is.</summary>
    public static ProtocolLimits UnknownPeerLimits { get; } = new() { MaxMessageBytes = 4096 };

    /// <summary>Connections that are open, also those whose peers are still unknown.</summary>
    public int Count => Volatile.Read(ref _count);

    public ICollection<Connection> Connections => _connections.Keys;

    public void Add(Connection connection) => _connections[connection] = true;

    public void Remove(Connection connection) => _connections.TryRemove(connection, out _);

    /// <summary>Takes a place; false when all are taken.</summary>
    public bool TryAdd(bool isUnknown, out Place place)
    {
        place = new(this, isUnknown);
        bool hasRoom = Interlocked.Increment(ref _count) <= options.MaxConnections;
        if (isUnknown) hasRoom &= Interlocked.Increment(ref _unknown) <= options.MaxUnknownPeers;
        if (!hasRoom) place.Dispose();
        return hasRoom;
    }

    public void Track(Task task)
    {
        _tasks[task] = true;
        task.ContinueWith(static (done, set) => ((ConnectionSet)set!)._tasks.TryRemove(done, out _), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Completes when every connection has ended.</summary>
    public Task WhenEmptyAsync() => Task.WhenAll(_tasks.Keys);

    /// <summary>A connection's place.</summary>
    public sealed class Place(ConnectionSet set, bool isUnknown) : IDisposable
    {
        private bool _isUnknown = isUnknown;

        /// <summary>The peer has shown who it is.</summary>
        public void IsKnown()
        {
            if (_isUnknown) Interlocked.Decrement(ref set._unknown);
            _isUnknown = false;
        }

        public void Dispose()
        {
            IsKnown();
            Interlocked.Decrement(ref set._count);
        }
    }
}
