using System.Text.Json;
using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Hsm.Shipping;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Shipping;

public class ShipperTests
{
    [Fact]
    public async Task A_first_poll_ships_every_action_once()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11, HsmStatus.Started)]);
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal((2, 2, 2L), (report.EventsOf(HsmEventType.New), report.EventsShipped, report.LiveActions));
        Assert.Equal(["lab-MDT0000 (1, 1) 10 ARCHIVE WAITING", "lab-MDT0000 (1, 2) 11 ARCHIVE STARTED"], await rig.LiveAsync());
    }

    [Fact]
    public async Task A_poll_without_changes_ships_nothing()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        await rig.PollWellAsync();
        Assert.Equal(0, (await rig.PollWellAsync()).EventsShipped);
        Assert.Equal("NEW NEW", await rig.TypesAsync());
    }

    [Fact]
    public async Task A_changed_line_is_an_update_and_a_missing_one_a_purge()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started), ActionText.Line(1, 2, 0x11)]);
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 2, 0x11)]);
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal("NEW NEW UPDATE PURGED", await rig.TypesAsync());
        Assert.Equal(1, report.VanishedUnfinished);
        Assert.Equal(["lab-MDT0000 (1, 2) 11 ARCHIVE WAITING"], await rig.LiveAsync());
    }

    [Fact]
    public async Task An_empty_file_means_that_no_action_is_left()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollWellAsync();
        rig.Write([]);
        await rig.PollWellAsync();
        Assert.Empty(await rig.LiveAsync());
    }

    [Fact]
    public async Task A_purge_names_the_md5_of_the_last_line()
    {
        await using var rig = new ShipperRig();
        string last = ActionText.Line(1, 1, 0x10, HsmStatus.Succeed);
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollWellAsync();
        rig.Write([last]);
        await rig.PollWellAsync();
        rig.Write([]);
        await rig.PollOnceAsync();
        using JsonDocument purge = JsonDocument.Parse((await rig.EventsAsync())[^1].Record.Data);
        Assert.Equal(LineDigestTests.Hex(EventText.Utf8(last)), purge.RootElement.GetProperty("hash").GetString());
        Assert.True(purge.RootElement.GetProperty("final_state_seen").GetBoolean());
    }

    [Theory]
    [InlineData(ActionLayout.PerMdt, "hsm:actions:lab-MDT0000 hsm:actions:lab-MDT0001")]
    [InlineData(ActionLayout.Single, "hsm:actions")]
    public async Task Each_layout_has_its_topics(ActionLayout layout, string topics)
    {
        await using var rig = new ShipperRig(layout);
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        rig.Write([ActionText.Line(1, 1, 0x10)], "lab-MDT0001", "host-b");
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started)], "lab-MDT0001", "host-b");
        await rig.PollWellAsync();
        await rig.PollOnceAsync();
        Assert.Equal(topics, string.Join(' ', await ActionTopics.ListAsync(rig.Engine, "hsm:actions", TestContext.Current.CancellationToken)));
        Assert.Equal(["lab-MDT0000 (1, 1) 10 ARCHIVE WAITING", "lab-MDT0001 (1, 1) 10 ARCHIVE STARTED"], await rig.LiveAsync());
        Assert.Equal(3, (await rig.EventsAsync()).Count);
    }

    [Fact]
    public async Task A_get_param_file_tells_of_every_mdt_that_it_has_a_header_for()
    {
        await using var rig = new ShipperRig();
        string both = $"mdt.fs-MDT0000.hsm.actions=\n{ActionText.Line(1, 1, 0x10)}\nmdt.fs-MDT0001.hsm.actions=\n{ActionText.Line(1, 1, 0x20)}\n";
        rig.WriteText(both);
        await rig.PollWellAsync();
        Assert.Equal(["fs-MDT0000 (1, 1) 10 ARCHIVE WAITING", "fs-MDT0001 (1, 1) 20 ARCHIVE WAITING"], await rig.LiveAsync());
        rig.WriteText($"mdt.fs-MDT0000.hsm.actions=\nmdt.fs-MDT0001.hsm.actions=\n{ActionText.Line(1, 1, 0x20)}\n");
        await rig.PollWellAsync();
        Assert.Equal(["fs-MDT0001 (1, 1) 20 ARCHIVE WAITING"], await rig.LiveAsync());
        Assert.Equal("", await rig.SourceTypesAsync());
        rig.WriteText($"mdt.fs-MDT0000.hsm.actions=\n");
        await rig.PollWellAsync();
        Assert.Equal("SOURCE_LOST fs-MDT0001", await rig.SourceTypesAsync());
    }

    [Fact]
    public async Task An_action_without_events_is_said_to_be_alive_at_the_heartbeat_and_in_full_at_the_refresh()
    {
        await using var rig = new ShipperRig();
        rig.Options = rig.Options with { HeartbeatInterval = TimeSpan.FromHours(1) };
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        await rig.PollWellAsync();
        LiveActions first = await rig.ReplayAsync();
        for (int hour = 1; hour <= 4; hour++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(59.5));
            await rig.PollWellAsync();
            rig.Time.Advance(TimeSpan.FromSeconds(10));
            await rig.PollWellAsync();
        }

        Assert.Equal("NEW NEW HEARTBEAT HEARTBEAT HEARTBEAT HEARTBEAT HEARTBEAT HEARTBEAT UPDATE UPDATE", await rig.TypesAsync());
        LiveActions now = await rig.ReplayAsync();
        Assert.Equal(Times(first), Times(now));
    }

    [Fact]
    public async Task A_clock_that_jumped_ahead_and_back_silences_nobody()
    {
        await using var rig = new ShipperRig();
        rig.Time.StepWallClock(TimeSpan.FromDays(400));
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollWellAsync();
        rig.Time.StepWallClock(TimeSpan.FromDays(-400));
        await rig.PollWellAsync();
        Assert.Equal("NEW HEARTBEAT", await rig.TypesAsync());
        await rig.PollWellAsync();
        Assert.Equal(2, (await rig.EventsAsync()).Count);
    }

    [Fact]
    public async Task Whatever_happened_the_shipper_knows_what_a_replay_tells()
    {
        await using var rig = new ShipperRig();
        rig.Options = rig.Options with { HeartbeatInterval = TimeSpan.FromMinutes(3) };
        var random = new Random(7);
        for (int poll = 0; poll < 60; poll++)
        {
            rig.Write(Enumerable.Range(0, 40).Where(_ => random.Next(3) > 0).Select(record =>
                ActionText.Line(1, (uint)record, (ulong)(record + random.Next(2) * 100 + 1), (HsmStatus)random.Next(1, 6), file: (uint)record)));
            CycleReport report = poll % 7 == 0 ? await rig.PollOnceAsync() : await rig.PollWellAsync();
            LiveActions live = await rig.ReplayAsync();
            Assert.Equal(report.LiveActions, live.Count);
        }
    }

    private static List<string> Times(LiveActions live)
    {
        var times = new List<string>();
        foreach (LiveAction action in live.Mdts[0]) times.Add($"{action.Cookie} {action.FirstSeen} {action.StatusSince} {action.RawHash}");
        times.Sort(StringComparer.Ordinal);
        return times;
    }
}
