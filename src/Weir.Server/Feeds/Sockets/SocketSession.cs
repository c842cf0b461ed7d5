using System.Net.Sockets;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds.Sockets;

/// <summary>
/// One client of the socket: its request comes, records go, acknowledgements come. Only one place writes to the socket, so a client that does
/// not read keeps nobody waiting but itself, and nothing is gathered for it beyond the page it is being sent.
/// </summary>
internal sealed class SocketSession : IAsyncDisposable
{
    private const int MaxRequestBytes = 16 * 1024;
    private const int SendBytes = 256 * 1024;

    private readonly Socket _socket;
    private readonly PeerCredentials _peer;
    private readonly FeedAccess _access;
    private readonly ConsumerRegistry _registry;
    private readonly SocketOptions _options;
    private readonly GatewayMetrics _metrics;
    private readonly LineBuffer _lines;
    private readonly CancellationTokenSource _ending;
    private EventFraming _framing;
    private SessionAcks? _acks;
    private Exception? _failure;
    private bool _isMidFrame;

    public SocketSession(Socket socket, PeerCredentials peer, FeedAccess access, ConsumerRegistry registry, SocketOptions options, GatewayMetrics metrics, CancellationToken stopping)
    {
        _socket = socket;
        _peer = peer;
        _access = access;
        _registry = registry;
        _options = options;
        _metrics = metrics;
        _lines = new(socket, MaxRequestBytes);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    }

    /// <summary>Serves the client to its end. Whatever that is, it concerns nobody else.</summary>
    public async Task RunAsync()
    {
        try
        {
            if (await ReadRequestAsync().ConfigureAwait(false) is not { } request) return;
            _framing = request.Framing;
            IFeedReader reader = await OpenAsync(request).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false)) await ServeAsync(request, reader).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // The client is gone.
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            if (_failure is { } failure) await RefuseAsync(failure).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is FeedRequestException or FeedException or ArgumentException)
        {
            await RefuseAsync(failed).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _lines.Dispose();
        _ending.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends an error, if the client takes it at once, and says with it that nothing more comes.</summary>
    internal static async Task SendErrorAsync(Socket socket, EventFraming framing, string code, string message)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await socket.SendAsync(ControlMessage.Error(framing, code, message), SocketFlags.None, limit.Token).ConfigureAwait(false);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Then it is not told.
        }
    }

    private async Task<FeedRequest?> ReadRequestAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        limit.CancelAfter(_options.RequestTimeout);
        try
        {
            ReadOnlyMemory<byte>? line = await _lines.ReadLineAsync(limit.Token).ConfigureAwait(false);
            return line is { } first ? FeedRequest.Parse(first) : null;
        }
        catch (OperationCanceledException) when (!_ending.IsCancellationRequested)
        {
            throw new FeedRequestException("timeout", $"the first line did not come within {_options.RequestTimeout.TotalSeconds:0.#} s");
        }
    }

    private async Task<IFeedReader> OpenAsync(FeedRequest request)
    {
        if (request.Consumer is not { } consumer)
            return await _registry.OpenTransientAsync(request.Topics!, _access.Restrict(request.Filter), request.From, null, _ending.Token).ConfigureAwait(false);
        if (_access.IsRestricted)
            throw new FeedRequestException("forbidden", $"user {_peer.UserId} may open transient feeds only (\"consumer\":null), which show the records of that user");
        if (request.Topics is { } topics)
            await _registry.RegisterAsync(new() { Name = consumer, Topics = topics, Filter = request.Filter, Start = request.From, Coalesces = request.Coalesces }, _ending.Token).ConfigureAwait(false);
        ConsumerReader reader = await _registry.OpenAsync(consumer, new() { Owner = $"process {_peer.ProcessId} of user {_peer.UserId}, by the socket" }, _ending.Token).ConfigureAwait(false);
        _acks = new(reader, request.Confirms);
        return reader;
    }

    private async Task ServeAsync(FeedRequest request, IFeedReader reader)
    {
        _metrics.Opened();
        Task listening = Task.CompletedTask;
        try
        {
            await SendAsync(ControlMessage.Ready(_framing, request.Consumer)).ConfigureAwait(false);
            listening = ListenAsync();
            await PumpAsync(request, reader).ConfigureAwait(false);
            // Of a registered consumer the last acknowledgements are still to come.
            if (_acks is not null) await listening.ConfigureAwait(false);
        }
        finally
        {
            await _ending.CancelAsync().ConfigureAwait(false);
            await listening.ConfigureAwait(false);
            _metrics.Closed();
        }
    }

    /// <summary>Sends what there is and waits for more, until the client is gone, or with <c>once</c> until everything is sent.</summary>
    private async Task PumpAsync(FeedRequest request, IFeedReader reader)
    {
        Task? news = null;
        while (true)
        {
            if (_acks?.TakeConfirmation() is { } done) await SendAsync(ControlMessage.Acknowledged(_framing, done.Topic, done.Id)).ConfigureAwait(false);
            else if (news is { IsCompleted: false }) await Task.WhenAny(news, _acks!.WhenDurableAsync()).ConfigureAwait(false);
            else if (await SendNextAsync(reader, news).ConfigureAwait(false)) news = null;
            else if (request.Once)
            {
                await SendAsync(ControlMessage.End(_framing)).ConfigureAwait(false);
                if (_acks is null) _socket.Shutdown(SocketShutdown.Send);
                return;
            }
            else
            {
                news = reader.WaitAsync(_ending.Token).AsTask();
                if (_acks is not { Confirms: true }) await news.ConfigureAwait(false);
            }
        }
    }

    /// <returns>False when there is nothing to send now.</returns>
    private async ValueTask<bool> SendNextAsync(IFeedReader reader, Task? news)
    {
        if (news is not null) await news.ConfigureAwait(false);
        FeedPage? page = await reader.ReadAsync(_ending.Token).ConfigureAwait(false);
        if (page is null) return false;
        if (page.Gap is { } gap && !_access.IsRestricted) await SendAsync(ControlMessage.Gap(_framing, gap)).ConfigureAwait(false);
        if (page.Count == 0) return true;
        EncodedPage encoded = EncodedPage.Of(page, _framing, out bool isOwn);
        try
        {
            await SendAsync(encoded.Bytes).ConfigureAwait(false);
            _metrics.Sent(page.Count, encoded.Bytes.Length);
        }
        finally
        {
            if (isOwn) encoded.Dispose();
        }

        return true;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        _isMidFrame = true;
        while (!bytes.IsEmpty)
        {
            int sent = await SendPieceAsync(bytes.Length > SendBytes ? bytes[..SendBytes] : bytes).ConfigureAwait(false);
            bytes = bytes[sent..];
        }

        _isMidFrame = false;
    }

    private ValueTask<int> SendPieceAsync(ReadOnlyMemory<byte> piece)
    {
        ValueTask<int> sending = _socket.SendAsync(piece, SocketFlags.None, _ending.Token);
        return sending.IsCompleted ? sending : AwaitAsync(sending.AsTask());

        async ValueTask<int> AwaitAsync(Task<int> sent)
        {
            try
            {
                return await sent.WaitAsync(_options.StallTimeout, _options.Time, CancellationToken.None).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The socket is closed behind this; whatever is registered comes again from what was acknowledged.
                await _ending.CancelAsync().ConfigureAwait(false);
                await ((Task)sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new SocketException((int)SocketError.TimedOut);
            }
        }
    }

    /// <summary>Takes what the client sends after its request; ends the session when the client ends, or says what it should not.</summary>
    private async Task ListenAsync()
    {
        try
        {
            while (await _lines.ReadLineAsync(_ending.Token).ConfigureAwait(false) is { } line)
            {
                if (_acks is null) throw new FeedRequestException("bad_request", "a transient feed has no consumer, so there is nothing to acknowledge");
                await _acks.TakeAsync(FeedAck.Parse(line.Span), _ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failed) when (failed is FeedRequestException or FeedException)
        {
            _failure = failed;
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client, or the session, is over.
        }

        await _ending.CancelAsync().ConfigureAwait(false);
    }

    private Task RefuseAsync(Exception failed)
    {
        _metrics.Refused();
        if (_isMidFrame) return Task.CompletedTask;
        string code = failed switch
        {
            FeedRequestException wrong => wrong.Code,
            ConsumerNotFoundException => "not_found",
            ConsumerExistsException => "exists",
            ConsumerAbortedException => "aborted",
            ConsumerTakenOverException => "taken_over",
            AcknowledgementException => "bad_ack",
            ArgumentException => "bad_request",
            _ => "feed",
        };
        return SendErrorAsync(_socket, _framing, code, failed.Message);
    }
}
