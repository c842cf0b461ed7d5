using System.Net;
using System.Net.Sockets;
using Weir.Feed.Redis.Tests.Faults;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>Passes so many bytes between a client and a server, over all connections together, and then no more.</summary>
internal sealed class HoldingProxy : LoopbackServer
{
    private readonly int _target;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _left;

    public HoldingProxy(int target, long bytes)
    {
        _target = target;
        _left = bytes;
        Start();
    }

    /// <summary>Completes when it has passed all that it will.</summary>
    public Task Held => _held.Task;

    protected override async Task ServeAsync(Socket client)
    {
        using var from = new NetworkStream(client, ownsSocket: true);
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _target, Closing);
        await Task.WhenAll(PassAsync(from, server.GetStream()), PassAsync(server.GetStream(), from));
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            int read = await from.ReadAsync(buffer, Closing);
            if (read == 0)
            {
                to.Close();
                return;
            }

            if (Interlocked.Add(ref _left, -read) < 0)
            {
                _held.TrySetResult();
                await Task.Delay(Timeout.Infinite, Closing);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), Closing);
        }
    }
}
