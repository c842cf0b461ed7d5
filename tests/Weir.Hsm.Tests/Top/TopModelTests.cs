using Weir.Hsm.Top;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Top;

public sealed class TopModelTests
{
    private readonly TopRig _rig = new();

    [Fact]
    public void Rows_are_the_counts_by_mdt_action_and_status()
    {
        _rig.Tell(1, HsmStatus.Waiting);
        _rig.Tell(2, HsmStatus.Waiting);
        _rig.Tell(3, HsmStatus.Started, HsmAction.Restore);
        _rig.Tell(4, HsmStatus.Started, mdt: "elm-MDT0001");
        Assert.Equal("elm-MDT0000 ARCHIVE WAITING 2; elm-MDT0000 RESTORE STARTED 1; elm-MDT0001 ARCHIVE STARTED 1", TopRig.Show(_rig.Frame()));
    }

    [Fact]
    public void Differences_are_since_the_frame_before_and_the_first_has_none()
    {
        _rig.Tell(1, HsmStatus.Waiting);
        _rig.Tell(2, HsmStatus.Waiting);
        Assert.Equal("elm-MDT0000 ARCHIVE WAITING 2", TopRig.Show(_rig.Frame()));
        _rig.Tell(1, HsmStatus.Started);
        Assert.Equal("elm-MDT0000 ARCHIVE STARTED 1 +1; elm-MDT0000 ARCHIVE WAITING 1 -1", TopRig.Show(_rig.Frame()));
        Assert.Equal("elm-MDT0000 ARCHIVE STARTED 1; elm-MDT0000 ARCHIVE WAITING 1", TopRig.Show(_rig.Frame()));
    }

    [Fact]
    public void Looking_at_a_frame_in_another_way_keeps_its_differences()
    {
        _rig.Tell(1, HsmStatus.Waiting);
        _rig.Frame();
        _rig.Tell(2, HsmStatus.Waiting);
        _rig.Model.TakeFrame();
        Assert.Equal("elm-MDT0000 ARCHIVE WAITING 2 +1", TopRig.Show(_rig.Model.Build(TopQuery.Default)));
        _rig.Tell(3, HsmStatus.Waiting);
        Assert.Equal("elm-MDT0000 2 +1", TopRig.Show(_rig.Model.Build(new() { Grouping = TopGrouping.Mdt })));
    }

    [Fact]
    public void A_row_that_became_empty_is_shown_once_more()
    {
        _rig.Tell(1, HsmStatus.Succeed);
        _rig.Frame();
        _rig.Purge(1);
        Assert.Equal("elm-MDT0000 ARCHIVE SUCCEED 0 -1", TopRig.Show(_rig.Frame()));
        Assert.Equal("", TopRig.Show(_rig.Frame()));
    }

    [Fact]
    public void Rows_can_stand_for_mdts_archives_or_actions()
    {
        _rig.Tell(1, HsmStatus.Waiting, archive: 1);
        _rig.Tell(2, HsmStatus.Waiting, archive: 2);
        _rig.Tell(3, HsmStatus.Waiting, archive: 2, mdt: "elm-MDT0001");
        _rig.Tell(4, HsmStatus.Started, HsmAction.Remove, archive: 2, mdt: "elm-MDT0001");
        Assert.Equal("elm-MDT0000 2; elm-MDT0001 2", TopRig.Show(_rig.Frame(new() { Grouping = TopGrouping.Mdt })));
        Assert.Equal("1 ARCHIVE WAITING 1; 2 ARCHIVE WAITING 2; 2 REMOVE STARTED 1", TopRig.Show(_rig.Frame(new() { Grouping = TopGrouping.Archive })));
        Assert.Equal("ARCHIVE WAITING 3; REMOVE STARTED 1", TopRig.Show(_rig.Frame(new() { Grouping = TopGrouping.Action })));
    }

    [Fact]
    public void An_mdt_without_live_actions_is_still_an_mdt()
    {
        _rig.Tell(1, HsmStatus.Succeed);
        _rig.Purge(1);
        Assert.Equal("elm-MDT0000 0", TopRig.Show(_rig.Frame(new() { Grouping = TopGrouping.Mdt })));
        Assert.Equal("", TopRig.Show(_rig.Frame(new() { Grouping = TopGrouping.Mdt, Filter = new(actions: ["RESTORE"]) })));
    }

    [Theory]
    [InlineData(TopSort.Name, false, "ARCHIVE STARTED 2; ARCHIVE WAITING 3; RESTORE WAITING 1")]
    [InlineData(TopSort.Name, true, "RESTORE WAITING 1; ARCHIVE WAITING 3; ARCHIVE STARTED 2")]
    [InlineData(TopSort.Count, false, "ARCHIVE WAITING 3; ARCHIVE STARTED 2; RESTORE WAITING 1")]
    [InlineData(TopSort.Count, true, "RESTORE WAITING 1; ARCHIVE STARTED 2; ARCHIVE WAITING 3")]
    [InlineData(TopSort.Oldest, false, "RESTORE WAITING 1; ARCHIVE STARTED 2; ARCHIVE WAITING 3")]
    public void Rows_are_sorted_as_asked(TopSort sort, bool isReversed, string rows)
    {
        long now = _rig.Now;
        for (uint i = 0; i < 3; i++) _rig.Tell(i, HsmStatus.Waiting, since: now - 10);
        for (uint i = 3; i < 5; i++) _rig.Tell(i, HsmStatus.Started, since: now - 600);
        _rig.Tell(6, HsmStatus.Waiting, HsmAction.Restore, since: now - 7200);
        Assert.Equal(rows, TopRig.Show(_rig.Frame(new() { Grouping = TopGrouping.Action, Sort = sort, IsReversed = isReversed })));
    }

    [Fact]
    public void Rates_are_those_of_the_last_minute()
    {
        for (uint i = 0; i < 120; i++) _rig.Tell(i, HsmStatus.Waiting);
        for (uint i = 0; i < 60; i++) _rig.Tell(i, HsmStatus.Started);
        for (uint i = 0; i < 30; i++) _rig.Tell(i, HsmStatus.Succeed);
        _rig.Purge(0);
        _rig.Time.Advance(TimeSpan.FromSeconds(20));
        TopFrame frame = _rig.Frame();

        // The window begins with a stretch of ten seconds, so it is a little longer than a minute.
        Assert.InRange(frame.EventsPerSecond, 211 / 70.0, 211 / 60.0);
        Assert.InRange(frame.Totals.AddedPerSecond, 120 / 70.0, 2);
        Assert.InRange(frame.Totals.SucceededPerSecond, 30 / 70.0, 0.5);
        Assert.InRange(frame.Totals.RemovedPerSecond, 1 / 70.0, 1 / 60.0);
        Assert.Equal(0, frame.Totals.FailedPerSecond);
        TopRow started = frame.Rows.Single(row => row.Status == "STARTED");
        Assert.InRange(started.InPerSecond, 60 / 70.0, 1);
        Assert.InRange(started.OutPerSecond, 30 / 70.0, 0.5);
        _rig.Time.Advance(TimeSpan.FromSeconds(71));
        frame = _rig.Frame();
        Assert.Equal(0, frame.EventsPerSecond);
        Assert.All(frame.Rows, row => Assert.Equal(0, row.InPerSecond));
    }

    [Fact]
    public void Trends_tell_each_minute_of_the_last_half_hour()
    {
        for (uint minute = 0; minute < 40; minute++)
        {
            for (uint i = 0; i < 2; i++) _rig.Tell((minute * 2) + i, HsmStatus.Waiting);
            if (minute < 39) _rig.Time.Advance(TimeSpan.FromMinutes(1));
        }

        TopFrame frame = _rig.Frame();
        Assert.Equal(Enumerable.Repeat(2L, 30), frame.EventsTrend);
        Assert.Equal(Enumerable.Range(11, 30).Select(minute => minute * 2L), frame.Rows[0].Trend);
    }

    [Fact]
    public void The_oldest_are_named_longest_first()
    {
        long now = _rig.Now;
        for (uint i = 1; i <= 20; i++) _rig.Tell(i, HsmStatus.Waiting, since: now - (i * 17));
        _rig.Tell(30, HsmStatus.Waiting, mdt: "elm-MDT0001", since: now - 5000);
        TopFrame frame = _rig.Frame(new() { NamedActions = 3 });
        Assert.Equal([5000, 340, 323], frame.OldestWaiting.Select(action => (frame.Time - action.Since).TotalSeconds));
        Assert.Equal("0x200000401:0x1e:0x0", frame.OldestWaiting[0].Fid);
        Assert.Equal(340, (frame.Time - frame.Rows[0].OldestSince!.Value).TotalSeconds);
        Assert.Empty(frame.Stuck);
    }

    [Fact]
    public void An_action_that_is_started_for_too_long_is_stuck_until_anything_becomes_of_it()
    {
        _rig.Tell(1, HsmStatus.Started);
        _rig.Tell(2, HsmStatus.Waiting);
        _rig.Time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(0, _rig.Frame(StuckAfterHalfAnHour).Totals.Stuck);
        _rig.Heartbeat(1);
        _rig.Time.Advance(TimeSpan.FromMinutes(2));
        TopFrame frame = _rig.Frame(StuckAfterHalfAnHour);
        Assert.Equal(1, frame.Totals.Stuck);
        Assert.Equal(1, frame.Rows.Sum(row => row.Stuck));
        Assert.Equal("0x200000401:0x1:0x0", Assert.Single(frame.Stuck).Fid);
        _rig.Tell(1, HsmStatus.Waiting);
        frame = _rig.Frame(StuckAfterHalfAnHour);
        Assert.Equal(0, frame.Totals.Stuck);
        Assert.Empty(frame.Stuck);
    }

    [Fact]
    public void A_start_in_the_future_or_in_a_past_that_cannot_be_is_not_believed_too_much()
    {
        _rig.Tell(1, HsmStatus.Started, since: _rig.Now + 1_000_000);
        _rig.Tell(2, HsmStatus.Started, since: 1);
        TopFrame frame = _rig.Frame(StuckAfterHalfAnHour);
        Assert.Equal(1, frame.Totals.Stuck);
        _rig.Tell(1, HsmStatus.Succeed);
        _rig.Tell(2, HsmStatus.Succeed);
        Assert.Equal(0, _rig.Frame(StuckAfterHalfAnHour).Totals.Stuck);
    }

    [Fact]
    public void The_lag_is_the_age_of_the_last_record_whatever_it_was()
    {
        Assert.Null(_rig.Frame().Lag);
        _rig.Tell(1, HsmStatus.Waiting);
        _rig.Time.Advance(TimeSpan.FromSeconds(7));
        _rig.Heartbeat(1);
        _rig.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(3), _rig.Frame().Lag);
    }

    [Fact]
    public void A_lost_mdt_is_lost_until_somebody_reports_it_again()
    {
        _rig.Tell(1, HsmStatus.Waiting);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        _rig.Source("SOURCE_LOST", EventText.Mdt);
        TopFrame frame = _rig.Frame();
        Assert.Equal([new LostSource(EventText.Mdt, _rig.Time.GetUtcNow(), "mds1")], frame.Lost);
        Assert.True(frame.Rows[0].IsLost);
        _rig.Source("SOURCE_BACK", EventText.Mdt, "mds2");
        Assert.Empty(_rig.Frame().Lost);

        _rig.Source("SOURCE_LOST", EventText.Mdt);
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        _rig.Heartbeat(1);
        Assert.Empty(_rig.Frame().Lost);
    }

    [Fact]
    public void A_lost_mdt_that_the_filter_hides_is_hidden()
    {
        _rig.Source("SOURCE_LOST", "elm-MDT0003");
        Assert.Single(_rig.Frame().Lost);
        Assert.Empty(_rig.Frame(new() { Filter = new(mdts: ["MDT0000"]) }).Lost);
    }

    [Fact]
    public void Names_that_no_kernel_prints_are_shown_as_they_are()
    {
        string line = ActionText.Line(1, 1, 1);
        _rig.Tell(line.Replace("ARCHIVE", "MIGRATE", StringComparison.Ordinal).Replace("WAITING", "PONDERING", StringComparison.Ordinal));
        _rig.Tell(ActionText.Line(1, 2, 2).Replace("WAITING", "PONDERING", StringComparison.Ordinal));
        Assert.Equal("elm-MDT0000 ARCHIVE PONDERING 1; elm-MDT0000 MIGRATE PONDERING 1", TopRig.Show(_rig.Frame()));
    }

    [Fact]
    public void More_odd_names_or_archives_than_anybody_has_are_counted_together()
    {
        for (uint i = 0; i < 6000; i++) _rig.Tell(i, HsmStatus.Waiting, archive: i + 1);
        string line = ActionText.Line(2, 1, 7000);
        for (uint i = 0; i < 200; i++)
            _rig.Tell(ActionText.Line(2, i, 7000 + i).Replace("ARCHIVE", $"ODD{i}", StringComparison.Ordinal), mdt: "elm-MDT0001");
        TopFrame frame = _rig.Frame(new() { Grouping = TopGrouping.Archive, Filter = new(actions: ["ARCHIVE"]) });
        Assert.Equal(6000, frame.Totals.Live);
        Assert.InRange(frame.Rows.Count, 2, 4100);
        frame = _rig.Frame(new() { Filter = new(mdts: ["MDT0001"]) });
        Assert.Equal(200, frame.Totals.Live);
        Assert.InRange(frame.Rows.Count, 2, 60);
        for (uint i = 0; i < 6000; i++) _rig.Purge(i);
        Assert.Equal(200, _rig.Frame().Totals.Live);
    }

    private static TopQuery StuckAfterHalfAnHour => new() { StuckAfter = TimeSpan.FromMinutes(30) };
}
