using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;
using Weir.Feed.Redis.Topics;

namespace Weir.Feed.Redis.Watching;

/// <summary>
/// Waits for entries in all streams under a prefix: XREAD BLOCK from where they ended, one connection a server (in Redis Cluster
/// one a slot), and every <see cref="RescanInterval"/> a look at which streams there are and where they end, so that new, emptied
/// and replaced ones are noticed. A lost server ends no wait: when it is back, the wait completes early.
/// </summary>
internal sealed class RedisWatch(string prefix, RedisClient client, TopicScan scan, TopicDescriber describer, BackOff backOff, TimeProvider time) : IFeedWatch
{
    public static readonly TimeSpan RescanInterval = TimeSpan.FromSeconds(2);

    /// <summary>More slots than this are not blocked on; their topics are noticed by the regular look.</summary>
    private const int MaxConnections = 256;

    private readonly CancellationTokenSource _closing = new();
    private readonly Dictionary<int, BlockingRead> _reads = [];
    private readonly Lock _gate = new();
    private TopicEnds? _seen;
    private Task? _waiting;

    /// <remarks>The first wait completes at once: from then on it is known what there was. A wait that is cancelled goes on inside.</remarks>
    public async ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task waiting;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            waiting = _waiting ??= Task.Run(WaitForNewsAsync, CancellationToken.None);
        }

        try
        {
            await waiting.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                if (waiting.IsCompleted && ReferenceEquals(_waiting, waiting)) _waiting = null;
            }
        }
    }

    public void Dispose()
    {
        Task? waiting;
        lock (_gate)
        {
            if (_closing.IsCancellationRequested) return;
            _closing.Cancel();
            waiting = _waiting;
        }

        // The connections are closed by the wait that uses them, or here when there is none.
        _ = CloseAsync(waiting ?? Task.CompletedTask);
    }

    private async Task CloseAsync(Task waiting)
    {
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (BlockingRead read in _reads.Values) await read.DisposeAsync();
        _closing.Dispose();
    }

    private async Task WaitForNewsAsync()
    {
        int failures = 0;
        while (true)
        {
            try
            {
                if (_seen is not { } seen || failures > 0)
                {
                    _seen = await LookAsync();
                    return;
                }

                bool hasNews = await BlockAsync(seen);
                TopicEnds now = await LookAsync();
                _seen = now;
                if (hasNews || now.Differs(seen)) return;
            }
            catch (RespTooLargeException)
            {
                _seen = await LookAsync(); // Some stream has news, and large ones.
                return;
            }
            catch (RespErrorException refused) when (refused.Code is "NOPERM" or "NOAUTH" or "WRONGPASS" or "WRONGTYPE")
            {
                throw RedisFailure.Explain(refused, $"watch the topics '{prefix}*'", client.Address);
            }
            catch (IOException)
            {
                // The connections have told the log. Whatever was missed meanwhile is seen by the look that follows.
                client.Servers.Doubt();
                await Task.Delay(backOff.After(++failures), time, _closing.Token);
            }
        }
    }

    private Task<TopicEnds> LookAsync() => TopicEnds.LookAsync(prefix, client, scan, describer, _closing.Token);

    /// <summary>Blocks at every server until one has news or it is time to look again.</summary>
    private async Task<bool> BlockAsync(TopicEnds seen)
    {
        var ends = new Dictionary<string, RecordId>(seen.Ends);

        // A topic whose name is the prefix itself is blocked on before it exists.
        if (TopicName.IsValid(prefix)) ends.TryAdd(prefix, RecordId.Zero);
        if (ends.Count == 0)
        {
            await Task.Delay(RescanInterval, time, _closing.Token);
            return false;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        var blocked = new List<Task<bool>>();
        foreach (IGrouping<int, KeyValuePair<string, RecordId>> group in ends.GroupBy(end => client.Servers.GroupOf(end.Key)).Take(MaxConnections))
        {
            if (!_reads.TryGetValue(group.Key, out BlockingRead? read)) _reads[group.Key] = read = new();
            ServerLink server = await client.Servers.ForTopicAsync(group.First().Key, _closing.Token);
            blocked.Add(read.WaitAsync(server, [.. group], RescanInterval, stop.Token));
        }

        Task<bool> first = await Task.WhenAny(blocked);
        bool hasNews = first is { IsCompletedSuccessfully: true, Result: true };

        // The others are waited for: they end with the same interval, or at once when there are news.
        if (hasNews && blocked.Count > 1) await stop.CancelAsync();
        foreach (Task<bool> other in blocked) await ((Task)other).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (hasNews) return true;
        foreach (Task<bool> other in blocked) hasNews |= await other;
        return hasNews;
    }
}
