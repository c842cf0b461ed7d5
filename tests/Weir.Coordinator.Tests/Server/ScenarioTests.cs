using Weir.Coordinator.Core;
using Weir.Coordinator.Importing;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Server;

/// <summary>What the original's own tests play against a real Lustre, over the wire with agents of the library, as far as no file system is needed.</summary>
public sealed class ScenarioTests
{
    [Fact]
    public async Task Normal_requests_are_all_done_within_the_limits()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using var first = new Mover(server, "n0", 3);
        await using var second = new Mover(server, "n1", 3);
        foreach (HsmAction action in (HsmAction[])[HsmAction.Archive, HsmAction.Restore, HsmAction.Remove])
        {
            await server.Server.QueueAsync([.. Enumerable.Range(1, 100).Select(number => Request(number, action))], RequestOrigin.Lustre);
            await server.WhenAsync(core => core.Done.Of(action) == 100 && core.Count == 0);
        }

        Assert.Equal(300, first.Started.Count + second.Started.Count);
        Assert.InRange(Math.Max(first.MostAtOnce, second.MostAtOnce), 1, 9);
    }

    [Fact]
    public async Task Archive_ids_are_respected()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using var others = new Mover(server, "n0", -1, archiveIds: [2, 3]);
        await server.Server.QueueAsync([.. Enumerable.Range(1, 20).Select(number => Request(number))], RequestOrigin.Lustre);
        await server.AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Empty(others.Started);
        await using var one = new Mover(server, "n1", -1, archiveIds: [1]);
        await server.WhenAsync(core => core.Done.Archive == 20);
        Assert.Equal(20, one.Started.Count);
    }

    [Fact]
    public async Task Tags_go_to_their_hosts()
    {
        CoordinatorOptions options = new() { HostMappings = [new("tag=n0", ["n0"]), new("tag=n1", ["n1", "n2"]), new("tag=n2", ["n3"])] };
        await using TestServer server = await TestServer.StartAsync(options);
        await using var n0 = new Mover(server, "n0", 3);
        await using var n1 = new Mover(server, "n1", 3);
        await using var n2 = new Mover(server, "n2", 3);
        await using var n3 = new Mover(server, "n3", 3);
        await server.WhenAsync(core => core.ConnectedAgents == 4);
        await server.Server.QueueAsync([.. Enumerable.Range(0, 60).Select(number => Request(number + 1, data: $"tag=n{number % 3}"))], RequestOrigin.Lustre);
        await server.WhenAsync(core => core.Done.Archive == 60);
        Assert.All(n0.Started, request => Assert.Equal("tag=n0", request.Data));
        Assert.Equal(20, n0.Started.Count);
        Assert.All(n1.Started.Concat(n2.Started), request => Assert.Equal("tag=n1", request.Data));
        Assert.All(n3.Started, request => Assert.Equal("tag=n2", request.Data));
        Assert.Equal(20, n3.Started.Count);
    }

    [Fact]
    public async Task Equal_tags_stay_together_where_their_hash_decides()
    {
        CoordinatorOptions options = new() { HostMappings = [new("tag=", ["n0", "n1"]) { IsConsistent = true }] };
        await using TestServer server = await TestServer.StartAsync(options);
        await using var n0 = new Mover(server, "n0", 3);
        await using var n1 = new Mover(server, "n1", 3);
        await server.WhenAsync(core => core.ConnectedAgents == 2);
        await server.Server.QueueAsync([.. Enumerable.Range(0, 100).Select(number => Request(number + 1, data: $"tag=t{number % 10}"))], RequestOrigin.Lustre);
        await server.WhenAsync(core => core.Done.Archive == 100);
        Assert.Empty(n0.Started.Select(request => request.Data).Intersect(n1.Started.Select(request => request.Data)));
    }

    [Fact]
    public async Task Under_a_lock_exactly_what_runs_is_finished()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using var mover = new Mover(server, "n0", 3, isHolding: true);
        await server.Server.QueueAsync([.. Enumerable.Range(1, 10).Select(number => Request(number))], RequestOrigin.Lustre);
        await server.WhenAsync(core => core.Running.Archive == 3);
        await using RawPeer client = await server.ConnectAsync();
        await client.AskAsync("{\"command\":\"lock\",\"locked\":1}", "{\"command\": \"lock\"}");
        mover.ReleaseAll();
        await server.WhenAsync(core => core.Done.Archive == 3);
        await client.AskAsync("{\"command\":\"lock\",\"locked\":0}", "{\"command\": \"lock\"}");
        await server.WhenAsync(core => core.Running.Archive == 3);
        await client.AskAsync("{\"command\":\"lock\",\"locked\":2}", "{\"command\": \"lock\"}");
        mover.ReleaseAll();
        await server.Server.Completion.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(6, mover.Started.Count);
    }

    [Fact]
    public async Task Cancelled_requests_end_whether_they_run_or_wait()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using var n0 = new Mover(server, "n0", 3, isHolding: true);
        await using var n1 = new Mover(server, "n1", 3, isHolding: true);
        HsmRequest[] requests = [.. Enumerable.Range(1, 10).Select(number => Request(number))];
        await server.Server.QueueAsync(requests, RequestOrigin.Lustre);
        await server.WhenAsync(core => core.Running.Archive == 6);
        foreach (HsmRequest request in requests) await server.Server.CancelAsync(request.Key);
        await server.WhenAsync(core => core.CancelsPending == 0);
        Assert.Equal(4, server.Lustre.Ended.Count);
        n0.ReleaseAll();
        n1.ReleaseAll();
        await server.WhenAsync(core => core.Count == 0);
        Assert.Equal(6, n0.Cancelled + n1.Cancelled);
    }

    [Fact]
    public async Task What_an_MDT_counts_as_active_is_taken_in()
    {
        await using TestServer server = await TestServer.StartAsync();
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            path,
            string.Concat(Enumerable.Range(1, 50).Select(number =>
                $"fid=[0x200000401:0x{number:x}:0x0] dfid=[0x200000401:0x{number:x}:0x0] compound/cookie=0x0/0x{number:x} action=ARCHIVE archive#={(number % 2) + 1} flags=0x0 extent=0x0-0xffffffffffffffff gid=0x0 data=[] canceled=0 uuid=x done=0\n")),
            TestContext.Current.CancellationToken);
        await server.Server.QueueAsync([Request(1)], RequestOrigin.Lustre);
        await Leftovers.TakeInAsync(server.Server, path, server.Logger, TestContext.Current.CancellationToken);
        await Leftovers.TakeInAsync(server.Server, path + ".not-there", server.Logger, TestContext.Current.CancellationToken);
        File.Delete(path);
        await using var mover = new Mover(server, "n0", -1);
        await server.WhenAsync(core => core.Done.Archive == 50 && core.Count == 0);
        Assert.Contains(server.Logger.Lines, line => line.Contains("could not be read", StringComparison.Ordinal));
    }

    private static HsmRequest Request(int number, HsmAction action = HsmAction.Archive, string data = "") => new()
    {
        Action = action,
        Fid = new(0x200000401, (uint)number, 0),
        DataFid = new(0x200000401, (uint)number, 0),
        Cookie = (ulong)number,
        ArchiveId = 1,
        ExtentLength = ulong.MaxValue,
        Data = System.Text.Encoding.UTF8.GetBytes(data),
    };
}
