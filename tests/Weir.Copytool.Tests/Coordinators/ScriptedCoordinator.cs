using System.Net;
using System.Net.Sockets;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Coordinators;

/// <summary>A coordinator that does what a test says, right or wrong.</summary>
internal sealed class ScriptedCoordinator : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<ScriptedConnection> _connections = [];

    public ScriptedCoordinator() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async Task<ScriptedConnection> AcceptAsync() => Adopt(await AcceptStreamAsync());

    public async Task<Stream> AcceptStreamAsync()
    {
        Socket socket = await Within.TimeAsync(_listener.AcceptSocketAsync(Within.Test).AsTask(), "connection");
        socket.NoDelay = true;
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Speaks over this stream, and closes it in the end.</summary>
    public ScriptedConnection Adopt(Stream stream)
    {
        var connection = new ScriptedConnection(stream);
        _connections.Add(connection);
        return connection;
    }

    /// <summary>Accepts, takes the ehlo and answers it.</summary>
    public async Task<ScriptedConnection> GreetAsync()
    {
        ScriptedConnection connection = await AcceptAsync();
        connection.Greeting = await connection.ExpectAsync("ehlo");
        await connection.SendAsync("""{"command":"ehlo"}""");
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (ScriptedConnection connection in _connections) await connection.DisposeAsync();
    }
}
