using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Shipping;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Shipping;

/// <summary>Feeds that fail, other writers, emptied and trimmed topics.</summary>
public class FailureTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.25);

    [Theory]
    [InlineData(ActionLayout.PerMdt)]
    [InlineData(ActionLayout.Single)]
    public async Task A_failed_append_or_sync_loses_nothing_and_repeats_nothing(ActionLayout layout)
    {
        for (int failing = 0; failing < 8; failing++)
        {
            await using var rig = new ShipperRig(layout);
            var engine = new FailingEngine(rig.Engine);
            rig.Engine = engine;
            rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
            rig.Write([ActionText.Line(1, 1, 0x10)], "lab-MDT0001");
            await rig.PollWellAsync();
            rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started), ActionText.Line(1, 3, 0x12)]);
            rig.Write([ActionText.Line(1, 1, 0x20)], "lab-MDT0001");
            engine.FailAfter(failing, () => new FeedException("The disk is on fire."));
            CycleReport failed = await rig.PollAsync();
            engine.FailAfter(int.MaxValue, null);
            if (engine.HasFailed) Assert.True(failed.IsFeedUnavailable && !failed.Succeeded, $"operation {failing}");
            await rig.PollWellAsync();
            Assert.Equal(0, (await rig.PollWellAsync()).EventsShipped);
            Assert.Equal(
                ["lab-MDT0000 (1, 1) 10 ARCHIVE STARTED", "lab-MDT0000 (1, 3) 12 ARCHIVE WAITING", "lab-MDT0001 (1, 1) 20 ARCHIVE WAITING"],
                await rig.LiveAsync());
            Assert.Equal("NEW NEW NEW NEW NEW PURGED PURGED UPDATE", string.Join(' ', (await rig.TypesAsync()).Split(' ').Order(StringComparer.Ordinal)));
        }
    }

    [Theory]
    [InlineData(ActionLayout.PerMdt)]
    [InlineData(ActionLayout.Single)]
    public async Task What_somebody_else_appended_is_taken_in_before_anything_is_shipped(ActionLayout layout)
    {
        await using var rig = new ShipperRig(layout);
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollWellAsync();

        // Another host's shipper has taken over in between, and this one comes back with its old memory.
        var other = new Shipper(rig.Options with { SnapshotPath = rig.Options.SnapshotPath + "2", HostName = "host-b" }, rig.Engine);
        rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started), ActionText.Line(1, 2, 0x11)]);
        rig.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(2, (await other.RunCycleAsync(TestContext.Current.CancellationToken)).EventsShipped);
        Assert.Equal(0, (await rig.PollWellAsync()).EventsShipped);
        Assert.Equal("NEW UPDATE NEW", await rig.TypesAsync());
    }

    [Fact]
    public async Task An_append_that_another_writer_overtook_is_made_again_in_the_same_poll()
    {
        await using var rig = new ShipperRig();
        var engine = new FailingEngine(rig.Engine);
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        await rig.PollWellAsync();
        rig.Engine = engine;
        rig.Restart();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        engine.BeforeFirstAppend = async () =>
        {
            var other = new Shipper(rig.Options with { SnapshotPath = rig.Options.SnapshotPath + "2" }, engine.Inner);
            Assert.Equal(1, (await other.RunCycleAsync()).EventsShipped);
        };
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal(0, report.EventsShipped);
        Assert.Equal("NEW NEW", await rig.TypesAsync());
        Assert.Equal(1, rig.Log.CountOf(2019));
    }

    [Fact]
    public async Task After_the_feed_was_emptied_everything_live_is_shipped_again_with_its_age()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        await rig.PollOnceAsync();
        long firstSeen = rig.Time.GetUtcNow().ToUnixTimeSeconds();
        foreach (bool restarts in (bool[])[true, false])
        {
            await rig.Engine.DeleteTopicAsync("hsm:actions:lab-MDT0000", TestContext.Current.CancellationToken);
            rig.Write([ActionText.Line(1, 2, 0x11), ActionText.Line(1, 3, 0x12)]);
            CycleReport report = restarts ? await rig.PollOnceAsync() : await rig.PollWellAsync();
            Assert.Equal(2, report.EventsOf(HsmEventType.New));
            Assert.Equal("NEW NEW", await rig.TypesAsync());
            foreach (var action in (await rig.ReplayAsync()).Mdts[0])
                if (action.Cookie == 0x11) Assert.Equal(firstSeen, action.FirstSeen.ToUnixTimeSeconds());
        }

        Assert.Equal(2, rig.Log.CountOf(2005));
    }

    [Fact]
    public async Task After_a_trim_that_took_live_actions_they_are_shipped_again()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11), ActionText.Line(1, 3, 0x12)]);
        await rig.PollWellAsync();
        TopicInfo info = (await rig.Engine.DescribeAsync("hsm:actions:lab-MDT0000", TestContext.Current.CancellationToken))!;
        await rig.Engine.TrimAsync(info.Topic, info.LastId, TestContext.Current.CancellationToken);
        Assert.Equal(["lab-MDT0000 (1, 3) 12 ARCHIVE WAITING"], await rig.LiveAsync());
        Assert.Equal(2, (await rig.PollWellAsync()).EventsOf(HsmEventType.New));
        Assert.Equal(3, (await rig.LiveAsync()).Count);
        Assert.Equal(0, (await rig.PollWellAsync()).EventsShipped);
    }

    [Fact]
    public async Task A_shipper_without_a_snapshot_takes_in_what_python_shipped()
    {
        await using var rig = new ShipperRig();
        string first = ActionText.Line(1, 1, 0x10);
        string second = ActionText.Line(1, 2, 0x11);
        long shipped = rig.Time.GetUtcNow().ToUnixTimeSeconds() - 100;
        var batch = new RecordBatch();
        foreach (string line in (string[])[first, second])
        {
            string data = EventText.Text(EventText.Python2State("NEW", line, shipped)).Replace(EventText.Mdt, ShipperRig.Mdt, StringComparison.Ordinal);
            batch.Add("NEW"u8, "lab-MDT0000"u8, "fid"u8, EventText.Utf8(data));
        }

        await rig.Engine.AppendAsync("hsm:actions:lab-MDT0000", batch, cancellationToken: TestContext.Current.CancellationToken);
        rig.Write([first, ActionText.Line(1, 2, 0x11, HsmStatus.Started)]);
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal((1L, 1L), (report.EventsShipped, report.EventsOf(HsmEventType.Update)));
        foreach (var action in (await rig.ReplayAsync()).Mdts[0]) Assert.Equal(shipped, action.FirstSeen.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_second_writer_is_named_and_the_other_mdts_go_on()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        rig.Write([ActionText.Line(1, 1, 0x10)], "lab-MDT0001");
        await using var other = rig.OpenEngine();
        await other.AppendAsync("hsm:actions:lab-MDT0000", new RecordBatch(), cancellationToken: TestContext.Current.CancellationToken);
        CycleReport report = await rig.PollAsync();
        Assert.Contains("is being written by", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.False(report.IsFeedUnavailable);
        Assert.Equal(["lab-MDT0001 (1, 1) 10 ARCHIVE WAITING"], await rig.LiveAsync());
    }

    [Fact]
    public async Task While_the_feed_is_away_the_shipper_waits_longer_and_longer_says_so_once_and_loses_nothing()
    {
        await using var rig = new ShipperRig();
        var engine = new FailingEngine(rig.Engine);
        rig.Engine = engine;
        rig.Options = rig.Options with { Random = new Random(1) };
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        var tries = new List<TimeSpan>();
        engine.FailAfter(0, () =>
        {
            tries.Add(rig.Time.GetElapsedTime(0));
            return new FeedException("Connection refused.");
        });
        using var stopping = new CancellationTokenSource();
        Task running = rig.Shipper.RunAsync(stopping.Token);
        await PassAsync(rig, () => tries.Count > 10);
        Assert.Equal(1, rig.Log.CountOf(2017));
        for (int i = 0; i < 10; i++)
        {
            double full = Math.Min(Math.Pow(2, i), 5);
            Assert.InRange((tries[i + 1] - tries[i]).TotalSeconds, full / 2, full + Step.TotalSeconds);
        }

        engine.FailAfter(int.MaxValue, null);
        await PassAsync(rig, () => rig.Log.CountOf(2018) == 1);
        Assert.Equal("NEW", await rig.TypesAsync());
        await stopping.CancelAsync();
        await running;
        Assert.True(File.Exists(rig.Options.SnapshotPath));
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_a_poll_lets_it_finish()
    {
        await using var rig = new ShipperRig();
        var engine = new FailingEngine(rig.Engine);
        rig.Engine = engine;
        rig.Write([ActionText.Line(1, 1, 0x10)]);
        using var stopping = new CancellationTokenSource();
        engine.BeforeFirstAppend = stopping.CancelAsync;
        await rig.Shipper.RunAsync(stopping.Token);
        Assert.Equal("NEW", await rig.TypesAsync());
        rig.Restart();
        Assert.Equal(0, (await rig.PollOnceAsync()).EventsShipped);
    }

    private static async Task PassAsync(ShipperRig rig, Func<bool> until)
    {
        while (!until())
        {
            await rig.Time.WhenTimersAsync(1, TestContext.Current.CancellationToken);
            rig.Time.Advance(Step);
        }

        await rig.Time.WhenTimersAsync(1, TestContext.Current.CancellationToken);
    }
}
