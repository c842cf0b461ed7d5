using Weir.BlockEvents.Events;
using Weir.BlockEvents.Index;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Tests.Notifiers;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.BlockEvents.Tests.Index;

public sealed class EventQueryTests : IAsyncDisposable
{
    private const int Events = 40_000;

    private static readonly string[] Types = ["BLK_IO_ERROR", "FS_ERROR", "FS_IO_ERROR", "SCSI_SENSE_KEY", "DM_MPATH_PATH_FAILED"];

    private readonly SimulatedDisk _disk = new();
    private readonly LogEngine _feed;
    private readonly List<StorageEvent> _events = [];

    public EventQueryTests() => _feed = new(new LogEngineOptions { Directory = "/feed", Disk = _disk.StartProcess("engine"), SegmentBytes = 4 * 1024 * 1024 });

    private static readonly Dictionary<string, EventFilter> Filters = new()
    {
        { "all", EventFilter.All },
        { "one device, by its name", new() { Devices = ["sd7"] } },
        { "one device, by its path", new() { Devices = ["/dev/sd77"] } },
        { "what stands on one", new() { Devices = ["/mnt/3"] } },
        { "two, and one that is not there", new() { Devices = ["uuid-5", "wwid-9", "nothing"] } },
        { "a type", new() { EventTypes = ["fs_io_error"] } },
        { "types by their beginning, but for one", new() { EventTypes = ["FS_*"], ExceptTypes = ["FS_ERROR"] } },
        { "the worst", new() { Severity = Severity.Critical } },
        { "a sub-system of a device", new() { SubSystems = ["EXT4"], Devices = ["sd11"] } },
        { "none", new() { Devices = ["sd100000"] } },
    };

    public static TheoryData<string> Questions => [.. Filters.Keys];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task With_the_index_the_same_is_found_as_without(string what)
    {
        EventFilter filter = Filters[what];
        await AppendAsync(Events);
        List<Guid> expected = [.. _events.Where(filter.Matches).Select(one => one.EventId)];
        Assert.Equal(expected, await FindAsync(filter, RecordId.Zero));
        var keeper = new EventIndexKeeper(_feed);
        await keeper.RunAsync(once: true, TestContext.Current.CancellationToken);
        Assert.True(keeper.WrittenCount > 1, what);
        // Some came since.
        await AppendAsync(100);
        expected = [.. _events.Where(filter.Matches).Select(one => one.EventId)];
        var query = new EventQuery(_feed, filter, RecordId.Zero);
        var found = new List<Guid>();
        await query.RunAsync(one => found.Add(one.EventId), TestContext.Current.CancellationToken);
        Assert.Equal(expected, found);
        Assert.False(query.HasGaps);
        if (filter.Devices.Count > 0) Assert.InRange(query.ReadCount, found.Count, Events / 2);
    }

    [Fact]
    public async Task The_index_goes_on_where_it_was_and_is_made_again_where_it_is_damaged()
    {
        await AppendAsync(Events);
        await KeepAsync();
        int blocks = (await DocumentsAsync()).Count;
        Assert.True(blocks >= 2);
        Assert.Equal(0, await KeepAsync());
        // One is gone and one is nonsense: both are made anew, and a query without them reads the events.
        IReadOnlyList<FeedDocument> documents = await DocumentsAsync();
        Assert.True(await _feed.Documents.TryDeleteAsync(EventIndexKeeper.Collection, documents[0], Token));
        Assert.True(await _feed.Documents.TryWriteAsync(EventIndexKeeper.Collection, documents[1].Name, "\u0001nonsense"u8.ToArray(), documents[1], Token));
        Assert.Equal(_events.Count, (await FindAsync(EventFilter.All, RecordId.Zero)).Count);
        Assert.True(await KeepAsync() > 0);
        Assert.Equal(blocks, (await DocumentsAsync()).Count);
        Assert.Equal(_events.Where(one => one.KernelDevice == "sd3").Select(one => one.EventId), await FindAsync(new() { Devices = ["sd3"] }, RecordId.Zero));
    }

    [Fact]
    public async Task An_index_that_does_not_agree_with_the_topic_is_not_believed()
    {
        await AppendAsync(Events);
        await KeepAsync();
        await _feed.DeleteTopicAsync(EventMakerOptions.Topic, Token);
        _events.Clear();
        await AppendAsync(500);
        Assert.Equal(_events.Select(one => one.EventId), await FindAsync(EventFilter.All, RecordId.Zero));
        await KeepAsync();
        Assert.Empty(await DocumentsAsync());
    }

    [Fact]
    public async Task What_was_trimmed_is_neither_found_nor_kept()
    {
        RecordId middle = await AppendAsync(Events);
        await KeepAsync();
        int before = (await DocumentsAsync()).Count;
        await AppendAsync(Events);
        await _feed.TrimAsync(EventMakerOptions.Topic, middle.Previous(), Token);
        // The two records that are left of the first part, and all of the second.
        Assert.Equal(_events.Skip(Events - 2).Select(one => one.EventId), await FindAsync(EventFilter.All, RecordId.Zero));
        await KeepAsync();
        Assert.InRange((await DocumentsAsync()).Count, 1, before);
        Assert.Equal(_events.Skip(Events - 2).Select(one => one.EventId), await FindAsync(EventFilter.All, RecordId.Zero));
    }

    [Fact]
    public async Task Only_what_lies_behind_an_id_is_found()
    {
        await AppendAsync(20_000);
        RecordId last = await AppendAsync(20_000);
        await KeepAsync();
        Assert.Empty(await FindAsync(EventFilter.All, last));
        Assert.Single(await FindAsync(EventFilter.All, last.Previous()));
    }

    [Fact]
    public void A_block_is_read_as_it_was_written_and_no_other_bytes_are_one()
    {
        var builder = new IndexBlockBuilder(new(5, 7));
        builder.Add(new(5, 8), StorageEventWriter.ToUtf8(Sample.Event()));
        builder.Add(new(6, 1), "{\"no\":\"event\"}"u8);
        builder.Add(new(6, 2), "no JSON"u8);
        builder.Add(new(9, 0), StorageEventWriter.ToUtf8(Sample.Event() with { Message = "another" }));
        byte[] bytes = builder.ToArray();
        IndexBlock block = IndexBlock.Read(bytes)!;
        Assert.Equal((new RecordId(5, 7), new RecordId(9, 0), 4), (block.After, block.Last, block.Count));
        RecordId[] events = [new(5, 8), new(9, 0)], others = [new(6, 1), new(6, 2)];
        // What is no event has to be looked at, whatever is asked for.
        Assert.Equal(others, Find(block, new() { Severity = Severity.Alert }));
        Assert.Equal(others, Find(block, new() { Devices = ["sdg1"] }));
        Assert.All((string[])["sdf", "/dev/sdf", "naa.1", "naa.2", "u-1", "/data/disk1", "/dev/mapper/vg-lv"], name => Assert.Equal(events.Concat(others).Order(), Find(block, new() { Devices = [name] })));
        for (int length = 0; length < bytes.Length; length++) Assert.False(IndexBlock.Read(bytes.AsMemory(0, length))?.TryFind(EventFilter.All, null, RecordId.Zero, 0, []) ?? false);
        var random = new Random(11);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. bytes];
            for (int j = 0; j < 3; j++) damaged[random.Next(bytes.Length)] = (byte)random.Next(256);
            // It may be another block, and never an exception.
            _ = IndexBlock.Read(damaged)?.TryFind(EventFilter.All, null, RecordId.Zero, 0, []);
        }
    }

    private static IEnumerable<RecordId> Find(IndexBlock block, EventFilter filter)
    {
        var found = new List<(RecordId Id, long Ordinal)>();
        Assert.True(block.TryFind(filter, filter.Devices.Count == 0 ? null : [.. filter.Devices.Select(DeviceTerms.Of)], RecordId.Zero, 0, found));
        return found.Select(one => one.Id);
    }

    public async ValueTask DisposeAsync() => await _feed.DisposeAsync();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<RecordId> AppendAsync(int count)
    {
        var batch = new RecordBatch();
        for (int i = 0; i < count; i++)
        {
            int device = (int)((uint)_events.Count * 2654435761 >> 20) & 127;
            string type = Types[_events.Count % Types.Length];
            StorageEvent one = Sample.Event(type) with
            {
                Severity = _events.Count % 1000 == 0 ? Severity.Critical : Severity.Error,
                SubSystem = type.StartsWith("FS", StringComparison.Ordinal) ? "ext4" : "block",
                KernelDevice = $"sd{device}",
                Device = new() { Path = $"/dev/sd{device}", Wwid = $"wwid-{device}" },
                Hierarchy = new() { Path = $"/dev/dm-{device}", Uuid = $"uuid-{device}", MountPoint = $"/mnt/{device}" },
            };
            _events.Add(one);
            batch.Add(System.Text.Encoding.UTF8.GetBytes(one.EventType), "h1"u8, default, StorageEventWriter.ToUtf8(one));
        }

        return await _feed.AppendAsync(EventMakerOptions.Topic, batch, default, Token);
    }

    private async Task<long> KeepAsync()
    {
        var keeper = new EventIndexKeeper(_feed);
        await keeper.RunAsync(once: true, Token);
        return keeper.WrittenCount;
    }

    private ValueTask<IReadOnlyList<FeedDocument>> DocumentsAsync() => _feed.Documents.ListAsync(EventIndexKeeper.Collection, Token);

    private async Task<List<Guid>> FindAsync(EventFilter filter, RecordId after)
    {
        var found = new List<Guid>();
        await new EventQuery(_feed, filter, after).RunAsync(one => found.Add(one.EventId), Token);
        return found;
    }
}
