using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Cli.Tests.Processes;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Requests;

namespace Weir.EndToEnd.Tests.Coordinator;

/// <summary>A real process of the coordinator, killed again and again while agents work.</summary>
public sealed class KilledCoordinatorTests : IDisposable
{
    private const int Requests = 3000;

    private static readonly int Kills = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 4 : 100;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-killed-coordinator-");
    private readonly int _port = CoordinatorServer.FindPort();

    private string Feed => $"file:{Path.Combine(_directory.FullName, "feed")}";

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Killed_at_any_moment_nothing_is_lost_and_nothing_is_handed_out_twice()
    {
        var started = new ConcurrentDictionary<RequestKey, string>();
        var problems = new ConcurrentQueue<string>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        CoordinatorServer server = await StartAsync();
        Task[] agents = [.. Enumerable.Range(0, 2).Select(number => RunAgent($"n{number}", started, problems, stop.Token))];
        await QueueAsync();
        for (int kill = 1; kill <= Kills; kill++)
        {
            int target = Requests * kill / (Kills + 1);
            while (started.Count < target) await Task.Yield();
            await server.KillAsync();
            server.Dispose();
            server = await StartAsync();
        }

        JsonElement status;
        do status = await server.ReadStatusAsync();
        while (status.TryGetProperty("pending_archive", out _) || status.TryGetProperty("running_archive", out _));
        await stop.CancelAsync();
        foreach (Task agent in agents) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => agent);
        Assert.Empty(problems);
        Assert.Equal(Requests, started.Count);
        Assert.Equal(0, await server.StopAsync());
        server.Dispose();
    }

    [Fact]
    public async Task The_lock_survives_a_kill_and_lock_quit_does_not()
    {
        using (CoordinatorServer server = await StartAsync())
        {
            Assert.Equal(0, await RunAsync("lock"));
            await server.KillAsync();
        }

        using (CoordinatorServer server = await StartAsync())
        {
            Assert.Equal(1, (await server.ReadStatusAsync()).GetProperty("locked").GetInt32());
            Assert.Equal(0, await RunAsync("lock-quit"));
            Assert.Equal(0, await server.WaitForExitAsync());
        }

        using (CoordinatorServer server = await StartAsync())
        {
            Assert.False((await server.ReadStatusAsync()).TryGetProperty("locked", out _));
            await server.StopAsync();
        }
    }

    private async Task RunAgent(string id, ConcurrentDictionary<RequestKey, string> started, ConcurrentQueue<string> problems, CancellationToken stop)
    {
        var work = new InstantWork(id, started, problems);
        var agent = new CoordinatorAgent(
            new() { Server = new() { Host = "127.0.0.1", Port = _port }, Id = id, MaxArchive = 40, FirstDelay = TimeSpan.FromMilliseconds(20), LongestDelay = TimeSpan.FromMilliseconds(200) },
            work, NullLogger.Instance);
        work.Agent = agent;
        await agent.RunAsync(stop);
    }

    private Task<CoordinatorServer> StartAsync() => CoordinatorServer.StartAsync(
        Feed, _port, new Dictionary<string, string>(), "coordinator", "serve", "--port", _port.ToString(CultureInfo.InvariantCulture));

    private async Task QueueAsync()
    {
        using var client = new WeirProcess(Feed, "coordinator", "queue", "-H", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture));
        for (int i = 1; i <= Requests; i++) await client.Input.WriteAsync(CoordinatorServer.Line(i));
        client.Input.Close();
        Assert.Equal($"{Requests} queued, 0 known already\n", await client.Out.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, await client.WaitForExitAsync());
    }

    private async Task<int> RunAsync(string verb)
    {
        using var client = new WeirProcess(Feed, "coordinator", verb, "-H", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture));
        return await client.WaitForExitAsync();
    }

    /// <summary>Ends everything at once, on another thread, as a mover would.</summary>
    private sealed class InstantWork(string id, ConcurrentDictionary<RequestKey, string> started, ConcurrentQueue<string> problems) : IAgentWork
    {
        public CoordinatorAgent? Agent { get; set; }

        public void Start(in HsmRequest request)
        {
            RequestKey key = request.Key;
            if (!started.TryAdd(key, id)) problems.Enqueue($"{key} was started by {started[key]} and again by {id}");
            ThreadPool.QueueUserWorkItem(_ => Agent!.Done(key, 0));
        }

        public void Cancel(in RequestKey key) => problems.Enqueue($"{key} was cancelled by nobody");
    }
}
