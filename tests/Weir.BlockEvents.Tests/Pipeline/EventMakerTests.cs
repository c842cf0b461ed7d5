using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Collectors.Raw;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Tests.Topology;
using Weir.BlockEvents.Topology;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Time;

namespace Weir.BlockEvents.Tests.Pipeline;

public sealed class EventMakerTests : IDisposable
{
    private const string IoErrors = """
        2024-02-03T04:05:06.100000+00:00 h1 kernel: I/O error, dev sdf, sector 20482 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2
        2024-02-03T04:05:06.200000+00:00 h1 kernel: I/O error, dev sdf, sector 20484 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2
        2024-02-03T04:05:06.300000+00:00 h1 kernel: EXT4-fs error (device dm-1): ext4_find_entry:1455: inode #2: comm ls: reading directory lblock 0
        2024-02-03T04:05:06.400000+00:00 h1 kernel: I/O error, dev sdf, sector 20486 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2

        """;

    private readonly SysfsTree _tree = SysfsTree.MultipathLvmExt4();

    [Fact]
    public async Task Repeats_are_one_event_and_what_stands_above_follows_from_it()
    {
        await using var pipeline = new TestPipeline(new TopologyTracker(new(_tree.Root)));
        IReadOnlyList<StorageEvent> events = await pipeline.RunAsync(IoErrors);
        Assert.Equal(["BLK_IO_ERROR", "FS_ERROR"], events.Select(one => one.EventType));
        StorageEvent root = events[0], above = events[1];
        Assert.Equal(3, root.Count);
        Assert.Equal("/dev/sdf", root.Device.Path);
        Assert.Equal("47841ee5-047d-4f73-8951-5a3d7a4c770e", root.Hierarchy.Uuid);
        Assert.Equal("/tmp/tmp.MYo8MCHF35", root.Hierarchy.MountPoint);
        Assert.Equal("FC", root.Extension["transport"]);
        Assert.Equal("h1", root.Hostname);
        Assert.Equal(new DateTimeOffset(2024, 2, 3, 4, 5, 6, 100, TimeSpan.Zero), root.Timestamp);
        Assert.Equal("/dev/mapper/vg-lv", above.Device.Path);
        Assert.Equal(root.EventId, above.RootCauseEventId);
        Assert.Equal(root.IncidentId, above.IncidentId);
        Assert.NotNull(above.IncidentId);
        Assert.Null(root.RootCauseEventId);
    }

    [Fact]
    public async Task A_device_that_nobody_knows_is_still_an_event()
    {
        await using var pipeline = new TestPipeline(new TopologyTracker(new(_tree.Root)));
        StorageEvent one = Assert.Single(await pipeline.RunAsync("[ 1.0] I/O error, dev sdzz, sector 1 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2\n"));
        Assert.Equal("sdzz", one.KernelDevice);
        Assert.Equal("", one.Device.Path);
        Assert.Equal("here", one.Hostname);
    }

    [Fact]
    public async Task The_same_lines_again_give_no_event_twice()
    {
        var tracker = new TopologyTracker(new(_tree.Root));
        await using var pipeline = new TestPipeline(tracker);
        LogEngine feed = pipeline.OpenEngine();
        await TestPipeline.CollectAsync(feed, IoErrors, 1000);
        await pipeline.MakeAsync(feed);
        IReadOnlyList<StorageEvent> before = await TestPipeline.EventsOfAsync(feed);

        // As if the process had died after its events were durable and before it said how far it was.
        await feed.WritePositionAsync(RawLine.Topic, EventMakerOptions.Consumer, new RecordId(1, 0), TestContext.Current.CancellationToken);
        await pipeline.MakeAsync(feed);
        await pipeline.MakeAsync(feed);
        Assert.Equal(before.Select(one => one.EventId), (await TestPipeline.EventsOfAsync(feed)).Select(one => one.EventId));
    }

    [Fact]
    public async Task An_error_and_what_follows_from_it_are_told_within_two_seconds()
    {
        await using var pipeline = new TestPipeline(new TopologyTracker(new(_tree.Root)));
        LogEngine feed = pipeline.OpenEngine();
        var time = new ManualTimeProvider(new(2024, 2, 3, 4, 5, 6, 400, TimeSpan.Zero));
        await TestPipeline.CollectAsync(feed, IoErrors, 1000);
        DateTimeOffset began = time.GetUtcNow();
        var maker = new EventMaker(feed, RuleSet.BuiltIn, new TopologyTracker(new(_tree.Root)), new() { Hostname = "here", Time = time }, NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(90));
        Task making = maker.RunAsync(null, null, stop.Token);
        IReadOnlyList<StorageEvent> events = [];
        // The clock stands still while there is work to do, so what passes is what somebody waits for.
        while (events.Count < 2)
        {
            if (time.ActiveTimers > 0) time.Advance(TimeSpan.FromMilliseconds(50));
            else await Task.Delay(5, stop.Token);
            events = await TestPipeline.EventsOfAsync(feed);
        }

        Assert.Equal(["BLK_IO_ERROR", "FS_ERROR"], events.Select(one => one.EventType));
        Assert.Equal(events[0].EventId, events[1].RootCauseEventId);
        Assert.InRange(time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);
    }

    [Fact]
    public async Task Clocks_that_jump_hold_nothing_back()
    {
        await using var pipeline = new TestPipeline(new TopologyTracker(new(_tree.Root)));
        LogEngine feed = pipeline.OpenEngine();
        var time = new ManualTimeProvider(new(2024, 2, 3, 4, 5, 6, 400, TimeSpan.Zero));
        var maker = new EventMaker(feed, RuleSet.BuiltIn, new TopologyTracker(new(_tree.Root)), new() { Hostname = "here", Time = time }, NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(90));
        Task making = maker.RunAsync(null, null, stop.Token);
        DateTimeOffset began = time.GetUtcNow();
        await LogAsync("2024-02-03T04:05:06.100000+00:00");
        await UntilAsync(1);
        Assert.InRange(time.GetElapsedTime(0), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        // What follows is told when a minute is over, whatever clocks and lines say.
        time.StepWallClock(TimeSpan.FromDays(-1));
        await LogAsync("2024-02-02T04:05:10.000000+00:00");
        await LogAsync("2099-01-01T00:00:00.000000+00:00");
        await LogAsync("1970-01-01T00:00:00.000000+00:00");
        time.StepWallClock(TimeSpan.FromDays(3));
        await LogAsync("2024-02-05T04:05:11.000000+00:00");
        await UntilAsync(5);
        Assert.InRange(time.GetElapsedTime(0), TimeSpan.Zero, TimeSpan.FromMinutes(3));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);

        Task LogAsync(string at) => TestPipeline.CollectAsync(feed, $"{at} h1 kernel: I/O error, dev sdf, sector 20482 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2\n", 1000);

        async Task UntilAsync(long lines)
        {
            while ((await TestPipeline.EventsOfAsync(feed)).Where(one => one.EventType == "BLK_IO_ERROR").Sum(one => one.Count) < lines)
            {
                if (time.ActiveTimers > 0) time.Advance(TimeSpan.FromMilliseconds(250));
                await Task.Delay(5, stop.Token);
            }
        }
    }

    [Fact]
    public async Task Of_a_storm_what_is_not_kept_is_counted()
    {
        var tracker = new TopologyTracker(new(_tree.Root));
        await using var pipeline = new TestPipeline(tracker) { MostPerSecond = 100 };
        const int Lines = 20_000;
        string storm = string.Concat(Enumerable.Range(0, Lines).Select(i => $"2024-02-03T04:05:06.000001+00:00 h1 kernel: I/O error, dev sdf, sector {i} op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2\n"));
        LogEngine feed = pipeline.OpenEngine();
        CollectorCounts counts = await TestPipeline.CollectAsync(feed, storm, 100);
        Assert.Equal((Lines, Lines), (counts.Lines, counts.Storage));
        Assert.True(counts.Kept < Lines / 2, $"{counts.Kept} records");
        await pipeline.MakeAsync(feed);
        IReadOnlyList<StorageEvent> events = await TestPipeline.EventsOfAsync(feed);
        Assert.Equal(Lines, events.Where(one => one.EventType == "BLK_IO_ERROR").Sum(one => one.Count));
        StorageEvent verdict = Assert.Single(events, one => one.EventType == "DEVICE_DEGRADED");
        Assert.Equal(Severity.Critical, verdict.Severity);
        Assert.Equal("/dev/sdf", verdict.Device.Path);
    }

    [Fact]
    public async Task Of_a_storm_of_many_kinds_nothing_is_lost_silently()
    {
        var tracker = new TopologyTracker(new(_tree.Root));
        await using var pipeline = new TestPipeline(tracker);
        const int Lines = 200_000;
        string[] disks = ["sdb", "sdc", "sdd", "sde", "sdf", "sdg", "nvme0n1", "sdzz"];
        var storm = new System.Text.StringBuilder();
        for (int i = 0; i < Lines; i++)
        {
            string disk = disks[i * 7 % disks.Length];
            storm.Append(System.Globalization.CultureInfo.InvariantCulture, $"2024-02-03T04:05:{i / 20_000:00}.{i % 20_000 * 50:000000}+00:00 h1 kernel: ");
            storm.Append(i % 10 == 3 ? $"usb 1-1: new high-speed USB device number {i} using xhci_hcd\n" : i % 2 == 0 ? $"I/O error, dev {disk}, sector {i} op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2\n" : $"Buffer I/O error on dev {disk}, logical block {i}, async page read\n");
        }

        LogEngine feed = pipeline.OpenEngine();
        CollectorCounts counts = await TestPipeline.CollectAsync(feed, storm.ToString(), 1000);
        Assert.Equal((Lines, Lines * 9 / 10, 0), (counts.Lines, counts.Storage, counts.Lost));
        await pipeline.MakeAsync(feed);
        Assert.Equal(Lines * 9 / 10, (await TestPipeline.EventsOfAsync(feed)).Where(one => one.SubSystem == "block").Sum(one => one.Count));
    }

    public void Dispose() => _tree.Dispose();
}
