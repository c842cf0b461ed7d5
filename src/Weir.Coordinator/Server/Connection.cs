using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Server;

/// <summary>
/// One peer's connection, once it is known who it is: messages go from it to the core as they come, answers to it as they are written. Nothing
/// that it sends or does not send holds anybody else up.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing that has to be given back.")]
internal sealed class Connection
{
    /// <summary>Reads whose messages the core has not done yet; one more waits.</summary>
    private const int MaxBatches = 4;

    private const int SmallRead = 4 * 1024;
    private const int LargeRead = 128 * 1024;

    private readonly Stream _stream;
    private readonly MessageParser _parser;
    private readonly ServerState _state;
    private readonly ICoreInbox _inbox;
    private readonly Outbox _outbox;
    private readonly SemaphoreSlim _batches = new(MaxBatches);

    public Connection(Stream stream, EndPoint peer, MessageParser parser, Session session, ServerState state, ICoreInbox inbox)
    {
        _stream = stream;
        _parser = parser;
        _state = state;
        _inbox = inbox;
        _outbox = new(state.Options.MaxUnsentBytes);
        Session = session;
        Peer = NameOf(peer);
    }

    /// <summary><c>host:port</c>, which an agent without an id is also called by.</summary>
    public string Peer { get; }

    /// <summary>The core's.</summary>
    public Session Session { get; }

    /// <summary>Whether something it sent ended it; what came after that is not looked at. The core's.</summary>
    public bool IsEnding { get; set; }

    public static string NameOf(EndPoint? peer) => peer is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
        ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString()
        : peer?.ToString() ?? "unknown";

    /// <summary>Adds to what is sent; nothing happens before <see cref="Flush"/>. From the thread of the effects only.</summary>
    public void Write(ReadOnlySpan<byte> json) => _outbox.Write(json);

    /// <summary>Adds to what is sent, composed in place.</summary>
    public void Write<T>(T content, Action<JsonComposer, T> compose) => _outbox.Write(content, compose);

    /// <summary>Lets what was written go.</summary>
    public void Flush() => _outbox.Flush();

    /// <summary>Nothing more will be written; the connection ends when all is sent.</summary>
    public void Complete() => _outbox.Complete();

    /// <summary>The core has done a batch.</summary>
    public void Release() => _batches.Release();

    /// <summary>Serves the peer until it goes, sends what no peer may, or the server stops.</summary>
    /// <param name="hasToken">Whether it has shown a token, which is answered first.</param>
    /// <param name="stopping">The server stops, and does not wait.</param>
    public async Task RunAsync(bool hasToken, CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var opened = new InboundBatch(this) { Messages = { new(InboundKind.Opened) } };
        if (hasToken) opened.Messages.Add(new(InboundKind.Message, CommandKind.Auth));
        _inbox.Post(opened);
        Task sending = SendAsync(ending);
        try
        {
            await ReceiveAsync(ending.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer is gone, or the server stops.
        }
        finally
        {
            await PostClosedAsync(sending).ConfigureAwait(false);
        }
    }

    private async Task PostClosedAsync(Task sending)
    {
        _inbox.Post(new InboundBatch(this) { Messages = { new(InboundKind.Closed) } });
        await sending.ConfigureAwait(false);
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        int hint = SmallRead;
        bool isAlive = Post(ReadMessages());
        while (isAlive)
        {
            Memory<byte> memory = _parser.GetMemory(hint);
            int read = await _stream.ReadAsync(memory, cancellationToken).ConfigureAwait(false);
            if (read == 0) return;
            hint = read == memory.Length ? LargeRead : SmallRead;
            _parser.Advance(read);
            InboundBatch batch = ReadMessages();
            if (batch.Messages.Count == 0) continue;
            await _batches.WaitAsync(cancellationToken).ConfigureAwait(false);
            isAlive = Post(batch);
            await _outbox.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private bool Post(InboundBatch batch)
    {
        if (batch.Messages.Count == 0) return true;
        bool isAlive = batch.Messages[^1].Command != CommandKind.Unknown || batch.Messages[^1].Kind != InboundKind.Message;
        _inbox.Post(batch);
        return isAlive;
    }

    /// <summary>What is there of whole messages. What is none becomes an unknown command, which ends the connection when its turn comes.</summary>
    private InboundBatch ReadMessages()
    {
        var batch = new InboundBatch(this);
        try
        {
            while (_parser.TryRead(out Inbound inbound, out _))
            {
                batch.Messages.Add(inbound);
                if (inbound.Kind != InboundKind.Message || inbound.Command != CommandKind.Unknown) continue;
                Refuse("no command, or none that there is");
                break;
            }
        }
        catch (ProtocolException exception)
        {
            Refuse(exception.Message);
            batch.Messages.Add(new(InboundKind.Message));
        }

        return batch;
    }

    private void Refuse(string reason)
    {
        _state.Metrics.Refused(RefusalReason.Protocol);
        CoordinatorLog.ConnectionEnded(_state.Logger, Peer, reason);
    }

    private async Task SendAsync(CancellationTokenSource ending)
    {
        try
        {
            while (await _outbox.TakeAsync(ending.Token).ConfigureAwait(false) is { Length: > 0 } bytes)
                await _stream.WriteAsync(bytes, ending.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer does not read any more.
        }
        finally
        {
            _outbox.Abandon();
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }
}
