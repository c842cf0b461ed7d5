using Weir.Feed;
using Weir.Feed.Disks;
using Weir.Hsm.Live;
using Weir.Hsm.Shipping;
using Weir.Hsm.Shipping.Snapshots;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Shipping;

public class SnapshotTests
{
    [Fact]
    public async Task A_snapshot_saves_reading_the_topics()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), "idx=[1/2] action=FROB fid=[0xabc] status=HALF"]);
        Assert.True((await rig.PollOnceAsync()).IsSnapshotWritten);
        rig.Log.Entries.Clear();
        CycleReport report = await rig.PollOnceAsync();
        Assert.Equal((0L, 2L, false), (report.EventsShipped, report.LiveActions, report.IsSnapshotWritten));
        Assert.Equal(0, rig.Log.CountOf(2004));
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_or_a_cut_at_any_byte_is_noticed()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), "idx=[1/2] action=FROB fid=[0xabc] status=HALF"]);
        rig.Write([], "lab-MDT0001");
        await rig.PollOnceAsync();
        byte[] whole = File.ReadAllBytes(rig.Options.SnapshotPath!);
        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<SnapshotException>(() => Read(rig, damaged));
        }

        for (int length = 0; length < whole.Length; length++) Assert.Throws<SnapshotException>(() => Read(rig, whole[..length]));
        Assert.Throws<SnapshotException>(() => Read(rig, [.. whole, 0]));
        Assert.NotNull(Read(rig, whole));
    }

    [Fact]
    public async Task With_a_damaged_snapshot_the_topics_are_read_and_nothing_is_repeated()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        await rig.PollOnceAsync();
        byte[] bytes = File.ReadAllBytes(rig.Options.SnapshotPath!);
        bytes[^10] ^= 1;
        File.WriteAllBytes(rig.Options.SnapshotPath!, bytes);
        Assert.Equal(0, (await rig.PollOnceAsync()).EventsShipped);
        Assert.Equal(1, rig.Log.CountOf(2002));
        Assert.Equal(1, rig.Log.CountOf(2004));
    }

    [Fact]
    public async Task A_snapshot_of_another_feed_layout_or_prefix_is_not_used()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollOnceAsync();
        ShipSnapshot snapshot = SnapshotReader.Read(LocalDisk.Instance, rig.Options.SnapshotPath!)!;
        string address = rig.Engine.Address;
        new ShipState(address, "hsm:actions", ActionLayout.PerMdt).ThrowIfForeign(snapshot);
        Assert.Throws<SnapshotException>(() => new ShipState(address + "x", "hsm:actions", ActionLayout.PerMdt).ThrowIfForeign(snapshot));
        Assert.Throws<SnapshotException>(() => new ShipState(address, "hsm:other", ActionLayout.PerMdt).ThrowIfForeign(snapshot));
        Assert.Throws<SnapshotException>(() => new ShipState(address, "hsm:actions", ActionLayout.Single).ThrowIfForeign(snapshot));
    }

    [Fact]
    public async Task A_snapshot_from_the_future_names_both_versions()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollOnceAsync();
        byte[] bytes = File.ReadAllBytes(rig.Options.SnapshotPath!);
        bytes[SnapshotLayout.VersionAt] = 9;
        BitConverter.TryWriteBytes(bytes.AsSpan(SnapshotLayout.HeaderCrcAt), Crc32C.Compute(bytes.AsSpan(0, SnapshotLayout.HeaderCrcAt)));
        Assert.Contains("version 9, and this program knows version 1", Assert.Throws<SnapshotException>(() => Read(rig, bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_written_stops_nothing()
    {
        await using var rig = new ShipperRig();
        Directory.CreateDirectory(rig.Options.SnapshotPath + SnapshotWriter.TemporarySuffix);
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        CycleReport report = await rig.PollOnceAsync();
        Assert.Equal((1L, false, true), (report.EventsShipped, report.IsSnapshotWritten, report.Succeeded));
        Assert.Equal(1, rig.Log.CountOf(2003));
    }

    [Fact]
    public async Task The_running_shipper_writes_it_after_a_while_or_after_many_events_and_when_it_stops()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        Assert.False((await rig.PollWellAsync()).IsSnapshotWritten);
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True((await rig.PollWellAsync()).IsSnapshotWritten);
        rig.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.False((await rig.PollWellAsync()).IsSnapshotWritten);
        rig.Write(Enumerable.Range(1, 1500).Select(i => ActionText.Line(1, (uint)i, (ulong)i)));
        Assert.True((await rig.PollWellAsync()).IsSnapshotWritten);
    }

    [Fact]
    public async Task Nothing_is_written_while_memory_is_ahead_of_the_feed()
    {
        await using var rig = new ShipperRig();
        var engine = new FailingEngine(rig.Engine);
        rig.Engine = engine;
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        engine.FailAfter(1, () => new FeedException("The disk is on fire."));
        CycleReport report = await rig.PollOnceAsync();
        Assert.False(report.Succeeded || report.IsSnapshotWritten);
        Assert.False(File.Exists(rig.Options.SnapshotPath!));
    }

    [Fact]
    public async Task Everything_comes_back_as_it_was_over_many_changes()
    {
        await using var rig = new ShipperRig();
        var random = new Random(11);
        for (int poll = 0; poll < 20; poll++)
        {
            rig.Write(Enumerable.Range(0, 300).Where(_ => random.Next(4) > 0).Select(record => random.Next(10) == 0
                ? $"idx=[2/{record}] action=ODD{record} fid=[0x{record:x}] status=S{random.Next(3)}"
                : ActionText.Line(1, (uint)record, (ulong)(record + 1000 * random.Next(3)), (HsmStatus)random.Next(1, 6), file: (uint)record)));
            await rig.PollOnceAsync();
            ShipSnapshot snapshot = SnapshotReader.Read(LocalDisk.Instance, rig.Options.SnapshotPath!)!;
            var actions = new MdtActions(new(ShipperRig.Mdt), Assert.Single(Assert.Single(snapshot.Topics).Mdts).Entries);
            Assert.Equal(Describe((await rig.ReplayAsync()).Mdts[0]), Describe(actions));
        }
    }

    private static List<string> Describe(MdtActions actions)
    {
        var text = new List<string>();
        foreach (LiveAction action in actions)
            text.Add($"{action.Index} {action.Cookie} {action.Fid} {action.ActionText} {action.StatusText} {action.ArchiveId} {action.FirstSeen:O} {action.StatusSince:O} {action.LastEvent:O} {action.LastState} {action.RawHash}");
        text.Sort(StringComparer.Ordinal);
        return text;
    }

    private static ShipSnapshot? Read(ShipperRig rig, byte[] bytes)
    {
        string path = rig.Options.SnapshotPath + ".test";
        File.WriteAllBytes(path, bytes);
        return SnapshotReader.Read(LocalDisk.Instance, path);
    }
}
