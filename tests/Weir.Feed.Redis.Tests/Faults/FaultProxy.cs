using System.Net;
using System.Net.Sockets;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>Stands between a client and a server, passes bytes on in odd pieces, and cuts connections in the middle of replies.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly int _target;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _closing = new();
    private readonly Random _random;
    private readonly List<Task> _tasks = [];
    private readonly Lock _gate = new();
    private long _cutAfter = long.MaxValue;
    private int _cuts;

    /// <param name="target">The server's port on the loopback.</param>
    /// <param name="seed">For the pieces.</param>
    public FaultProxy(int target, int seed = 1)
    {
        _target = target;
        _random = new(seed);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _tasks.Add(AcceptAsync());
    }

    public string Url => $"redis://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";

    /// <summary>Pieces have at most so many bytes.</summary>
    public int MaxPieceBytes { get; init; } = 64 * 1024;

    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Cuts the connection on which the next so many bytes of replies are passed on, once.</summary>
    public void CutAfter(long replyBytes) => Interlocked.Exchange(ref _cutAfter, replyBytes);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        Task[] tasks;
        lock (_gate) tasks = [.. _tasks];
        await Task.WhenAll(tasks);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptAsync(_closing.Token);
                client.NoDelay = true;
                lock (_gate) _tasks.Add(PassAsync(client));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task PassAsync(Socket client)
    {
        using (client)
        {
            using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var over = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target, over.Token);
            }
            catch (Exception down) when (down is OperationCanceledException or SocketException)
            {
                return;
            }

            Task there = CopyAsync(client, server, isReply: false, over.Token);
            Task back = CopyAsync(server, client, isReply: true, over.Token);
            await Task.WhenAny(there, back);
            await over.CancelAsync();
            await Task.WhenAll(there, back);
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool isReply, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                int size;
                lock (_random) size = _random.Next(1, MaxPieceBytes + 1);
                int read = await from.ReceiveAsync(buffer.AsMemory(0, size), cancellationToken);
                if (read == 0) return;
                if (isReply && TakeCut(read) is { } left)
                {
                    await to.SendAsync(buffer.AsMemory(0, left), cancellationToken);
                    return;
                }

                for (int sent = 0; sent < read;) sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), cancellationToken);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // One side has gone.
        }
    }

    /// <summary>How many of the bytes still go through, when this is where to cut.</summary>
    private int? TakeCut(int bytes)
    {
        lock (_gate)
        {
            if (_cutAfter >= bytes)
            {
                if (_cutAfter != long.MaxValue) _cutAfter -= bytes;
                return null;
            }

            int left = (int)_cutAfter;
            _cutAfter = long.MaxValue;
            _cuts++;
            return left;
        }
    }
}
