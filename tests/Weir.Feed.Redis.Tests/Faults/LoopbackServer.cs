using System.Net;
using System.Net.Sockets;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>Takes connections on a port of the loopback until it is disposed, each served at the same time as the others.</summary>
public abstract class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Task> _tasks = [];

    public string Url => $"redis://{_listener.LocalEndpoint}";

    /// <summary>Cancelled when it is disposed.</summary>
    protected CancellationToken Closing => _closing.Token;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _closing.CancelAsync();
        _listener.Dispose();
        Task[] tasks;
        lock (_tasks) tasks = [.. _tasks];
        foreach (Task task in tasks) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    /// <summary>Listens from now on.</summary>
    protected void Start()
    {
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    /// <summary>Serves a connection, and closes it.</summary>
    protected abstract Task ServeAsync(Socket client);

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client = await _listener.AcceptSocketAsync(Closing);
            lock (_tasks) _tasks.Add(ServeAsync(client));
        }
    }
}
