using System.Runtime.ExceptionServices;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Servers;

/// <summary>
/// Brings requests to the server that has their topic: over redirections, over lost connections where the request may be
/// repeated, and for a while over servers that are starting, failing over or gone.
/// </summary>
internal sealed class RedisClient(IServers servers, string address, TimeSpan patience, BackOff backOff, TimeProvider time) : IAsyncDisposable
{
    private const int MaxRedirections = 16;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(20);

    public IServers Servers => servers;

    public string Address => address;

    /// <summary>One command on a given connection.</summary>
    public static async Task<RespValue> CallAsync(RespConnection connection, CancellationToken cancellationToken, params string[] arguments)
    {
        using RespCall call = RespCall.Create(arguments);
        connection.Post(call);
        return await call.Outcome.WaitAsync(cancellationToken);
    }

    /// <summary>One small command about a topic, which may be repeated.</summary>
    public async Task<RespValue> CallAsync(string topic, CancellationToken cancellationToken, params string[] arguments)
    {
        using RespCall call = RespCall.Create(arguments);
        return await SendAsync(topic, Lane.Commands, call, isRepeatable: true, cancellationToken);
    }

    /// <summary>All servers that have topics, when they are known.</summary>
    public async Task<IReadOnlyList<ServerLink>> MastersAsync(CancellationToken cancellationToken) =>
        await InsistAsync(() => servers.MastersAsync(cancellationToken).AsTask(), cancellationToken);

    /// <summary>A request to one given server, which may be repeated.</summary>
    public async Task<T> SendToAsync<T>(ServerLink server, RespRequest<T> request, CancellationToken cancellationToken) => await InsistAsync(
        async () =>
        {
            RespConnection connection = await server.ConnectAsync(Lane.Commands, patience, cancellationToken);
            request.Rearm();
            connection.Post(request);
            return await request.Outcome.WaitAsync(cancellationToken);
        },
        cancellationToken);

    /// <param name="topic">Whose server is asked.</param>
    /// <param name="lane">On which of its connections.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="isRepeatable">Whether it does no harm when it is carried out twice.</param>
    /// <param name="cancellationToken">Gives the answer up; the request may still be carried out.</param>
    /// <param name="onLost">Called when a try ends without an answer although the request may have been carried out.</param>
    /// <exception cref="RespErrorException">The server refuses it.</exception>
    /// <exception cref="IOException">No answer came; <see cref="RespConnectionLostException.WasSent"/> where it may have been carried out all the same.</exception>
    public async Task<T> SendAsync<T>(string topic, Lane lane, RespRequest<T> request, bool isRepeatable, CancellationToken cancellationToken, Action? onLost = null)
    {
        long started = time.GetTimestamp();
        int failures = 0;
        int redirections = 0;
        ServerLink? redirected = null;
        IOException? before = null;
        request.IsAsking = false;
        while (true)
        {
            ServerLink? link = redirected;
            redirected = null;
            bool isPosted = false;
            try
            {
                link ??= await servers.ForTopicAsync(topic, cancellationToken);
                RespConnection connection = await link.ConnectAsync(lane, Left(started), cancellationToken);
                await connection.WaitForRoomAsync(cancellationToken);
                request.Rearm();
                isPosted = true;
                connection.Post(request);
                return await request.Outcome.WaitAsync(cancellationToken);
            }
            catch (RespErrorException refused)
            {
                bool isAsk = refused.Code == "ASK";
                request.IsAsking = isAsk;
                if (isAsk || refused.Code == "MOVED")
                {
                    if (++redirections > MaxRedirections) throw;
                    redirected = servers.Follow(refused.Detail, topic, isForGood: !isAsk);
                    continue;
                }

                bool isPassing = IsPassing(refused) || (refused.Code == "READONLY" && servers.Doubt());
                if (!isPassing || time.GetElapsedTime(started) >= patience) throw;
            }
            catch (IOException lost) when (lost is not RespTooLargeException)
            {
                link?.NoteLoss(lost.Message);
                servers.Doubt();
                if (isPosted && lost is not RespConnectionLostException { WasSent: false })
                {
                    if (!isRepeatable) throw;
                    onLost?.Invoke();
                }

                if (time.GetElapsedTime(started) >= patience)
                {
                    if (lost is RespNoConnectionException && before is not null) ExceptionDispatchInfo.Throw(before);
                    throw;
                }

                before = lost;
            }

            await PauseAsync(++failures, started, cancellationToken);
        }
    }

    private async Task<T> InsistAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        for (int failures = 1; ; failures++)
        {
            try
            {
                return await action();
            }
            catch (IOException failed) when (failed is not RespTooLargeException && IsPassing(failed) && time.GetElapsedTime(started) < patience)
            {
                servers.Doubt();
                await PauseAsync(failures, started, cancellationToken);
            }
        }
    }

    private Task PauseAsync(int failures, long started, CancellationToken cancellationToken)
    {
        TimeSpan pause = backOff.After(failures);
        TimeSpan left = Left(started);
        return Task.Delay(pause < left ? pause : left, time, cancellationToken);
    }

    /// <summary>What is left of the patience; never nothing, so that everything is tried once at least.</summary>
    private TimeSpan Left(long started)
    {
        TimeSpan left = patience - time.GetElapsedTime(started);
        return left > Shortest ? left : Shortest;
    }

    private static bool IsPassing(IOException failed) =>
        failed is not RespErrorException refused || refused.IsPassing;

    public ValueTask DisposeAsync() => servers.DisposeAsync();
}
