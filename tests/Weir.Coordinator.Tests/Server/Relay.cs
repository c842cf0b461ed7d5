using System.Net;
using System.Net.Sockets;

namespace Weir.Coordinator.Tests.Server;

/// <summary>Stands between an agent and a server, and can lose what the agent says.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Task _work;
    private readonly TaskCompletionSource _swallowed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isSwallowing;
    private volatile Socket? _agent;
    private volatile Socket? _server;

    public Relay(int target)
    {
        _target = target;
        _listener.Start();
        _work = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on, on the connection there is, what the agent says is lost.</summary>
    public void Swallow() => _isSwallowing = true;

    public Task WhenSwallowedAsync() => _swallowed.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public void Break()
    {
        _agent?.Dispose();
        _server?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Break();
        await _work;
    }

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                using Socket agent = _agent = await _listener.AcceptSocketAsync();
                using Socket server = _server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(IPAddress.Loopback, _target);
                _isSwallowing = false;
                await Task.WhenAny(PumpAsync(agent, server, true), PumpAsync(server, agent, false));
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                if (!_listener.Server.IsBound) return;
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool isFromAgent)
    {
        byte[] buffer = new byte[65536];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
            {
                if (isFromAgent && _isSwallowing) _swallowed.TrySetResult();
                else await to.SendAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Broken.
        }
    }
}
