using System.Text.Json;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Hsm.Shipping;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Shipping;

/// <summary>What the original tools get wrong, one test for each; the numbers are those of docs/hsm-stream.md.</summary>
public class DefectTests
{
    [Fact]
    public async Task Defect_1_a_file_archived_twice_keeps_its_live_action_when_the_old_record_goes()
    {
        await using var rig = new ShipperRig();
        string old = ActionText.Line(1, 1, 0x10, HsmStatus.Succeed, file: 7);
        string second = ActionText.Line(1, 2, 0x20, HsmStatus.Waiting, file: 7);
        rig.Write([old]);
        await rig.PollWellAsync();
        rig.Write([old, second]);
        await rig.PollWellAsync();
        rig.Write([second]);
        await rig.PollWellAsync();
        Assert.Equal("NEW NEW PURGED", await rig.TypesAsync());
        Assert.Equal(["lab-MDT0000 (1, 2) 20 ARCHIVE WAITING"], await rig.LiveAsync());
    }

    [Fact]
    public async Task Defect_2_an_index_used_again_within_one_poll_is_a_purge_and_a_new_action()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10, file: 7)]);
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 1, 0x20, file: 8)]);
        await rig.PollWellAsync();
        Assert.Equal("NEW PURGED NEW", await rig.TypesAsync());
        List<ShipperRig.EventSeen> events = await rig.EventsAsync();
        Assert.Equal(("0x10", "0x20"), (Member(events[1], "cookie"), Member(events[2], "cookie")));
        Assert.Equal(["lab-MDT0000 (1, 1) 20 ARCHIVE WAITING"], await rig.LiveAsync());
    }

    [Fact]
    public async Task Defect_3_an_mdt_that_fails_over_loses_no_action_and_repeats_none()
    {
        await using var rig = new ShipperRig();
        string[] lines = [ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)];
        rig.Write(lines);
        await rig.PollWellAsync();
        rig.RemoveFile();
        await rig.PollWellAsync();
        await rig.PollWellAsync();
        await rig.PollOnceAsync();
        Assert.Equal("SOURCE_LOST lab-MDT0000", await rig.SourceTypesAsync());
        Assert.Equal(2, (await rig.LiveAsync()).Count);
        rig.Write(lines, host: "host-b");
        await rig.PollWellAsync();
        await rig.PollWellAsync();
        Assert.Equal("SOURCE_LOST lab-MDT0000 SOURCE_BACK lab-MDT0000", await rig.SourceTypesAsync());
        Assert.Equal("NEW NEW", await rig.TypesAsync());
    }

    [Fact]
    public async Task Defect_4_a_file_that_is_cut_purges_nothing_and_ships_its_whole_lines()
    {
        await using var rig = new ShipperRig();
        string first = ActionText.Line(1, 1, 0x10);
        string second = ActionText.Line(1, 2, 0x11);
        rig.Write([first, second]);
        await rig.PollWellAsync();
        for (int length = 0; length < first.Length + second.Length + 1; length++)
        {
            if (length == 0 || length == first.Length + 1) continue; // ends with a whole line
            rig.WriteText($"{first}\n{second}\n"[..length]);
            CycleReport report = await rig.PollWellAsync();
            Assert.True(report.Files[0].IsIncomplete);
        }

        rig.WriteText(ActionText.Line(1, 1, 0x10, HsmStatus.Started) + "\n" + second[..20]);
        await rig.PollWellAsync();
        Assert.Equal("NEW NEW UPDATE", await rig.TypesAsync());
    }

    [Fact]
    public async Task Defect_5_an_exact_trim_leaves_exactly_what_is_asked_for()
    {
        await using var rig = new ShipperRig();
        rig.Write(Enumerable.Range(1, 50).Select(i => ActionText.Line(1, (uint)i, (ulong)i)));
        await rig.PollWellAsync();
        RecordId keep = (await rig.EventsAsync())[30].Record.Id;
        await rig.Engine.TrimAsync("hsm:actions:lab-MDT0000", keep, TestContext.Current.CancellationToken);
        List<ShipperRig.EventSeen> left = await rig.EventsAsync();
        Assert.Equal((20, keep), (left.Count, left[0].Record.Id));
    }

    [Fact]
    public async Task Defect_6_a_refresh_tells_all_that_the_trimmed_events_told()
    {
        await using var rig = new ShipperRig();
        rig.Options = rig.Options with { HeartbeatInterval = TimeSpan.FromHours(1), RefreshInterval = TimeSpan.FromHours(2) };
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started)]);
        await rig.PollWellAsync();
        for (int hour = 0; hour < 5; hour++)
        {
            rig.Time.Advance(TimeSpan.FromHours(1));
            await rig.PollWellAsync();
        }

        string full = Describe(await rig.ReplayAsync(), out RecordId keep);
        await rig.Engine.TrimAsync("hsm:actions:lab-MDT0000", keep, TestContext.Current.CancellationToken);
        Assert.True((await rig.EventsAsync()).Count < 4);
        Assert.Equal(full, Describe(await rig.ReplayAsync(), out _));

        rig.Restart();
        rig.DeleteSnapshot();
        Assert.Equal(0, (await rig.PollWellAsync()).EventsShipped);
    }

    [Fact]
    public void Defect_7_ids_are_compared_as_numbers()
    {
        Assert.True(RecordId.Parse("9-0") < RecordId.Parse("10-0"));
        var live = new LiveActions();
        var reader = new HsmEventReader();
        Assert.True(reader.TryRead(EventText.State(HsmEventType.New, ActionText.Line(1, 1, 0x10), 5), out HsmEvent told));
        live.Apply(told, RecordId.Parse("9-0"));
        live.Apply(told, RecordId.Parse("10-0"));
        foreach (LiveAction action in live.Mdts[0]) Assert.Equal(RecordId.Parse("10-0"), action.LastState);
    }

    [Fact]
    public async Task Defect_8_a_crash_between_the_feed_and_the_snapshot_repeats_nothing()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        await rig.PollOnceAsync();
        byte[] snapshot = File.ReadAllBytes(rig.Options.SnapshotPath!);
        rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started), ActionText.Line(1, 3, 0x12)]);
        await rig.PollOnceAsync();
        string types = await rig.TypesAsync();
        File.WriteAllBytes(rig.Options.SnapshotPath!, snapshot);
        await rig.PollOnceAsync();
        rig.DeleteSnapshot();
        await rig.PollOnceAsync();
        Assert.Equal(types, await rig.TypesAsync());
        Assert.Equal(2, (await rig.LiveAsync()).Count);
    }

    [Fact]
    public async Task Defect_9_an_action_that_vanished_without_a_final_state_is_told_as_such()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started), ActionText.Line(1, 2, 0x11, HsmStatus.Failed)]);
        await rig.PollWellAsync();
        rig.Write([]);
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal(1, report.VanishedUnfinished);
        List<ShipperRig.EventSeen> events = await rig.EventsAsync();
        Assert.Equal(["0x10 False", "0x11 True"], events.Skip(2).Select(seen => $"{Member(seen, "cookie")} {Member(seen, "final_state_seen")}"));
    }

    private static string Member(ShipperRig.EventSeen seen, string name)
    {
        using JsonDocument json = JsonDocument.Parse(seen.Record.Data);
        return json.RootElement.GetProperty(name).ToString();
    }

    private static string Describe(LiveActions live, out RecordId oldest)
    {
        var text = new List<string>();
        oldest = RecordId.Max;
        foreach (MdtActions mdt in live.Mdts)
        {
            foreach (LiveAction action in mdt)
            {
                if (action.LastState < oldest) oldest = action.LastState;
                text.Add($"{action.Mdt} {action.Index} {action.Cookie} {action.Fid} {action.ActionText} {action.StatusText} {action.ArchiveId} {action.FirstSeen:O} {action.StatusSince:O} {action.LastEvent:O} {action.LastState} {action.RawHash}");
            }
        }

        return string.Join('\n', text.Order(StringComparer.Ordinal));
    }
}
