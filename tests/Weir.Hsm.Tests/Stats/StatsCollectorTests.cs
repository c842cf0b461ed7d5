using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Hsm.Stats;
using Weir.Hsm.Tests.Shipping;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Stats;

public class StatsCollectorTests
{
    [Theory]
    [InlineData(ActionLayout.PerMdt, """[{"mdt":"lab-MDT0000","length":4,"age_seconds":120,"newest_entry_age_seconds":100},{"mdt":"lab-MDT0001","length":1,"age_seconds":120,"newest_entry_age_seconds":120}]""")]
    [InlineData(ActionLayout.Single, """[{"mdt":"hsm:actions","length":5,"age_seconds":120,"newest_entry_age_seconds":100}]""")]
    public async Task The_json_has_the_originals_names_and_shape_in_one_order(ActionLayout layout, string streams)
    {
        await using var rig = new ShipperRig(layout);
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11), ActionText.Line(1, 3, 0x12, HsmStatus.Waiting, HsmAction.Restore)]);
        rig.Write([ActionText.Line(1, 1, 0x10)], "lab-MDT0001");
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11, HsmStatus.Started), ActionText.Line(1, 3, 0x12, HsmStatus.Waiting, HsmAction.Restore)]);
        await rig.PollWellAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(100));
        string json = await JsonAsync(rig);
        Assert.Equal(
            """{"summary":{"total_live_actions":4,"oldest_live_action_age_seconds":120,"total_events_replayed":5,"total_stream_entries":5},"streams":"""
            + streams
            + ""","breakdown":[{"mdt":"lab-MDT0000","action":"ARCHIVE","status":"STARTED","count":1},{"mdt":"lab-MDT0000","action":"ARCHIVE","status":"WAITING","count":1},{"mdt":"lab-MDT0000","action":"RESTORE","status":"WAITING","count":1},{"mdt":"lab-MDT0001","action":"ARCHIVE","status":"WAITING","count":1}]}""",
            json);
        Assert.Equal(json, await JsonAsync(rig));
    }

    [Fact]
    public async Task An_empty_feed_has_zeros()
    {
        await using var rig = new ShipperRig();
        Assert.Equal(
            """{"summary":{"total_live_actions":0,"oldest_live_action_age_seconds":0,"total_events_replayed":0,"total_stream_entries":0},"streams":[],"breakdown":[]}""",
            await JsonAsync(rig));
    }

    [Fact]
    public async Task Topics_of_both_layouts_are_counted_once()
    {
        await using var rig = new ShipperRig();
        string first = ActionText.Line(1, 1, 0x10);
        rig.Write([first, ActionText.Line(1, 2, 0x11)]);
        await rig.PollOnceAsync();

        // The site changes to the single layout, and one action goes.
        rig.Options = rig.Options with { Layout = ActionLayout.Single, SnapshotPath = rig.Options.SnapshotPath + "1" };
        await rig.PollOnceAsync();
        rig.Write([first]);
        await rig.PollOnceAsync();
        ActionStats stats = await CollectAsync(rig);
        Assert.Equal((1L, 5L), (stats.TotalLiveActions, stats.TotalStreamEntries));
        Assert.Equal(["hsm:actions", "lab-MDT0000"], stats.Streams.Select(stream => stream.Mdt));
    }

    [Fact]
    public async Task Other_topics_and_records_that_are_no_events_count_for_nothing()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), "idx=[1/2] action=FROB fid=[0xabc] status=HALF"]);
        await rig.PollWellAsync();
        var batch = new RecordBatch();
        batch.Add("x"u8, "y"u8, "z"u8, "{}"u8);
        await rig.Engine.AppendAsync("hsm:actions:lab-MDT0000", batch, cancellationToken: TestContext.Current.CancellationToken);
        await rig.Engine.AppendAsync("hsm:actionsplus", batch, cancellationToken: TestContext.Current.CancellationToken);
        ActionStats stats = await CollectAsync(rig);
        Assert.Equal((2L, 3L, 1L), (stats.TotalLiveActions, stats.TotalEventsReplayed, stats.Unreadable));
        Assert.Single(stats.Streams);
        Assert.Contains(new ActionCount("lab-MDT0000", "FROB", "HALF", 1), stats.Breakdown);
    }

    private static async Task<string> JsonAsync(ShipperRig rig)
    {
        using var stream = new MemoryStream();
        using var json = new Utf8JsonWriter(stream);
        (await CollectAsync(rig)).WriteJson(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Task<ActionStats> CollectAsync(ShipperRig rig) =>
        new StatsCollector(rig.Engine, time: rig.Time).CollectAsync(TestContext.Current.CancellationToken);
}
