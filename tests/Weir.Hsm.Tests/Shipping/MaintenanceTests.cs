using System.Text;
using Weir.Feed;
using Weir.Hsm.Maintenance;
using Weir.Lustre;
using Record = Weir.Feed.Record;

namespace Weir.Hsm.Tests.Shipping;

/// <summary>The maintenance inside the shipper, as the second generation of the Python tools has it.</summary>
public sealed class MaintenanceTests
{
    private const string Topic = "hsm:actions:lab-MDT0000";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ActionLayout.PerMdt)]
    [InlineData(ActionLayout.Single)]
    public async Task It_trims_what_no_live_action_needs(ActionLayout layout)
    {
        await using var rig = new ShipperRig(layout);
        rig.Write([Line(1), Line(2)]);
        await rig.PollWellAsync();
        rig.Write([Line(2), Line(3)]);
        await rig.PollWellAsync();
        List<string> before = await rig.LiveAsync();
        MaintenanceReport report = await rig.Shipper.RunMaintenanceAsync(Cancelled);
        Assert.Equal((0, 0, 1), (report.Orphans, report.Missing, report.Removed));
        Assert.Equal(before, await rig.LiveAsync());
        Assert.Equal(0, (await rig.PollWellAsync()).EventsShipped);
    }

    [Fact]
    public async Task What_the_topic_tells_and_no_file_has_is_purged_with_its_source_named()
    {
        await using var rig = new ShipperRig();
        rig.Write([Line(1)]);
        await rig.PollWellAsync();
        await AppendAsync(rig, EventText.State(Hsm.Events.HsmEventType.New, Line(9), Now(rig), mdt: ShipperRig.Mdt));
        MaintenanceReport report = await rig.Shipper.RunMaintenanceAsync(Cancelled);
        Assert.Equal(1, report.Orphans);
        Record purge = (await rig.EventsAsync())[^1].Record;
        Assert.Contains("\"source\":\"maintenance\"", purge.DataText, StringComparison.Ordinal);
        Assert.Contains("\"cookie\":\"0x9\"", purge.DataText, StringComparison.Ordinal);
        Assert.Single(await rig.LiveAsync());
        Assert.Equal(0, (await rig.PollWellAsync()).EventsShipped);
    }

    [Fact]
    public async Task What_the_files_have_and_the_topic_lost_is_shipped_again()
    {
        await using var rig = new ShipperRig();
        rig.Write([Line(1), Line(2)]);
        await rig.PollWellAsync();
        await AppendAsync(rig, EventText.Purged(Line(1), Now(rig), mdt: ShipperRig.Mdt));
        MaintenanceReport report = await rig.Shipper.RunMaintenanceAsync(Cancelled);
        Assert.Equal(1, report.Missing);
        await rig.PollWellAsync();
        Assert.Equal(2, (await rig.LiveAsync()).Count);
    }

    [Fact]
    public async Task Actions_of_an_MDT_that_is_missing_are_no_orphans()
    {
        await using var rig = new ShipperRig();
        rig.Write([Line(1)]);
        await rig.PollWellAsync();
        rig.RemoveFile();
        await rig.PollWellAsync();
        Assert.Equal(0, (await rig.Shipper.RunMaintenanceAsync(Cancelled)).Orphans);
        Assert.Single(await rig.LiveAsync());
    }

    [Fact]
    public async Task The_running_shipper_does_it_every_interval()
    {
        await using var rig = new ShipperRig();
        rig.Options = rig.Options with { ReconcileInterval = TimeSpan.FromMinutes(1) };
        rig.Write([Line(1)]);
        using var stop = new CancellationTokenSource();
        Task running = rig.Shipper.RunAsync(stop.Token);
        await rig.Time.WhenTimersAsync(1, Cancelled);
        rig.Write([Line(2)]);
        for (int poll = 1; poll <= 3; poll++)
        {
            Assert.NotEqual(1, (await rig.Engine.DescribeAsync(Topic, Cancelled))!.Count - (poll == 1 ? 1 : 0));
            rig.Time.Advance(TimeSpan.FromSeconds(20));
            await rig.Time.WhenTimersAsync(1, Cancelled);
        }

        // NEW 1, NEW 2, PURGED 1: the first goes, and the last stays since what it tells came later.
        Assert.Equal(2, (await rig.Engine.DescribeAsync(Topic, Cancelled))!.Count);
        await stop.CancelAsync();
        await running;
    }

    private static string Line(uint number, HsmStatus status = HsmStatus.Waiting) => ActionText.Line(1, number, number, status, file: number);

    private static long Now(ShipperRig rig) => rig.Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>What somebody else writes into the topic.</summary>
    private static async Task AppendAsync(ShipperRig rig, byte[] data)
    {
        var batch = new RecordBatch();
        batch.Add("EVENT"u8, Encoding.UTF8.GetBytes(ShipperRig.Mdt), "fid"u8, data);
        await rig.Engine.AppendAsync(Topic, batch, default, Cancelled);
    }
}
