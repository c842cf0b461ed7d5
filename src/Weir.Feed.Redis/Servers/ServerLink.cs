using Microsoft.Extensions.Logging;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Servers;

/// <summary>
/// The connections to one server. They are made when they are needed, by one caller for all who wait, not sooner after
/// failures than the back-off says; the log hears once that a server is gone and once that it is back.
/// </summary>
internal sealed class ServerLink(RedisEndpoint endpoint, RespOptions options, BackOff backOff, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Task<RespConnection>?[] _lanes = new Task<RespConnection>?[2];
    private readonly CancellationTokenSource _closing = new();
    private int _failures;
    private long _failedAt;
    private IOException? _lastFailure;
    private bool _isGone;

    public RedisEndpoint Endpoint => endpoint;

    /// <summary>The lane's shared connection, in the time that making one takes.</summary>
    /// <exception cref="IOException">There is none now; the message says why.</exception>
    public ValueTask<RespConnection> ConnectAsync(Lane lane, CancellationToken cancellationToken) =>
        ConnectAsync(lane, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>The lane's shared connection, in a time that may end while others still wait for it.</summary>
    /// <exception cref="IOException">There is none now; the message says why.</exception>
    public async ValueTask<RespConnection> ConnectAsync(Lane lane, TimeSpan patience, CancellationToken cancellationToken)
    {
        Task<RespConnection> connecting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            connecting = _lanes[(int)lane] ?? Task.FromException<RespConnection>(new IOException());
            if (IsOver(connecting)) _lanes[(int)lane] = connecting = ReplaceAsync(connecting);
        }

        try
        {
            return await connecting.WaitAsync(patience, options.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw _lastFailure switch
            {
                RespErrorException refused => new RespErrorException(refused.Message),
                { } failed => new IOException(failed.Message, failed),
                null => new RespNoConnectionException($"no connection within {patience.TotalSeconds:0.#} s{(options.UseTls ? "; does it speak TLS?" : "")}"),
            };
        }
    }

    /// <summary>A connection for one caller alone, for requests that block.</summary>
    /// <exception cref="IOException">There is none now; the message says why.</exception>
    public async Task<RespConnection> DialAsync(CancellationToken cancellationToken)
    {
        await WaitAfterFailureAsync(cancellationToken);
        try
        {
            RespConnection connection = await RespDialer.ConnectAsync(endpoint, options, cancellationToken);
            NoteSuccess();
            return connection;
        }
        catch (IOException failed)
        {
            NoteFailure(failed);
            throw;
        }
    }

    /// <summary>Tells that a connection to the server broke.</summary>
    public void NoteLoss(string reason)
    {
        lock (_gate)
        {
            if (_closing.IsCancellationRequested || _isGone) return;
            _isGone = true;
        }

        RedisLog.ServerLost(logger, endpoint, reason.TrimEnd('.'));
    }

    public async ValueTask DisposeAsync()
    {
        Task<RespConnection>?[] lanes;
        lock (_gate)
        {
            if (_closing.IsCancellationRequested) return;
            _closing.Cancel();
            lanes = [.. _lanes];
        }

        foreach (Task<RespConnection>? lane in lanes)
        {
            if (lane is null) continue;
            await ((Task)lane).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (lane.IsCompletedSuccessfully) await (await lane).DisposeAsync();
        }

        _closing.Dispose();
    }

    private static bool IsOver(Task<RespConnection> connecting) =>
        connecting.IsCompleted && (!connecting.IsCompletedSuccessfully || !connecting.Result.IsUsable);

    private async Task<RespConnection> ReplaceAsync(Task<RespConnection> old)
    {
        if (old.IsCompletedSuccessfully) await (await old).DisposeAsync();
        else await ((Task)old).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        return await DialAsync(_closing.Token);
    }

    private async Task WaitAfterFailureAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate) wait = _failures == 0 ? TimeSpan.Zero : backOff.After(_failures) - options.Time.GetElapsedTime(_failedAt);
        if (wait > TimeSpan.Zero) await Task.Delay(wait, options.Time, cancellationToken);
    }

    private void NoteSuccess()
    {
        bool wasGone;
        lock (_gate)
        {
            _failures = 0;
            wasGone = _isGone;
            _isGone = false;
        }

        if (wasGone) RedisLog.ServerBack(logger, endpoint);
    }

    private void NoteFailure(IOException failed)
    {
        lock (_gate)
        {
            _failures++;
            _lastFailure = failed;
            _failedAt = options.Time.GetTimestamp();
        }

        // One that refuses a login was reached, and whoever called is told what it said.
        if (failed is not RespErrorException refused || refused.IsPassing) NoteLoss(failed.Message);
    }
}
