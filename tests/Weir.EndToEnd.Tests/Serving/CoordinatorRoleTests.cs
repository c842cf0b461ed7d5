using System.Globalization;
using System.Net;
using Weir.Coordinator.Agents;
using Weir.EndToEnd.Tests.Coordinator;

namespace Weir.EndToEnd.Tests.Serving;

/// <summary>The coordinator as a role of the daemon: its port, its metrics, its records on the feed, and its life after lock-quit.</summary>
public sealed class CoordinatorRoleTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-role-");
    private readonly int _port = CoordinatorServer.FindPort();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Requests_are_handed_out_measured_and_told_on_the_feed_and_the_role_comes_back_unlocked()
    {
        string mount = Path.Combine(_directory.FullName, "mount");
        Directory.CreateDirectory(Path.Combine(mount, ".lustre", "fid"));
        for (int number = 1; number <= 30; number++) await File.WriteAllTextAsync(Path.Combine(mount, ".lustre", "fid", string.Create(CultureInfo.InvariantCulture, $"0x200000401:0x{number:x}:0x0")), "", Token);
        string leftovers = Path.Combine(_directory.FullName, "active_requests");
        await File.WriteAllTextAsync(leftovers, string.Concat(Enumerable.Range(1, 10).Select(number => CoordinatorServer.Line(number))), Token);
        string configuration = Path.Combine(_directory.FullName, "weir.yaml");
        await File.WriteAllTextAsync(
            configuration,
            $"coordinator: {{ listen: \"127.0.0.1:{_port}\", leftovers: [\"{leftovers}\"], owners_mountpoint: \"{mount}\", classes: [\"default fair=uid\"] }}\n", Token);
        using ServeProcess daemon = await ServeProcess.StartAsync(_directory.FullName, null, "--config", configuration);
        using var client = new HttpClient { BaseAddress = daemon.Address };
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/readyz", Token)).StatusCode);
        await using (var mover = new CoordinatorServer.Mover(_port, "n0"))
        {
            await mover.WhenStartedAsync(10);
            await CoordinatorServer.WhenIdleAsync(_port);
            Assert.Equal(10, mover.Started.Count);
        }

        string metrics = await client.GetStringAsync("/metrics", Token);
        Assert.Contains("weir_coordinator_", metrics, StringComparison.Ordinal);
        string events = "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        while (events.Split("io.weir.coordinator.DONE").Length < 11) events = await client.GetStringAsync("/v1/feeds/topics/coordinator:events/records?limit=1000&wait=1s", limit.Token);
        Assert.Contains("io.weir.coordinator.ACCEPTED", events, StringComparison.Ordinal);

        await LockQuitAsync();
        await daemon.WhenSaidAsync("so the server ends");
        while (!await IsUnlockedAsync()) await Task.Delay(10, limit.Token);
        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.WaitForExitAsync());
    }

    private async Task LockQuitAsync()
    {
        await using CoordinatorConnection connection = await CoordinatorConnection.OpenAsync(new() { Host = "127.0.0.1", Port = _port }, Token);
        RequestWriter.WriteLock(connection.Outgoing, 2);
        await connection.AskAsync(Token);
    }

    private async Task<bool> IsUnlockedAsync()
    {
        try
        {
            return !(await CoordinatorServer.ReadStatusAsync(_port)).TryGetProperty("locked", out _);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
