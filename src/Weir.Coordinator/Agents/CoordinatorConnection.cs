using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Agents;

/// <summary>
/// One connection to a coordinator: messages are composed into <see cref="Outgoing"/> and sent together, answers are read one by one. One
/// thread may send while another reads.
/// </summary>
public sealed class CoordinatorConnection : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly MessageFramer _framer;
    private readonly ReplyReader _replies = new();

    private CoordinatorConnection(Socket socket, Stream stream, int maxReplyBytes)
    {
        _framer = new(new() { MaxMessageBytes = maxReplyBytes });
        _socket = socket;
        _stream = stream;
    }

    /// <summary>What is sent next.</summary>
    public JsonComposer Outgoing { get; } = new(16 * 1024);

    /// <summary>Work of the answer read last.</summary>
    public IReadOnlyList<HsmRequest> Work => _replies.Work;

    /// <summary>Connects, over TLS where the address says so, and shows the token where there is one.</summary>
    /// <exception cref="IOException">There is no connection; the message says why.</exception>
    public static async Task<CoordinatorConnection> OpenAsync(CoordinatorAddress address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(address.ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, limited.Token).ConfigureAwait(false);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            stream = new NetworkStream(socket, ownsSocket: false);
            if (address.Tls is { } tls)
            {
                var secured = new SslStream(stream, leaveInnerStreamOpen: false);
                stream = secured;
                await secured.AuthenticateAsClientAsync(tls, limited.Token).ConfigureAwait(false);
            }

            var connection = new CoordinatorConnection(socket, stream, address.MaxReplyBytes);
            if (address.Token is { } token) await connection.ShowTokenAsync(token, limited.Token).ConfigureAwait(false);
            return connection;
        }
        catch (Exception exception) when (exception is SocketException or AuthenticationException or IOException or OperationCanceledException)
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            string reason = exception is OperationCanceledException ? $"no answer within {address.ConnectTimeout.TotalSeconds:0.#} s" : exception.Message;
            throw new IOException($"There is no connection to the coordinator at {address}: {reason}", exception);
        }
    }

    /// <summary>Sends what was composed.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (Outgoing.Length == 0) return;
        await _stream.WriteAsync(Outgoing.WrittenMemory, cancellationToken).ConfigureAwait(false);
        Outgoing.Clear(1024 * 1024);
    }

    /// <summary>Sends what another composer has; for those who compose on one thread and send on another.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> messages, CancellationToken cancellationToken) => _stream.WriteAsync(messages, cancellationToken);

    /// <summary>The next answer. It and <see cref="Work"/> are valid until the next call.</summary>
    /// <exception cref="IOException">The coordinator has closed the connection, or sends what is no answer.</exception>
    public async ValueTask<CoordinatorReply> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryRead() is { } reply) return reply;
            int read = await _stream.ReadAsync(_framer.GetMemory(16 * 1024), cancellationToken).ConfigureAwait(false);
            if (read == 0) throw new IOException("The coordinator has closed the connection.");
            _framer.Advance(read);
        }
    }

    /// <summary>An answer that is there already; null when there is none.</summary>
    public CoordinatorReply? TryRead()
    {
        if (_framer.Read(out ReadOnlySpan<byte> message) == FrameKind.NeedsMore) return null;
        CoordinatorReply reply = _replies.Read(message);
        if (reply.Command == "status" || reply.Command == "why") reply.Json = message.ToArray();
        return reply;
    }

    /// <summary>Sends what was composed and reads the one answer to it.</summary>
    /// <exception cref="CoordinatorException">It is a refusal.</exception>
    public async ValueTask<CoordinatorReply> AskAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return (await ReadAsync(cancellationToken).ConfigureAwait(false)).ThrowIfRefused();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // TLS wanted to say good-bye to somebody who has gone.
        }

        _socket.Dispose();
        _framer.Dispose();
    }

    private async Task ShowTokenAsync(string token, CancellationToken cancellationToken)
    {
        RequestWriter.WriteAuth(Outgoing, token);
        await AskAsync(cancellationToken).ConfigureAwait(false);
    }
}
