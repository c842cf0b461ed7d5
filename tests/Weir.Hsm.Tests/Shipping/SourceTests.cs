using Weir.Hsm.Shipping;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Shipping;

/// <summary>MDTs that come, go, and are in two places at once.</summary>
public class SourceTests
{
    private static readonly string[] Lines = [ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)];

    [Fact]
    public async Task An_mdt_that_changed_while_it_was_away_is_told_of_without_repeats()
    {
        await using var rig = new ShipperRig();
        rig.Write(Lines);
        await rig.PollWellAsync();
        rig.RemoveFile();
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 2, 0x11, HsmStatus.Started), ActionText.Line(1, 3, 0x12)], host: "host-b");
        await rig.PollOnceAsync();
        Assert.Equal("NEW NEW UPDATE NEW PURGED", await rig.TypesAsync());
        Assert.Equal("SOURCE_LOST lab-MDT0000 SOURCE_BACK lab-MDT0000", await rig.SourceTypesAsync());
    }

    [Fact]
    public async Task A_shipper_on_another_host_that_finds_a_lost_mdt_says_that_it_is_back()
    {
        await using var rig = new ShipperRig();
        rig.Write(Lines);
        await rig.PollWellAsync();
        rig.RemoveFile();
        await rig.PollWellAsync();
        var other = new Shipper(rig.Options with { SnapshotPath = rig.Options.SnapshotPath + "2", HostName = "host-b" }, rig.Engine);
        rig.Write(Lines, host: "host-b");
        Assert.Equal(0, (await other.RunCycleAsync(TestContext.Current.CancellationToken)).EventsShipped);
        Assert.Equal("SOURCE_LOST lab-MDT0000 SOURCE_BACK lab-MDT0000", await rig.SourceTypesAsync());
        Assert.Equal("host-a host-b", string.Join(' ', (await rig.EventsAsync()).Where(seen => seen.Topic == ActionTopics.Sources).Select(seen => seen.Record.Source)));
    }

    [Fact]
    public async Task A_host_that_lost_an_mdt_after_another_took_it_over_is_contradicted()
    {
        await using var rig = new ShipperRig();
        rig.Write(Lines);
        await rig.PollWellAsync();
        ShipperOptions there = rig.Options with
        {
            SnapshotPath = rig.Options.SnapshotPath + "2",
            HostName = "host-b",
            Actions = [rig.FilePath(host: "host-b")],
        };
        rig.Restart();
        rig.Options = rig.Options with { Actions = [rig.FilePath()] };
        await rig.PollOnceAsync();
        var other = new Shipper(there, rig.Engine);
        rig.Write(Lines, host: "host-b");
        await other.RunCycleAsync(TestContext.Current.CancellationToken);
        rig.RemoveFile();
        await rig.PollWellAsync();
        await other.RunCycleAsync(TestContext.Current.CancellationToken);
        await rig.PollWellAsync();
        await other.RunCycleAsync(TestContext.Current.CancellationToken);
        Assert.Equal("SOURCE_LOST lab-MDT0000 SOURCE_BACK lab-MDT0000", await rig.SourceTypesAsync());
        Assert.Equal("NEW NEW", await rig.TypesAsync());
    }

    [Fact]
    public async Task A_directory_that_cannot_be_listed_loses_no_source()
    {
        await using var rig = new ShipperRig();
        rig.Write(Lines);
        await rig.PollWellAsync();
        var errors = new List<string>();
        Assert.Empty(ActionGlob.Expand([new string('x', 5000) + "/*"], errors));
        Assert.Single(errors);
        rig.RemoveFile();
        rig.Options = rig.Options with { Actions = [.. rig.Options.Actions, "/" + new string('x', 5000) + "/*"] };
        CycleReport report = await rig.PollOnceAsync();
        Assert.Single(report.Problems);
        Assert.Equal("", await rig.SourceTypesAsync());
    }

    [Fact]
    public async Task Of_two_files_of_one_mdt_the_one_that_changes_is_used()
    {
        await using var rig = new ShipperRig();
        rig.Write(Lines, host: "host-a");
        await rig.PollWellAsync();
        rig.Write(Lines, host: "host-b");
        await rig.PollWellAsync();
        Assert.Equal(1, rig.Log.CountOf(2013));
        for (int i = 0; i < 3; i++)
        {
            rig.Write([Lines[0], ActionText.Line(1, 2, 0x11, HsmStatus.Started), ActionText.Line(1, (uint)i + 3, (ulong)i + 0x12)], host: "host-b");
            await rig.PollWellAsync();
        }

        Assert.Contains("lab-MDT0000 (1, 5) 14 ARCHIVE WAITING", await rig.LiveAsync());
        Assert.Equal(3, (await rig.LiveAsync()).Count);
        await rig.PollWellAsync();
        await rig.PollWellAsync();
        Assert.Equal(2, rig.Log.CountOf(2013)); // once for each of the two that was chosen
        Assert.Equal("", await rig.SourceTypesAsync());
    }

    [Fact]
    public async Task Of_two_files_of_one_mdt_a_whole_one_is_used_before_a_cut_one()
    {
        await using var rig = new ShipperRig();
        rig.Write(Lines, host: "host-a");
        await rig.PollWellAsync();
        rig.WriteText(Lines[0] + "\n" + Lines[1][..50], host: "host-a");
        rig.Write([ActionText.Line(1, 1, 0x10, HsmStatus.Started), Lines[1]], host: "host-b");
        await rig.PollWellAsync();
        Assert.Equal("NEW NEW UPDATE", await rig.TypesAsync());
    }
}
