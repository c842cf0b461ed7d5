using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Agents;

/// <summary>What an agent runs, and of what it has ended, what the coordinator has not confirmed. From any thread.</summary>
internal sealed class RunningWork
{
    private readonly Lock _gate = new();
    private readonly Dictionary<RequestKey, HsmRequest> _running = [];
    private readonly Queue<(RequestKey Key, int Status)> _toSend = new();
    private readonly Queue<(RequestKey Key, int Status)> _sent = new();

    /// <summary>Ends that were not told, or whose telling was not answered.</summary>
    public int UnconfirmedCount
    {
        get
        {
            lock (_gate) return _toSend.Count + _sent.Count;
        }
    }

    /// <summary>What the coordinator is told after a break: everything it has not heard the end of.</summary>
    public HsmRequest[] Snapshot()
    {
        lock (_gate) return [.. _running.Values];
    }

    /// <summary>Takes a request in; false when it is there already.</summary>
    public bool TryStart(in HsmRequest request)
    {
        lock (_gate) return _running.TryAdd(request.Key, request);
    }

    public bool IsRunning(in RequestKey key)
    {
        lock (_gate) return _running.ContainsKey(key);
    }

    public void End(in RequestKey key, int status)
    {
        lock (_gate) _toSend.Enqueue((key, status));
    }

    /// <summary>The next end to tell; it counts as unconfirmed from now on.</summary>
    public bool TryTakeEnd(out RequestKey key, out int status)
    {
        lock (_gate)
        {
            bool isThere = _toSend.TryDequeue(out (RequestKey Key, int Status) end);
            (key, status) = end;
            if (isThere) _sent.Enqueue(end);
            return isThere;
        }
    }

    /// <summary>The coordinator has answered a <c>done</c>; answers come in the order of what was sent.</summary>
    public bool Confirm()
    {
        lock (_gate) return _sent.TryDequeue(out (RequestKey Key, int) confirmed) && _running.Remove(confirmed.Key);
    }

    /// <summary>The connection is broken: what was not confirmed is told again, before what has ended since.</summary>
    public void Rewind()
    {
        lock (_gate)
        {
            (RequestKey, int)[] later = [.. _toSend];
            _toSend.Clear();
            while (_sent.TryDequeue(out (RequestKey, int) end)) _toSend.Enqueue(end);
            foreach ((RequestKey, int) end in later) _toSend.Enqueue(end);
        }
    }
}
