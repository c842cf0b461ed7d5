using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Cli.Tests.Processes;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;

namespace Weir.EndToEnd.Tests.Coordinator;

/// <summary>A coordinator as a process of its own, and what tests ask it.</summary>
internal sealed class CoordinatorServer : IDisposable
{
    private readonly WeirProcess _process;
    private readonly List<string> _said = [];

    private CoordinatorServer(WeirProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <summary>What it said before it listened; or all that it said, when it did not.</summary>
    public string Said => string.Join('\n', _said);

    /// <summary>Starts it and reads what it says until it listens; null when it ends before.</summary>
    public static async Task<CoordinatorServer?> TryStartAsync(string feed, int port, IReadOnlyDictionary<string, string> variables, params string[] words)
    {
        var server = new CoordinatorServer(new(feed, variables, words), port);
        while (await server._process.Error.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            server._said.Add(line);
            if (!line.Contains("Listening", StringComparison.Ordinal)) continue;

            // So that it never waits for a reader.
            _ = server._process.Error.ReadToEndAsync(CancellationToken.None);
            return server;
        }

        await server._process.WaitForExitAsync();
        LastWords = server.Said;
        server.Dispose();
        return null;
    }

    /// <summary>What the last one said that did not start.</summary>
    public static string LastWords { get; private set; } = "";

    public static async Task<CoordinatorServer> StartAsync(string feed, int port, IReadOnlyDictionary<string, string> variables, params string[] words) =>
        await TryStartAsync(feed, port, variables, words) ?? throw new InvalidOperationException($"The coordinator did not start: {LastWords}");

    public async Task KillAsync()
    {
        await _process.SignalAsync("KILL");
        await _process.WaitForExitAsync();
    }

    public async Task<int> StopAsync()
    {
        await _process.SignalAsync("TERM");
        return await WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself; gives its exit code.</summary>
    public Task<int> WaitForExitAsync() => _process.WaitForExitAsync();

    public void Dispose() => _process.Dispose();

    public Task<JsonElement> ReadStatusAsync() => ReadStatusAsync(Port);

    public static async Task<JsonElement> ReadStatusAsync(int port)
    {
        await using CoordinatorConnection connection = await CoordinatorConnection.OpenAsync(new() { Host = "127.0.0.1", Port = port }, TestContext.Current.CancellationToken);
        RequestWriter.WriteStatus(connection.Outgoing, 4, false);
        using JsonDocument document = JsonDocument.Parse((await connection.AskAsync(TestContext.Current.CancellationToken)).Json);
        return document.RootElement.Clone();
    }

    /// <summary>Waits until nothing waits or runs.</summary>
    public static async Task WhenIdleAsync(int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JsonElement status;
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            status = await ReadStatusAsync(port);
        }
        while (status.EnumerateObject().Any(member => member.Name.StartsWith("pending_", StringComparison.Ordinal) || member.Name.StartsWith("running_", StringComparison.Ordinal)));
    }

    public static int FindPort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>A line of <c>hsm/active_requests</c>.</summary>
    public static string Line(int number, string action = "ARCHIVE") => string.Create(
        CultureInfo.InvariantCulture,
        $"fid=[0x200000401:0x{number:x}:0x0] dfid=[0x200000401:0x{number:x}:0x0] compound/cookie=0x0/0x{1724000000 + number:x} action={action} archive#=1 flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=x done=0\n");

    /// <summary>An agent that ends everything at once and remembers what it was given.</summary>
    internal sealed class Mover : IAgentWork, IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly CoordinatorAgent _agent;
        private readonly Task _work;

        public Mover(int port, string id)
        {
            _agent = new(
                new() { Server = new() { Host = "127.0.0.1", Port = port }, Id = id, MaxArchive = 50, FirstDelay = TimeSpan.FromMilliseconds(20), LongestDelay = TimeSpan.FromMilliseconds(200) },
                this, NullLogger.Instance);
            _work = _agent.RunAsync(_stop.Token);
        }

        public ConcurrentQueue<HsmRequest> Started { get; } = new();

        /// <summary>Waits until it has been given so many; fails after a while.</summary>
        public async Task WhenStartedAsync(int count)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            while (Started.Count < count) await Task.Delay(5, limit.Token);
        }

        public void Start(in HsmRequest request)
        {
            RequestKey key = request.Key;
            Started.Enqueue(request with { Data = request.Data.ToArray() });
            ThreadPool.QueueUserWorkItem(_ => _agent.Done(key, 0));
        }

        public void Cancel(in RequestKey key) => throw new InvalidOperationException($"{key} was cancelled by nobody");

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }
    }
}
