using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Coordinator.Tests.Server;
using Weir.Feed.Log;
using Weir.Lab.Coordinators;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Scheduling;

/// <summary>Whose files requests are about is found beside the core, and decides on shares from then on.</summary>
public sealed class OwnerTests
{
    private static readonly CoordinatorOptions Fair = CoordinatorOptions.Default with { DefaultClass = SchedulingClass.Default with { FairBy = FairBy.Uid } };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void A_request_moves_to_its_owners_share_when_that_is_known()
    {
        var core = new CoordinatorCore(Fair, new ManualTimeProvider());
        for (uint file = 1; file <= 10; file++) core.Queue(Request(file), RequestOrigin.Queue);
        var wanted = new List<(RequestKey Key, Fid Fid)>();
        core.TakeOwnerless(wanted, 6);
        core.TakeOwnerless(wanted, 100);
        Assert.Equal(Enumerable.Range(1, 10).Select(file => (uint)file), wanted.Select(one => one.Fid.ObjectId));
        core.TakeOwnerless(wanted, 100);
        Assert.Equal(10, wanted.Count);

        // The last one is another user's: it does not wait behind the nine.
        foreach ((RequestKey key, Fid fid) in wanted) core.SetOwner(key, new(fid.ObjectId == 10 ? 7u : 8u, 1, 0));
        Assert.Equal("uid 7", core.Explain(wanted[9].Key)!.Share);
        Assert.Equal(10, core.Queued.Archive);
        core.Attach(new() { Id = "n0", Connection = new object() }, out Agent? agent);
        core.EndReclaim(agent!);
        core.Receive(agent!, new(2, 2, 2));
        HandOut list = Assert.IsType<HandOut>(Assert.Single(core.TakeTurn().Effects));
        Assert.Equal([1u, 10u], list.Items.ToArray().Select(item => item.Fid.ObjectId));
    }

    [Fact]
    public void An_owner_that_comes_too_late_or_is_nobody_changes_nothing()
    {
        var core = new CoordinatorCore(Fair, new ManualTimeProvider());
        core.Queue(Request(1), RequestOrigin.Queue);
        core.SetOwner(new(99, new(1, 1, 0)), new(1, 1, 0));
        core.SetOwner(Request(1).Key, RequestOwner.Unknown);
        Assert.Equal("owners unknown", core.Explain(Request(1).Key)!.Share);
        core.SetOwner(Request(1).Key, new(1, 1, 0));
        core.SetOwner(Request(1).Key, new(2, 2, 0));
        Assert.Equal("uid 1", core.Explain(Request(1).Key)!.Share);
        core.Cancel(Request(1).Key);
        core.SetOwner(Request(1).Key, new(1, 1, 0));
        Assert.Equal(0, core.Count);
    }

    [Fact]
    public async Task Owners_that_were_found_are_known_after_a_restart_and_the_others_are_looked_up_then()
    {
        var time = new ManualTimeProvider();
        var disk = new SimulatedDisk();
        var engine = new LogEngine(new() { Directory = "/feed", Disk = disk.Main, Time = time });
        JournaledCoordinator coordinator = await JournaledCoordinator.OpenAsync(engine, Fair, time, NullLogger.Instance, cancellationToken: Cancelled);
        for (uint file = 1; file <= 3; file++) coordinator.Core.Queue(Request(file), RequestOrigin.Queue);
        coordinator.Core.SetOwner(Request(2).Key, new(1000, 100, 5));
        coordinator.Core.SetOwner(Request(3).Key, new(uint.MaxValue - 1, 100, uint.MaxValue));
        await coordinator.WriteAsync(coordinator.TakeTurn(), Cancelled);
        disk.KillProcess();

        await using var again = new LogEngine(new() { Directory = "/feed", Disk = disk.Main, Time = time });
        CoordinatorCore core = (await JournaledCoordinator.OpenAsync(again, Fair, time, NullLogger.Instance, cancellationToken: Cancelled)).Core;
        Assert.Equal("uid 1000", core.Explain(Request(2).Key)!.Share);
        Assert.Equal($"uid {uint.MaxValue - 1}", core.Explain(Request(3).Key)!.Share);
        var wanted = new List<(RequestKey Key, Fid Fid)>();
        core.TakeOwnerless(wanted, 100);
        Assert.Equal(Request(1).Key, Assert.Single(wanted).Key);
    }

    [Fact]
    public async Task A_server_looks_owners_up_and_waits_for_none()
    {
        var owners = new SlowOwners();
        await using TestServer server = await TestServer.StartWithOwnersAsync(Fair, owners);
        await using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync($"{{\"command\":\"queue\",\"hsm_action_items\":[{Items.Archive(1)},{Items.Archive(2)}]}}");
        await peer.ExpectAsync("{\"command\": \"queue\", \"enqueued\": 2}");

        // No owner is known yet; work is handed out all the same.
        await using RawPeer agent = await server.GreetAsync("n0");
        await agent.SendAsync("{\"command\":\"recv\",\"max_archive\":1}");
        Assert.Contains("hsm_action_list", await agent.ReadAsync(), StringComparison.Ordinal);
        owners.Go.SetResult();
        await server.WhenAsync(core => core.Waiting(HsmAction.Archive).All(request => core.Explain(request.Key)!.Share == "uid 4711"));
    }

    [Fact]
    public async Task A_server_can_stop_while_a_lookup_hangs()
    {
        TestServer server = await TestServer.StartWithOwnersAsync(Fair, new SlowOwners());
        await using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync($"{{\"command\":\"queue\",\"hsm_action_items\":[{Items.Archive(1)}]}}");
        await peer.ExpectAsync("{\"command\": \"queue\", \"enqueued\": 1}");
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_cache_has_bounds_in_number_and_time()
    {
        var time = new ManualTimeProvider();
        var counted = new CountedOwners();
        var cache = new OwnerCache(counted, time, most: 8, lifetime: TimeSpan.FromMinutes(1));
        await cache.FindAsync(new(1, 1, 0), Cancelled);
        await cache.FindAsync(new(1, 1, 0), Cancelled);
        Assert.Equal(1, counted.Count);
        for (uint file = 2; file < 20; file++) await cache.FindAsync(new(1, file, 0), Cancelled);
        await cache.FindAsync(new(1, 1, 0), Cancelled);
        Assert.Equal(20, counted.Count);
        time.Advance(TimeSpan.FromMinutes(1));
        await cache.FindAsync(new(1, 1, 0), Cancelled);
        Assert.Equal(21, counted.Count);

        // Who was not found may be there the next time.
        await cache.FindAsync(new(1, 0, 0), Cancelled);
        await cache.FindAsync(new(1, 0, 0), Cancelled);
        Assert.Equal(23, counted.Count);
    }

    private static HsmRequest Request(uint file) =>
        new() { Action = HsmAction.Archive, Fid = new(0x200000401, file, 0), DataFid = new(0x200000401, file, 0), Cookie = file, ArchiveId = 1 };

    private sealed class SlowOwners : IOwnerLookup
    {
        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<RequestOwner> FindAsync(Fid fid, CancellationToken cancellationToken = default)
        {
            await Go.Task;
            return new(4711, 1, 0);
        }
    }

    private sealed class CountedOwners : IOwnerLookup
    {
        private readonly SimulatedOwners _owners = new(20);

        public int Count { get; private set; }

        public ValueTask<RequestOwner> FindAsync(Fid fid, CancellationToken cancellationToken = default)
        {
            Count++;
            return fid.ObjectId == 0 ? new(RequestOwner.Unknown) : _owners.FindAsync(fid, cancellationToken);
        }
    }
}
