using System.Text;
using Weir.Hsm.Events;
using Weir.Hsm.Shipping;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Tests.Shipping;

/// <summary>Whatever stands in, or instead of, an action file: the good lines are shipped, the rest is counted and named.</summary>
public class BadInputTests
{
    private static readonly string Good = ActionText.Line(1, 1, 0x10);

    [Fact]
    public async Task Binary_garbage_is_skipped_and_counted()
    {
        await using var rig = new ShipperRig();
        byte[] garbage = new byte[100_000];
        new Random(3).NextBytes(garbage);
        rig.WriteBytes([.. garbage, (byte)'\n', .. EventText.Utf8(Good + "\n"), .. garbage, (byte)'\n']);
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal(1, report.EventsShipped);
        Assert.True(report.SkippedLines > 100);
        Assert.Equal(SkippedLines.MaxExamples, report.Files[0].Skipped.Examples.Count);
        Assert.Equal(1, rig.Log.CountOf(2011));
        await rig.PollWellAsync();
        Assert.Equal(1, rig.Log.CountOf(2011));
    }

    [Fact]
    public async Task A_line_of_ten_megabytes_is_skipped()
    {
        await using var rig = new ShipperRig();
        rig.WriteText(Good + "\n" + new string('x', 10_000_000) + "\n" + ActionText.Line(1, 2, 0x11) + "\n");
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal((2L, 1L), (report.EventsShipped, report.Files[0].Skipped[LineError.TooLong]));
    }

    [Fact]
    public async Task Lines_that_are_not_utf8_are_skipped()
    {
        await using var rig = new ShipperRig();
        byte[] spoilt = EventText.Utf8(ActionText.Line(1, 2, 0x11));
        spoilt[40] = 0xff;
        rig.WriteBytes([.. EventText.Utf8(Good + "\n"), .. spoilt, (byte)'\n']);
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal((1L, 1L), (report.EventsShipped, report.Files[0].Skipped[LineError.NotUtf8]));
    }

    [Fact]
    public async Task A_lost_line_purges_nothing_until_it_is_missing_twice()
    {
        await using var rig = new ShipperRig();
        string second = ActionText.Line(1, 2, 0x11);
        rig.Write([Good, second]);
        await rig.PollOnceAsync();
        byte[] spoilt = EventText.Utf8($"{Good}\n{second}\n");
        spoilt[^60] = 0xff;
        rig.WriteBytes(spoilt);
        Assert.Equal(0, (await rig.PollOnceAsync()).EventsShipped);
        rig.Write([Good, second]);
        await rig.PollOnceAsync();
        rig.WriteText($"{Good}\ngarbage\n");
        Assert.Equal(0, (await rig.PollOnceAsync()).EventsShipped);
        Assert.Equal(1, (await rig.PollOnceAsync()).EventsOf(HsmEventType.Purged));
        Assert.Single(await rig.LiveAsync());
    }

    [Fact]
    public async Task A_catalog_that_wraps_purges_nothing_until_it_is_missing_twice()
    {
        await using var rig = new ShipperRig();
        string high = ActionText.Line(900, 1, 0x10);
        string low = ActionText.Line(3, 1, 0x20);
        string last = ActionText.Line(3, 2, 0x30);
        rig.Write([high, low, last]);
        await rig.PollOnceAsync();
        rig.Write([high, last]);
        Assert.Equal(0, (await rig.PollOnceAsync()).EventsShipped);
        rig.Write([high, low, last]);
        Assert.Equal(0, (await rig.PollOnceAsync()).EventsShipped);
        rig.Write([high, last]);
        Assert.Equal(0, (await rig.PollOnceAsync()).EventsShipped);
        Assert.Equal(1, (await rig.PollOnceAsync()).EventsOf(HsmEventType.Purged));
    }

    [Fact]
    public async Task An_unreadable_file_among_readable_ones_is_named_and_its_actions_stay()
    {
        await using var rig = new ShipperRig();
        rig.Write([Good]);
        rig.Write([Good], "lab-MDT0001");
        await rig.PollWellAsync();
        File.Delete(rig.FilePath());
        Directory.CreateDirectory(rig.FilePath()); // nobody can read a directory, not even root
        rig.Write([], "lab-MDT0001");
        for (int i = 0; i < 3; i++)
        {
            CycleReport report = await rig.PollAsync();
            Assert.Contains(rig.FilePath(), Assert.Single(report.Problems), StringComparison.Ordinal);
            Assert.False(report.IsFeedUnavailable);
        }

        Assert.Equal(["lab-MDT0000 (1, 1) 10 ARCHIVE WAITING"], await rig.LiveAsync());
        Assert.Equal("", await rig.SourceTypesAsync());
        Assert.Equal(1, rig.Log.CountOf(2010));
    }

    [Fact]
    public async Task A_pattern_that_matches_nothing_is_told_of_once()
    {
        await using var rig = new ShipperRig();
        for (int i = 0; i < 3; i++)
        {
            CycleReport report = await rig.PollWellAsync();
            Assert.True(report.FoundNothing);
            Assert.Equal(0, report.Mdts);
        }

        Assert.Equal(1, rig.Log.CountOf(2008));
        rig.Write([Good]);
        Assert.False((await rig.PollWellAsync()).FoundNothing);
        Assert.Equal(1, rig.Log.CountOf(2009));
    }

    [Fact]
    public async Task A_line_twice_is_one_action()
    {
        await using var rig = new ShipperRig();
        for (int i = 0; i < 3; i++)
        {
            rig.Write([Good, Good, ActionText.Line(1, 2, 0x11), Good]);
            await rig.PollWellAsync();
        }

        Assert.Equal("NEW NEW", await rig.TypesAsync());
    }

    [Theory]
    [InlineData(1, 2, 0x10, 0x10)] // one cookie, two places
    [InlineData(1, 1, 0x10, 0x10)] // one record, two states
    [InlineData(1, 1, 0x10, 0x20)] // one place, two cookies
    public async Task Of_two_lines_with_one_identity_the_later_counts_and_they_do_not_undo_each_other(
        uint firstRecord, uint secondRecord, ulong firstCookie, ulong secondCookie)
    {
        await using var rig = new ShipperRig();
        string first = ActionText.Line(1, firstRecord, firstCookie, HsmStatus.Started);
        string second = ActionText.Line(1, secondRecord, secondCookie, HsmStatus.Succeed);
        string other = ActionText.Line(1, 9, 0x99);
        long settled = 0;
        for (int i = 0; i < 6; i++)
        {
            rig.Write(i % 2 == 0 ? [first, other, second] : [first, second, other]);
            CycleReport report = i % 3 == 0 ? await rig.PollOnceAsync() : await rig.PollWellAsync();
            if (i >= 2) settled += report.EventsShipped;
        }

        Assert.Equal(0, settled);
        string expected = $"lab-MDT0000 (1, {secondRecord}) {secondCookie:x} ARCHIVE SUCCEED";
        Assert.Contains(expected, await rig.LiveAsync());
        Assert.Equal(2, (await rig.LiveAsync()).Count);
        rig.Write([second, other]);
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, secondRecord, secondCookie, HsmStatus.Failed), other]);
        await rig.PollWellAsync();
        Assert.Contains(expected.Replace("SUCCEED", "FAILED", StringComparison.Ordinal), await rig.LiveAsync());
    }

    [Fact]
    public async Task A_record_that_moves_as_before_lustre_2_9_keeps_the_actions_age()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10), ActionText.Line(1, 2, 0x11)]);
        await rig.PollWellAsync();
        long firstSeen = rig.Time.GetUtcNow().ToUnixTimeSeconds();
        rig.Write([ActionText.Line(1, 2, 0x11), ActionText.Line(1, 3, 0x10, HsmStatus.Started)]);
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal("NEW NEW PURGED NEW", await rig.TypesAsync());
        Assert.Equal(0, report.VanishedUnfinished);
        foreach (var action in (await rig.ReplayAsync()).Mdts[0])
        {
            if (action.Cookie != 0x10) continue;
            Assert.Equal((firstSeen, firstSeen + 20), (action.FirstSeen.ToUnixTimeSeconds(), action.StatusSince.ToUnixTimeSeconds()));
        }
    }

    [Fact]
    public async Task Two_places_that_swap_their_actions_are_told_rightly()
    {
        await using var rig = new ShipperRig();
        rig.Write([ActionText.Line(1, 1, 0x10, file: 1), ActionText.Line(1, 2, 0x20, file: 2)]);
        await rig.PollWellAsync();
        rig.Write([ActionText.Line(1, 1, 0x20, file: 2), ActionText.Line(1, 2, 0x10, file: 1)]);
        await rig.PollWellAsync();
        Assert.Equal(["lab-MDT0000 (1, 1) 20 ARCHIVE WAITING", "lab-MDT0000 (1, 2) 10 ARCHIVE WAITING"], await rig.LiveAsync());
        Assert.Equal(0, (await rig.PollWellAsync()).EventsShipped);
    }

    [Fact]
    public async Task Short_forms_without_cookies_are_known_by_their_place()
    {
        await using var rig = new ShipperRig();
        rig.Write(["idx=[1/2] action=RESTORE fid=[0xabc] status=WAITING", "idx=[1/3] action=RESTORE fid=[0xabd] status=WAITING"]);
        await rig.PollOnceAsync();
        rig.Write(["idx=[1/2] action=RESTORE fid=[0xabc] status=STARTED", "idx=[1/3] action=ARCHIVE fid=[0xabd] status=WAITING"]);
        await rig.PollOnceAsync();
        Assert.Equal("NEW NEW UPDATE PURGED NEW", await rig.TypesAsync());
        rig.Write([]);
        await rig.PollOnceAsync();
        Assert.Empty(await rig.LiveAsync());
    }

    [Fact]
    public async Task A_directory_with_a_name_that_no_topic_can_have_is_named()
    {
        await using var rig = new ShipperRig();
        rig.Options = rig.Options with { Actions = [Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(rig.FilePath("x"))))!, "*", "hsm", "actions")] };
        rig.Write([Good]);
        rig.Write([Good], "bad\u0001name");
        CycleReport report = await rig.PollAsync();
        Assert.Contains("control characters", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Single(await rig.LiveAsync());
    }

    [Fact]
    public async Task Texts_too_long_for_an_event_are_skipped()
    {
        await using var rig = new ShipperRig();
        var text = new StringBuilder();
        text.Append("idx=[1/2] action=RESTORE fid=[").Append('a', 300).Append("] status=STARTED\n");
        text.Append("idx=[1/3] action=").Append('A', 65).Append(" fid=[0xa] status=STARTED\n");
        text.Append(Good).Append('\n');
        rig.WriteText(text.ToString());
        CycleReport report = await rig.PollWellAsync();
        Assert.Equal((1L, 2L), (report.EventsShipped, report.SkippedLines));
    }
}
