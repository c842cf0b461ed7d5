using System.Net;
using System.Net.Sockets;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>Passes so many bytes between a client and a server, over all connections together, and then no more.</summary>
internal sealed class HoldingProxy : IAsyncDisposable
{
    private readonly int _target;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _tasks = [];
    private long _left;

    public HoldingProxy(int target, long bytes)
    {
        _target = target;
        _left = bytes;
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    public string Url => $"redis://{_listener.LocalEndpoint}";

    /// <summary>Completes when it has passed all that it will.</summary>
    public Task Held => _held.Task;

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        Task[] tasks;
        lock (_tasks) tasks = [.. _tasks];
        foreach (Task task in tasks) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_closing.Token);
            lock (_tasks) _tasks.Add(ServeAsync(client));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
            await Task.WhenAll(PassAsync(client.GetStream(), server.GetStream()), PassAsync(server.GetStream(), client.GetStream()));
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            int read = await from.ReadAsync(buffer, _closing.Token);
            if (read == 0)
            {
                to.Close();
                return;
            }

            if (Interlocked.Add(ref _left, -read) < 0)
            {
                _held.TrySetResult();
                await Task.Delay(Timeout.Infinite, _closing.Token);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _closing.Token);
        }
    }
}
