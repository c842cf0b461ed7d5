using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Tests.Server;

/// <summary>A peer that sends what it is told to and looks at every byte that comes back.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket;
    private readonly MessageFramer _framer = new(new() { MaxMessageBytes = 1 << 28 });
    private Stream _stream;

    private RawPeer(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket);
    }

    public string Name => Weir.Coordinator.Server.Connection.NameOf(_socket.LocalEndPoint);

    public static async Task<RawPeer> ConnectAsync(int port, IPAddress? address = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(address ?? IPAddress.Loopback, port);
        return new(socket);
    }

    public async Task SecureAsync(SslClientAuthenticationOptions options)
    {
        var secured = new SslStream(_stream);
        _stream = secured;
        await secured.AuthenticateAsClientAsync(options);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    /// <summary>No more will be sent; answers are still read.</summary>
    public void EndSending() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>The next answer, exactly as it came.</summary>
    public async Task<string> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_framer.Read(out ReadOnlySpan<byte> message) == FrameKind.Message) return Encoding.UTF8.GetString(message);
            int read = await _stream.ReadAsync(_framer.GetMemory(65536), limit.Token);
            if (read == 0) throw new EndOfStreamException("The server has closed the connection.");
            _framer.Advance(read);
        }
    }

    public async Task ExpectAsync(string reply) => Assert.Equal(reply, await ReadAsync());

    public async Task AskAsync(string request, string reply)
    {
        await SendAsync(request);
        await ExpectAsync(reply);
    }

    /// <summary>The server says nothing more and closes.</summary>
    public async Task ExpectEndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            byte[] rest = new byte[4096];
            int read = await _stream.ReadAsync(rest, limit.Token);
            Assert.True(read == 0, $"more came: {Encoding.UTF8.GetString(rest, 0, read)}");
        }
        catch (IOException)
        {
            // Closed with something of ours unread.
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stream.DisposeAsync();
        }
        catch (IOException)
        {
            // The server has gone first.
        }

        _socket.Dispose();
        _framer.Dispose();
    }
}
