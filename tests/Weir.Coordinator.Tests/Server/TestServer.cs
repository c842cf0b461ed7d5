using System.Net;
using Microsoft.Extensions.Logging;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Server;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Time;

namespace Weir.Coordinator.Tests.Server;

/// <summary>A server on a loopback port of its own, with a feed in a directory of its own and a clock that stands still.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-coordinator-");
    private readonly LogEngine _feed;

    private TestServer() => _feed = new(new() { Directory = _directory.FullName });

    public static Task<TestServer> StartAsync(CoordinatorOptions? options = null, CoordinatorServerOptions? serverOptions = null, params ListenerOptions[] listeners) =>
        StartAsync(options, serverOptions, null, listeners);

    public static Task<TestServer> StartWithOwnersAsync(CoordinatorOptions options, IOwnerLookup owners) => StartAsync(options, null, owners, []);

    private static async Task<TestServer> StartAsync(CoordinatorOptions? options, CoordinatorServerOptions? serverOptions, IOwnerLookup? owners, ListenerOptions[] listeners)
    {
        var server = new TestServer();
        var coordinator = await JournaledCoordinator.OpenAsync(server._feed, options ?? CoordinatorOptions.Default, server.Time, server.Logger);
        if (listeners.Length == 0) listeners = [new() { EndPoint = new(IPAddress.Loopback, 0) }];
        serverOptions = (serverOptions ?? new()) with { Listeners = listeners };
        server.Core = coordinator.Core;
        server.Server = new(coordinator, serverOptions with { FsName = "testfs" }, server.Logger, server.Time, server.Lustre, owners: owners);
        return server;
    }

    public ManualTimeProvider Time { get; } = new();

    public ListLogger Logger { get; } = new();

    public RecordedLustre Lustre { get; } = new();

    public CoordinatorServer Server { get; private set; } = null!;

    /// <summary>Only to be asked where nothing is on its way.</summary>
    public CoordinatorCore Core { get; private set; } = null!;

    public IFeedEngine Feed => _feed;

    public int Port => Server.EndPoints[0].Port;

    public Task<RawPeer> ConnectAsync(int listener = 0) => RawPeer.ConnectAsync(Server.EndPoints[listener].Port);

    /// <summary>An agent that has introduced itself.</summary>
    public async Task<RawPeer> GreetAsync(string id, string more = "")
    {
        RawPeer peer = await ConnectAsync();
        await peer.SendAsync($"{{\"command\":\"ehlo\",\"id\":\"{id}\"{more}}}");
        await peer.ExpectAsync("{\"command\": \"ehlo\"}");
        return peer;
    }

    /// <summary>Lets time pass and what comes of it be done.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        await SettleAsync();
        Time.Advance(time);
        await SettleAsync();
    }

    /// <summary>Completes when all that had come to the core before is durable, and a turn more.</summary>
    public async Task SettleAsync()
    {
        await Server.CallAsync(_ => { });
        await Server.CallAsync(_ => { });
    }

    /// <summary>Completes when the core has seen this; fails after a while.</summary>
    public async Task WhenAsync(Func<CoordinatorCore, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        bool holds = false;
        while (!holds)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Server.CallAsync(core => holds = condition(core));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _feed.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}

/// <summary>Remembers what Lustre was told.</summary>
internal sealed class RecordedLustre : ILustreLink
{
    private readonly List<(RequestKey Key, int Errno)> _ended = [];

    public IReadOnlyList<(RequestKey Key, int Errno)> Ended
    {
        get
        {
            lock (_ended) return [.. _ended];
        }
    }

    public ValueTask EndAsync(in HsmRequest request, int errno)
    {
        lock (_ended) _ended.Add((request.Key, errno));
        return ValueTask.CompletedTask;
    }
}

/// <summary>Remembers what was logged.</summary>
internal sealed class ListLogger : ILogger
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines) _lines.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
