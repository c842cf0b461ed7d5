using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Weir.Server.Feeds.Sockets;

namespace Weir.Server.Events.Varlink;

/// <summary>
/// Serves storage events and block devices by varlink (https://varlink.org) on a UNIX socket: interface io.weir.StorageEvents. Root, this process's user and members
/// of the feed's group may ask.
/// </summary>
public sealed class VarlinkServer : IDisposable
{
    private const int Backlog = 64;
    private const int MostConnections = 256;

    private readonly string _path;
    private readonly Socket _listener;
    private readonly uint? _group;
    private readonly StorageEventsService _service;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<Task, byte> _sessions = new();

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">The socket cannot be opened.</exception>
    public VarlinkServer(string path, string? group, StorageEventsService service, ILogger logger)
    {
        _path = path;
        _service = service;
        _logger = logger;
        _group = group is null ? null : PeerCredentials.FindGroup(group);
        _listener = SocketFile.Listen(path, Backlog);
    }

    /// <summary>Serves until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            if (_sessions.Count >= MostConnections || !IsAllowed(client))
            {
                client.Dispose();
                continue;
            }

            Task session = Task.Run(() => ServeAsync(client, stopping), CancellationToken.None);
            _sessions.TryAdd(session, 0);
            _ = session.ContinueWith(ended => _sessions.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        await Task.WhenAll(_sessions.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _listener.Dispose();
        SocketFile.Remove(_path);
    }

    private bool IsAllowed(Socket client)
    {
        try
        {
            PeerCredentials peer = PeerCredentials.Of(client);
            return peer.UserId == 0 || peer.UserId == PeerCredentials.OwnUserId || (_group is { } group && peer.GroupIds.Contains(group));
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stopping)
    {
        try
        {
            using var session = new VarlinkSession(client, _service);
            await session.RunAsync(stopping).ConfigureAwait(false);
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException)
        {
            // Gone, or told to stop.
        }
#pragma warning disable CA1031 // One client's end is not the others'.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            ServerLog.SessionFailed(_logger, failed);
        }
    }
}
