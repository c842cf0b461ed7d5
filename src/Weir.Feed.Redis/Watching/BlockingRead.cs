using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Watching;

/// <summary>Waits at one server for entries in some streams, on a connection that nothing else uses.</summary>
internal sealed class BlockingRead : IAsyncDisposable
{
    private RespConnection? _connection;
    private ServerLink? _server;

    /// <summary>True when a stream has an entry above the id that is given with it, false when the time is over.</summary>
    /// <exception cref="IOException">The server refuses or does not answer.</exception>
    public async Task<bool> WaitAsync(
        ServerLink server, IReadOnlyCollection<KeyValuePair<string, RecordId>> ends, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_connection is not { IsUsable: true } || !ReferenceEquals(_server, server))
        {
            await DisposeAsync();
            _connection = await server.DialAsync(cancellationToken);
            _server = server;
        }

        var request = new NewsRequest { Blocking = patience };
        request.Command.Command(6 + 2 * ends.Count).Argument("XREAD"u8).Argument("COUNT"u8).Argument(1).Argument("BLOCK"u8);
        request.Command.Argument((long)patience.TotalMilliseconds).Argument("STREAMS"u8);
        foreach ((string topic, _) in ends) request.Command.Argument(topic);
        foreach ((_, RecordId end) in ends) request.Command.Argument(end);
        _connection.Post(request);
        try
        {
            bool hasNews = await request.Outcome.WaitAsync(cancellationToken);
            request.Dispose();
            return hasNews;
        }
        catch (OperationCanceledException)
        {
            await DisposeAsync(); // It would answer at any time.
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not { } connection) return;
        _connection = null;
        await connection.DisposeAsync();
    }

    /// <summary>Whether the reply has anything; what it has is read elsewhere.</summary>
    private sealed class NewsRequest : RespRequest<bool>
    {
        protected override bool Decide(ReadOnlySpan<byte> reply)
        {
            var reader = new RespReader(reply);
            if (reader.TryReadError(out ReadOnlySpan<byte> error)) throw RespErrorException.From(error);
            return reader.Kind != '$' && reader.ReadArray() > 0;
        }
    }
}
