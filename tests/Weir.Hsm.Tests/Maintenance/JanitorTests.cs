using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Maintenance;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Maintenance;

public sealed class JanitorTests : IAsyncDisposable
{
    private const string Topic = "hsm:actions:elm-MDT0000";

    private readonly TestFeed _feed = new();

    private long Now => _feed.Clock.GetUtcNow().ToUnixTimeSeconds();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_topic_is_cut_at_the_last_full_record_of_its_oldest_live_action()
    {
        await AppendAsync(1, HsmEventType.New);
        RecordId needed = await AppendAsync(2, HsmEventType.New);
        await _feed.AppendAsync(Topic, EventText.Purged(Line(1), Now));
        TopicRound round = await RunAsync();
        Assert.Equal((1, 2), (round.Removed, round.Left));
        Assert.Equal((TrimHold.LiveAction, needed), (round.Decision.Hold, round.Decision.Below));
        Assert.Equal(2ul, round.Decision.Action!.Cookie);
        Assert.Equal(needed, (await _feed.Engine.DescribeAsync(Topic, Cancelled))!.FirstId);
    }

    [Fact]
    public async Task A_heartbeat_allows_no_trim()
    {
        await AppendAsync(1, HsmEventType.New);
        for (int i = 0; i < 10; i++) await _feed.AppendAsync(Topic, EventText.Heartbeat(Line(1), Now));
        Assert.Equal(0, (await RunAsync()).Removed);
    }

    [Fact]
    public async Task A_state_told_again_lets_everything_before_it_go()
    {
        await AppendAsync(1, HsmEventType.New);
        await AppendAsync(1, HsmEventType.Update);
        Assert.Equal(1, (await RunAsync()).Removed);
    }

    [Fact]
    public async Task An_update_of_the_Python_tools_does_not_stand_for_the_record_before_it()
    {
        await _feed.AppendAsync(Topic, EventText.Python2State("NEW", Line(1), Now), EventText.Python2State("UPDATE", Line(1, HsmStatus.Started), Now));
        Assert.Equal(0, (await RunAsync()).Removed);
    }

    [Fact]
    public async Task A_topic_without_live_actions_is_emptied_and_goes_on()
    {
        await AppendAsync(1, HsmEventType.New);
        await _feed.AppendAsync(Topic, EventText.Purged(Line(1), Now));
        await using Janitor janitor = Open();
        TopicRound round = Assert.Single((await janitor.RunRoundAsync(Cancelled)).Topics);
        Assert.Equal((2, 0, TrimHold.Nothing), (round.Removed, round.Left, round.Decision.Hold));
        await AppendAsync(2, HsmEventType.New);
        round = Assert.Single((await janitor.RunRoundAsync(Cancelled)).Topics);
        Assert.Equal((0, 1, 1), (round.Removed, round.Left, round.Decision.Live));
    }

    [Fact]
    public async Task Nothing_is_trimmed_that_a_consumer_has_not_acknowledged()
    {
        RecordId read = await AppendAsync(1, HsmEventType.New);
        await _feed.AppendAsync(Topic, EventText.Purged(Line(1), Now));
        await AppendAsync(2, HsmEventType.New);
        await _feed.Engine.WritePositionAsync(Topic, "archiver", read, Cancelled);
        TopicRound round = await RunAsync();
        Assert.Equal((1, 2, TrimHold.Consumer, "archiver"), (round.Removed, round.Left, round.Decision.Hold, round.Decision.Consumer));
        Assert.Contains("archiver", round.Decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_action_that_nobody_tells_of_holds_nothing_back_and_is_named()
    {
        await AppendAsync(1, HsmEventType.New);
        _feed.Clock.Advance(TimeSpan.FromHours(25));
        RecordId needed = await AppendAsync(2, HsmEventType.New);
        TopicRound round = await RunAsync();
        Assert.Equal((1, 1, 1), (round.Removed, round.Decision.Stale, round.Decision.Live));
        Assert.Equal(1ul, Assert.Single(round.Decision.StaleExamples).Cookie);
        Assert.Equal(needed, round.Decision.Below);
    }

    [Fact]
    public async Task A_heartbeat_before_the_timeout_keeps_an_action_from_becoming_stale()
    {
        await AppendAsync(1, HsmEventType.New);
        _feed.Clock.Advance(TimeSpan.FromHours(23));
        await _feed.AppendAsync(Topic, EventText.Heartbeat(Line(1), Now));
        _feed.Clock.Advance(TimeSpan.FromHours(23));
        TopicRound round = await RunAsync();
        Assert.Equal((0, 0, 1), (round.Removed, round.Decision.Stale, round.Decision.Live));
    }

    [Fact]
    public async Task Actions_of_an_MDT_whose_source_is_lost_do_not_become_stale_nor_do_they_as_soon_as_it_is_back()
    {
        await AppendAsync(1, HsmEventType.New);
        await _feed.SaySourceAsync("SOURCE_LOST", EventText.Mdt);
        _feed.Clock.Advance(TimeSpan.FromDays(40));
        await using Janitor janitor = Open();
        TopicRound round = Assert.Single((await janitor.RunRoundAsync(Cancelled)).Topics);
        Assert.Equal((0, 1), (round.Decision.Stale, round.Decision.Live));
        Assert.Equal([EventText.Mdt], round.Decision.LostMdts);

        await _feed.SaySourceAsync("SOURCE_BACK", EventText.Mdt);
        _feed.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(1, (await janitor.RunRoundAsync(Cancelled)).Live);
        _feed.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, (await janitor.RunRoundAsync(Cancelled)).Stale);
    }

    [Fact]
    public async Task A_dry_run_counts_exactly_what_the_real_one_removes_and_removes_nothing()
    {
        for (uint i = 1; i <= 3000; i++) await AppendAsync(i, HsmEventType.New);
        for (uint i = 1; i <= 2345; i++) await _feed.AppendAsync(Topic, EventText.Purged(Line(i), Now));
        await using Janitor dry = Open(new() { IsDryRun = true });
        TopicRound planned = Assert.Single((await dry.RunRoundAsync(Cancelled)).Topics);
        Assert.Equal((2345, 3000), (planned.Removed, planned.Left));
        Assert.Equal(5345, (await _feed.Engine.DescribeAsync(Topic, Cancelled))!.Count);
        TopicRound done = await RunAsync();
        Assert.Equal((2345, 3000), (done.Removed, done.Left));
        Assert.Equal(3000, (await _feed.Engine.DescribeAsync(Topic, Cancelled))!.Count);
    }

    [Fact]
    public async Task The_daemon_follows_and_trims_every_interval_until_it_is_told_to_stop()
    {
        await AppendAsync(1, HsmEventType.New);
        using var stop = new CancellationTokenSource();
        await using Janitor janitor = Open();
        var reports = new List<JanitorReport>();
        Task running = janitor.RunAsync(reports.Add, stop.Token);
        await _feed.Clock.WhenTimersAsync(1, Cancelled);
        Assert.Equal(0, Assert.Single(reports).Removed);
        await _feed.AppendAsync(Topic, EventText.Purged(Line(1), Now));
        _feed.Clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Single(reports);
        _feed.Clock.Advance(TimeSpan.FromSeconds(1));
        await _feed.Clock.WhenTimersAsync(1, Cancelled);
        Assert.Equal([0, 2], reports.Select(report => report.Removed));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_janitor_whose_topic_was_emptied_begins_anew()
    {
        await AppendAsync(1, HsmEventType.New);
        await using Janitor janitor = Open();
        Assert.Equal(1, (await janitor.RunRoundAsync(Cancelled)).Live);
        await _feed.Engine.DeleteTopicAsync(Topic, Cancelled);
        Assert.Equal(0, (await janitor.RunRoundAsync(Cancelled)).Live);
        await AppendAsync(2, HsmEventType.New);
        await AppendAsync(3, HsmEventType.New);
        Assert.Equal(2, (await janitor.RunRoundAsync(Cancelled)).Live);
    }

    public ValueTask DisposeAsync() => _feed.DisposeAsync();

    private static string Line(uint number, HsmStatus status = HsmStatus.Waiting) => ActionText.Line(1, number, number, status, file: number);

    private Task<RecordId> AppendAsync(uint number, HsmEventType type) => _feed.AppendAsync(Topic, EventText.State(type, Line(number), Now));

    private Janitor Open(JanitorOptions? options = null) =>
        new(_feed.OpenEngine(), (options ?? new JanitorOptions()) with { Time = _feed.Clock }, NullLogger.Instance);

    private async Task<TopicRound> RunAsync()
    {
        await using Janitor janitor = Open();
        return Assert.Single((await janitor.RunRoundAsync(Cancelled)).Topics);
    }
}
