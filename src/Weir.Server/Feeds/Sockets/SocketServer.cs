using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds.Sockets;

/// <summary>Serves the feed to programs on this machine by a UNIX socket. Protocol: docs/feed-socket.md.</summary>
public sealed class SocketServer : IAsyncDisposable
{
    private const int Backlog = 512;

    /// <summary>
    /// After so many openings the youngest garbage is collected. An opening leaves some 20 kB of it, and a daemon whose clients then are idle allocates
    /// so little that it would stay: the runtime's budget is as large as the processor's cache, 32 MB and more.
    /// </summary>
    private const int OpeningsPerCollection = 256;

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly SocketOptions _options;
    private readonly ConsumerRegistry _registry;
    private readonly ILogger _logger;
    private readonly GatewayMetrics _metrics = new("socket");
    private readonly ConcurrentDictionary<Task, byte> _sessions = new();
    private readonly Dictionary<uint, int> _perUser = [];
    private readonly uint? _group;
    private readonly Socket _listener;
    private int _connections;
    private int _openings;

    /// <summary>Opens the socket, in place of one that nobody serves any more.</summary>
    /// <exception cref="IOException">It cannot be opened, or another process serves it.</exception>
    public SocketServer(SocketOptions options, ConsumerRegistry registry, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _registry = registry;
        _logger = logger;
        if (options.Group is { } name) _group = PeerCredentials.FindGroup(name) ?? throw new IOException($"There is no group '{name}' (feeds.group) on this machine.");
        _listener = SocketFile.Listen(options.Path, Backlog);
    }

    /// <summary>Clients now.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Takes clients until told to stop; then ends those that are there.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using CancellationTokenRegistration closing = stopping.Register(_listener.Dispose);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptAsync(stopping).ConfigureAwait(false);
                Start(client, stopping);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException && stopping.IsCancellationRequested)
            {
                break;
            }
            catch (SocketException failed) when (!stopping.IsCancellationRequested)
            {
                // No descriptors left, most likely: those who are there may give some back.
                ServerLog.AcceptFailed(_logger, _options.Path, failed.Message);
                await Task.Delay(AcceptPause, _options.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (SocketException)
            {
                break;
            }
        }

        await Task.WhenAll(_sessions.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        SocketFile.Remove(_options.Path);
        _metrics.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Start(Socket client, CancellationToken stopping)
    {
        if (++_openings % OpeningsPerCollection == 0) GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        Task session = Task.Run(() => ServeAsync(client, stopping), CancellationToken.None);
        _sessions.TryAdd(session, 0);
        _ = session.ContinueWith(ended => _sessions.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket client, CancellationToken stopping)
    {
        bool isCounted = false, isUserCounted = false;
        PeerCredentials? peer = null;
        FeedAccess access = default;
        try
        {
            isCounted = Interlocked.Increment(ref _connections) <= _options.MaxConnections;
            if (!isCounted)
            {
                Interlocked.Decrement(ref _connections);
                await RefuseAsync(client, $"there are {_options.MaxConnections} clients already (feeds.max_connections); try again later").ConfigureAwait(false);
                return;
            }

            peer = PeerCredentials.Of(client);
            access = AccessOf(peer);
            if (!(isUserCounted = TryCount(peer.UserId, access)))
            {
                await RefuseAsync(client, $"there are {_options.MaxConnectionsPerUser} clients of this user already (feeds.max_connections_per_user)").ConfigureAwait(false);
                return;
            }

            var session = new SocketSession(client, peer, access, _registry, _options, _metrics, stopping);
            await using (session.ConfigureAwait(false)) await session.RunAsync().ConfigureAwait(false);
        }
        catch (SocketException)
        {
            // Gone before it was served.
        }
#pragma warning disable CA1031 // One client's end is not the others'.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            ServerLog.SessionFailed(_logger, failed);
        }
        finally
        {
            client.Dispose();
            if (isCounted) Interlocked.Decrement(ref _connections);
            if (isUserCounted) Uncount(peer!.UserId, access);
        }
    }

    private FeedAccess AccessOf(PeerCredentials peer) =>
        peer.UserId == 0 || peer.UserId == PeerCredentials.OwnUserId || (_group is { } group && peer.GroupIds.Contains(group)) ? FeedAccess.Everything : new(peer.UserId);

    /// <summary>Counts a client of a user who does not see everything.</summary>
    private bool TryCount(uint user, FeedAccess access)
    {
        if (!access.IsRestricted) return true;
        lock (_perUser)
        {
            int now = _perUser.GetValueOrDefault(user);
            if (now >= _options.MaxConnectionsPerUser) return false;
            _perUser[user] = now + 1;
            return true;
        }
    }

    private void Uncount(uint user, FeedAccess access)
    {
        if (!access.IsRestricted) return;
        lock (_perUser)
        {
            if (--_perUser[user] == 0) _perUser.Remove(user);
        }
    }

    private Task RefuseAsync(Socket client, string message)
    {
        _metrics.Refused();
        return SocketSession.SendErrorAsync(client, EventFraming.Lines, "busy", message);
    }
}
