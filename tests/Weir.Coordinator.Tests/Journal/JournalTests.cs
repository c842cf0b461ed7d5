using Microsoft.Extensions.Logging.Abstractions;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Coordinator.Tests.Core;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Journal;

public sealed class JournalTests : IAsyncDisposable
{
    private readonly SimulatedDisk _disk = new();
    private readonly Bench _maker = new();
    private LogEngine? _engine;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _engine?.DisposeAsync() ?? default;

    [Fact]
    public async Task A_restart_goes_on_with_the_same_queues_order_and_counters()
    {
        JournaledCoordinator coordinator = await OpenAsync();
        HsmRequest[] requests = [.. Enumerable.Range(0, 20).Select(i => _maker.Make(i % 3 == 0 ? HsmAction.Restore : HsmAction.Archive, i % 2 == 0 ? $"tag={i}" : null, uid: (uint)i))];
        foreach (HsmRequest request in requests) coordinator.Core.Queue(request, RequestOrigin.Queue);
        Agent agent = Attach(coordinator.Core, "a");
        coordinator.Core.Receive(agent, new(MaxRestore: 3, MaxArchive: 2));
        await WriteAsync(coordinator);
        RequestKey ended = coordinator.Core.RunningAt(agent).First().Key;
        RequestKey cancelled = coordinator.Core.RunningAt(agent).Last().Key;
        coordinator.Core.End(agent, ended, 0);
        coordinator.Core.Cancel(cancelled);
        coordinator.Core.Cancel(coordinator.Core.Waiting(HsmAction.Archive).First().Key);
        await WriteAsync(coordinator);
        string before = Describe(coordinator.Core);

        coordinator = await RestartAsync();
        Assert.Equal(before, Describe(coordinator.Core));
        Assert.Equal((4, 1), (coordinator.Recovery.Running, coordinator.Recovery.Agents));
        Assert.Equal(TimeSpan.FromMinutes(10), coordinator.Core.NextDeadline());
    }

    [Fact]
    public async Task A_second_coordinator_on_the_same_feed_does_not_start()
    {
        await OpenAsync();
        await using var other = new LogEngine(new() { Directory = "/feed", Disk = _disk.StartProcess("second"), Time = _maker.Time });
        await Assert.ThrowsAsync<TopicLockedException>(async () =>
            await JournaledCoordinator.OpenAsync(other, new(), _maker.Time, NullLogger.Instance, cancellationToken: Cancelled));
    }

    [Fact]
    public async Task What_was_not_durable_is_not_there()
    {
        JournaledCoordinator coordinator = await OpenAsync();
        coordinator.Core.Queue(_maker.Make(HsmAction.Archive), RequestOrigin.Queue);
        await WriteAsync(coordinator);
        coordinator.Core.Queue(_maker.Make(HsmAction.Archive), RequestOrigin.Queue);
        coordinator.TakeTurn();
        Assert.Equal(1, (await RestartAsync()).Core.Count);
    }

    [Fact]
    public async Task Every_field_of_a_request_survives()
    {
        HsmRequest made = _maker.Make(HsmAction.Remove);
        var request = new HsmRequest
        {
            Action = HsmAction.Remove,
            Fid = new(ulong.MaxValue, uint.MaxValue, 1),
            DataFid = made.DataFid,
            Cookie = ulong.MaxValue - 1,
            ExtentOffset = ulong.MaxValue - 2,
            ExtentLength = 77,
            GroupId = ulong.MaxValue - 3,
            ArchiveId = uint.MaxValue,
            Flags = ulong.MaxValue - 4,
            Data = new byte[] { 0, 255, (byte)'"', 0 },
            TimestampNs = long.MinValue + 5,
            Owner = new(1, 2, 3),
        };
        JournaledCoordinator coordinator = await OpenAsync();
        coordinator.Core.Queue(request, RequestOrigin.Queue);
        await WriteAsync(coordinator);
        coordinator = await RestartAsync();
        coordinator.Core.Attach(new() { Id = "a", TakesRawData = true }, out Agent? agent);
        coordinator.Core.EndReclaim(agent!);
        coordinator.Core.Receive(agent!, new());
        HsmRequest back = coordinator.TakeTurn().Effects.OfType<HandOut>().Single().Items.Span[0];
        Assert.Equal(request.Data.ToArray(), back.Data.ToArray());
        Assert.Equal(
            (request.Fid, request.DataFid, request.Cookie, request.ExtentOffset, request.ExtentLength, request.GroupId, request.ArchiveId, request.Flags, request.TimestampNs, request.Owner),
            (back.Fid, back.DataFid, back.Cookie, back.ExtentOffset, back.ExtentLength, back.GroupId, back.ArchiveId, back.Flags, back.TimestampNs, back.Owner));
    }

    [Theory]
    [InlineData(LockMode.Locked, LockMode.Locked)]
    [InlineData(LockMode.LockedUntilQuit, LockMode.Unlocked)]
    public async Task A_lock_survives_and_lock_and_quit_does_not(LockMode before, LockMode after)
    {
        JournaledCoordinator coordinator = await OpenAsync();
        coordinator.Core.SetLock(before);
        await WriteAsync(coordinator);
        Assert.Equal(after, (await RestartAsync()).Core.Lock);
    }

    [Fact]
    public async Task Snapshots_keep_the_journal_short_and_the_state_whole()
    {
        var random = new Random(5);
        JournaledCoordinator coordinator = await OpenAsync();
        for (int round = 0; round < 300; round++)
        {
            for (int i = random.Next(5); i > 0; i--) coordinator.Core.Queue(_maker.Make(HsmAction.Archive, uid: (uint)i), RequestOrigin.Queue);
            Agent agent = coordinator.Core.FindAgent("a") is { IsConnected: true } known ? known : Attach(coordinator.Core, "a");
            coordinator.Core.Receive(agent, new(MaxArchive: random.Next(1, 10)));
            foreach (RequestSummary running in coordinator.Core.RunningAt(agent).Where(_ => random.Next(3) == 0).ToArray()) coordinator.Core.End(agent, running.Key, 0);
            await WriteAsync(coordinator);
            if (random.Next(20) != 0) continue;
            string before = Describe(coordinator.Core);
            coordinator = await RestartAsync();
            Assert.Equal(before, Describe(coordinator.Core));
        }

        Assert.InRange((await _engine!.DescribeAsync(JournaledCoordinator.JournalTopic, Cancelled))!.Count, 1, 400);
        Assert.InRange(coordinator.Core.Done.Archive, 200, 2000);
    }

    [Fact]
    public async Task A_full_disk_refuses_the_turn_which_is_written_when_there_is_room()
    {
        JournaledCoordinator coordinator = await OpenAsync();
        coordinator.Core.Queue(_maker.Make(HsmAction.Archive), RequestOrigin.Queue);
        await WriteAsync(coordinator);
        _disk.CapacityBytes = _disk.UsedBytes;
        coordinator.Core.Queue(_maker.Make(HsmAction.Archive), RequestOrigin.Queue);
        Turn turn = coordinator.TakeTurn();
        await Assert.ThrowsAsync<FeedFullException>(async () => await coordinator.WriteAsync(turn, Cancelled));
        _disk.CapacityBytes = long.MaxValue;
        await coordinator.WriteAsync(turn, Cancelled);
        Assert.Equal(2, (await RestartAsync()).Core.Count);
    }

    [Fact]
    public async Task Events_tell_a_requests_life_in_order()
    {
        JournaledCoordinator coordinator = await OpenAsync();
        HsmRequest request = _maker.Make(HsmAction.Restore, uid: 1000);
        coordinator.Core.Queue(request, RequestOrigin.Lustre);
        Agent agent = Attach(coordinator.Core, "a");
        coordinator.Core.Receive(agent, new());
        await WriteAsync(coordinator);
        coordinator.Core.End(agent, request.Key, 5);
        await WriteAsync(coordinator);
        Assert.Equal(TimeSpan.FromSeconds(1), coordinator.NextDeadline());
        _maker.Time.Advance(TimeSpan.FromSeconds(1));
        await WriteAsync(coordinator);
        var told = new List<string>();
        await using ITopicCursor cursor = _engine!.OpenCursor(JournaledCoordinator.EventsTopic, RecordId.Zero);
        while (await cursor.ReadAsync(Cancelled) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page) told.Add($"{record.ToRecord().Type} {record.ToRecord().Subject} {record.ToRecord().DataText}");
        }

        string subject = $"0x{request.Cookie:x}";
        Assert.Equal(["ACCEPTED", "AGENT_CONNECTED", "SENT", "DONE"], told.Select(text => text.Split(' ')[0]));
        Assert.Equal(
            $$"""DONE {{subject}} {"cookie":{{request.Cookie}},"action":"RESTORE","fid":"{{request.Fid}}","archive_id":1,"uid":1000,"gid":1000,"project":1000,"agent":"a","status":5}""", told[3]);
        Assert.Contains("\"uid\":1000,\"gid\":1000,\"project\":1000,\"origin\":\"lustre\"", told[0], StringComparison.Ordinal);
    }

    /// <summary>All that must be the same after a restart.</summary>
    private static string Describe(CoordinatorCore core)
    {
        var text = new System.Text.StringBuilder();
        text.AppendLine($"{core.Lock} {core.Queued.Archive} {core.Queued.Restore} {core.Running.Archive} {core.Running.Restore} {core.Done.Archive} {core.Done.Restore} {core.CancelsDone} {core.CancelsPending}");
        foreach (HsmAction kind in (HsmAction[])[HsmAction.Archive, HsmAction.Restore]) text.AppendJoin(' ', core.Waiting(kind).Select(item => item.Key)).AppendLine();
        foreach (Agent agent in core.Agents) text.AppendLine($"{agent.Id} {agent.Done.Archive} {agent.Done.Restore} {agent.PendingCancels}: {string.Join(' ', core.RunningAt(agent).Select(item => item.Key.ToString()).Order())}");
        return text.ToString();
    }

    private static Agent Attach(CoordinatorCore core, string id)
    {
        core.Attach(new() { Id = id }, out Agent? agent);
        foreach (RequestSummary running in core.RunningAt(agent!).ToArray())
        {
            core.Reclaim(agent!, new() { Action = running.Action, Fid = running.Key.DataFid, DataFid = running.Key.DataFid, Cookie = running.Key.Cookie, ArchiveId = 1 });
        }

        core.EndReclaim(agent!);
        return agent!;
    }

    private async Task<JournaledCoordinator> OpenAsync()
    {
        _engine = new(new() { Directory = "/feed", Disk = _disk.Main, Time = _maker.Time });
        CoordinatorOptions options = CoordinatorOptions.Default with { Seed = 1, DefaultClass = SchedulingClass.Default };
        return await JournaledCoordinator.OpenAsync(_engine, options, _maker.Time, NullLogger.Instance, new() { SnapshotBytes = 4000, SlotsPerTurn = 40 }, Cancelled);
    }

    /// <summary>As after kill -9.</summary>
    private async Task<JournaledCoordinator> RestartAsync()
    {
        _disk.KillProcess();
        return await OpenAsync();
    }

    private static async Task WriteAsync(JournaledCoordinator coordinator)
    {
        Turn turn = coordinator.TakeTurn();
        await coordinator.WriteAsync(turn, Cancelled);
        coordinator.Return(turn);
    }
}
