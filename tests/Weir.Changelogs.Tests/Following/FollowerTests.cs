using System.Text.Json;
using Weir.Changelogs.Devices;
using Weir.Changelogs.Following;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Changelogs;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests.Following;

public sealed class FollowerTests
{
    private readonly Laboratory _lab = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Records_stand_in_the_feed_before_they_are_cleared_and_then_are()
    {
        _lab.Namespace.Run(3000);
        await using LogEngine feed = _lab.OpenFeed();
        Follower follower = _lab.Follow(feed);
        await follower.RunOnceAsync(Cancel);
        ulong last = _lab.Changelog.CurrentIndex;
        Assert.Equal(((long)last, last, last), (follower.Counts.Records, follower.Counts.LastIndex, follower.Counts.ClearedIndex));
        Assert.Equal(last, _lab.Changelog.ReadUsers()!.Find(_lab.User)!.Index);
        List<Record> records = await Laboratory.ReadAllAsync(feed);
        Assert.Equal(Enumerable.Range(1, (int)last).Select(i => (ulong)i), records.Select(record => record.Id.Sequence));
        Assert.All(records, record => Assert.Equal(Laboratory.Mdt, record.Source));
        _lab.AssertSame(await Laboratory.ReplayAsync(feed), "replay");
    }

    [Fact]
    public async Task Nothing_is_cleared_when_the_feed_does_not_take_it()
    {
        _lab.Namespace.Run(100);
        _lab.Disk.CapacityBytes = 1000;
        await using LogEngine feed = _lab.OpenFeed();
        Follower follower = _lab.Follow(feed);
        await Assert.ThrowsAnyAsync<FeedException>(() => follower.RunOnceAsync(Cancel));
        Assert.Equal(0UL, _lab.Changelog.ReadUsers()!.Find(_lab.User)!.Index);
        _lab.Disk.CapacityBytes = long.MaxValue;
        await follower.RunOnceAsync(Cancel);
        _lab.AssertSame(await Laboratory.ReplayAsync(feed), "replay");
        Assert.Equal(_lab.Changelog.CurrentIndex, (ulong)(await Laboratory.ReadAllAsync(feed)).Count);
    }

    [Fact]
    public async Task Missing_records_become_one_gap_record()
    {
        _lab.Namespace.Run(50);
        await using LogEngine feed = _lab.OpenFeed();
        Follower follower = _lab.Follow(feed);
        await follower.RunOnceAsync(Cancel);
        ulong before = _lab.Changelog.CurrentIndex;
        _lab.Changelog.Lose(7);
        _lab.Namespace.Run(50);
        await follower.RunOnceAsync(Cancel);
        Record gap = Assert.Single(await Laboratory.ReadAllAsync(feed), record => record.Type == ChangelogTopic.Gap);
        Assert.Equal(($"{before + 1}-{before + 7}", before + 7), (gap.Subject, gap.Id.Sequence));
        using JsonDocument json = JsonDocument.Parse(gap.Data);
        Assert.Equal((before + 1, before + 7, 7), (json.RootElement.GetProperty("first").GetUInt64(), json.RootElement.GetProperty("last").GetUInt64(), json.RootElement.GetProperty("records").GetInt32()));
        Assert.Equal((1L, 7L), (follower.Counts.Gaps, follower.Counts.Missing));
    }

    [Fact]
    public async Task A_damaged_record_becomes_a_gap_that_keeps_its_bytes()
    {
        _lab.Namespace.Run(50);
        bool isDone = false;
        _lab.Changelog.Faults.Damage = bytes =>
        {
            if (isDone) return;
            isDone = true;
            var scanner = new ChangelogScanner(bytes.Span, true);
            for (int i = 0; i < 9; i++) scanner.Next(out _, out _);
            bytes.Span[scanner.Position + 3] = 0;
        };
        await using LogEngine feed = _lab.OpenFeed();
        Follower follower = _lab.Follow(feed);
        await follower.RunOnceAsync(Cancel);
        Record gap = Assert.Single(await Laboratory.ReadAllAsync(feed), record => record.Type == ChangelogTopic.Gap);
        Assert.Equal("10-10", gap.Subject);
        Assert.Contains("\"raw_b64\":\"", gap.DataText, StringComparison.Ordinal);
        Assert.Equal(_lab.Changelog.CurrentIndex, follower.Counts.ClearedIndex);
    }

    [Fact]
    public async Task Repeats_are_passed_over_and_counted()
    {
        _lab.Namespace.Run(500);
        await using LogEngine feed = _lab.OpenFeed();
        Follower follower = _lab.Follow(feed);
        _lab.Changelog.Faults.Fail = call => call == ChangelogCall.Clear ? ChangelogDeviceException.Io : null;
        await follower.RunOnceAsync(Cancel);
        _lab.Changelog.Faults.RepeatRecords = 20;
        _lab.Namespace.Run(100);
        _lab.Changelog.Faults.Fail = null;
        await follower.RunOnceAsync(Cancel);
        Assert.Equal(20, follower.Counts.Repeats);
        Assert.True(follower.Counts.ClearFailures > 0);
        Assert.Equal(_lab.Changelog.CurrentIndex, (ulong)(await Laboratory.ReadAllAsync(feed)).Count);
        Assert.Equal(_lab.Changelog.CurrentIndex, follower.Counts.ClearedIndex);
    }

    [Theory]
    [InlineData(ChangelogDeviceException.Interrupted)]
    [InlineData(ChangelogDeviceException.TryAgain)]
    public async Task An_interruption_is_nothing(int errno)
    {
        _lab.Namespace.Run(2000);
        int reads = 0;
        _lab.Changelog.Faults.Fail = call => call == ChangelogCall.Read && reads++ % 2 == 0 ? errno : null;
        await using LogEngine feed = _lab.OpenFeed();
        await _lab.Follow(feed).RunOnceAsync(Cancel);
        _lab.AssertSame(await Laboratory.ReplayAsync(feed), "replay");
    }

    [Theory]
    [InlineData(ChangelogDeviceException.Io)]
    [InlineData(ChangelogDeviceException.Stale)]
    public async Task A_failing_device_is_told_and_tried_again(int errno)
    {
        _lab.Namespace.Run(2000);
        int failures = 0;
        _lab.Changelog.Faults.Fail = call => call == ChangelogCall.Read && ++failures is > 3 and < 6 ? errno : null;
        await using LogEngine feed = _lab.OpenFeed();
        Follower follower = _lab.Follow(feed);
        ChangelogDeviceException failed = await Assert.ThrowsAsync<ChangelogDeviceException>(() => follower.RunOnceAsync(Cancel));
        Assert.Equal(errno, failed.Errno);
        Assert.Contains(Laboratory.Mdt, failed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ChangelogDeviceException>(() => follower.RunOnceAsync(Cancel));
        await follower.RunOnceAsync(Cancel);
        _lab.AssertSame(await Laboratory.ReplayAsync(feed), "replay");
        Assert.Equal(_lab.Changelog.CurrentIndex, (ulong)(await Laboratory.ReadAllAsync(feed)).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_user_that_was_collected_ends_it_and_another_goes_on_with_a_gap(bool showsUsers)
    {
        _lab.Changelog.ShowsUsers = showsUsers;
        _lab.Namespace.Run(100);
        await using LogEngine feed = _lab.OpenFeed();
        Follower follower = _lab.Follow(feed);
        await follower.RunOnceAsync(Cancel);
        string other = _lab.Changelog.Register("other");
        _lab.Clock.Advance(TimeSpan.FromDays(20));
        _lab.Changelog.Clear(other, 0);
        _lab.Clock.Advance(TimeSpan.FromDays(11));
        Assert.Equal([_lab.User], _lab.Changelog.CollectGarbage());
        _lab.Namespace.Run(10);
        ulong cleared = _lab.Changelog.CurrentIndex;
        _lab.Changelog.Clear(other, 0);
        _lab.Namespace.Run(10);
        ChangelogUserGoneException gone = await Assert.ThrowsAsync<ChangelogUserGoneException>(() => _lab.Follow(feed).RunOnceAsync(Cancel));
        Assert.Equal(_lab.User, gone.User);
        _lab.User = _lab.Changelog.Register();
        _lab.Namespace.Run(10);
        await _lab.Follow(feed).RunOnceAsync(Cancel);
        List<Record> records = await Laboratory.ReadAllAsync(feed);
        Record gap = Assert.Single(records, record => record.Type == ChangelogTopic.Gap);
        Assert.Equal(cleared, gap.Id.Sequence);
        Assert.Equal(_lab.Changelog.CurrentIndex, records[^1].Id.Sequence);
    }

    [Fact]
    public async Task A_changelog_that_is_behind_the_feed_is_not_the_one_that_was_read()
    {
        _lab.Namespace.Run(100);
        await using LogEngine feed = _lab.OpenFeed();
        await _lab.Follow(feed).RunOnceAsync(Cancel);
        var other = new Laboratory();
        other.Namespace.Run(5);
        await Assert.ThrowsAsync<ChangelogRestartedException>(() => other.Follow(feed).RunOnceAsync(Cancel));
    }

    [Fact]
    public async Task What_the_mask_leaves_out_is_cleared_too_and_told_at_the_end()
    {
        _lab.Namespace.Run(1000);
        await using LogEngine feed = _lab.OpenFeed();
        Assert.True(ChangelogMask.TryParse("CREAT", out ChangelogMask mask, out _));
        Follower follower = _lab.Follow(feed, new FollowerOptions { Mask = mask });
        await follower.RunOnceAsync(Cancel);
        List<Record> records = await Laboratory.ReadAllAsync(feed);
        Assert.All(records, record => Assert.True(record.Type is "CREAT" or "OMITTED"));
        Assert.Equal(_lab.Changelog.CurrentIndex, records[^1].Id.Sequence);
        Assert.Equal(_lab.Changelog.CurrentIndex, follower.Counts.ClearedIndex);
        _lab.Namespace.Run(1000);
        await _lab.Follow(feed, new FollowerOptions { Mask = mask }).RunOnceAsync(Cancel);
        Assert.DoesNotContain(await Laboratory.ReadAllAsync(feed), record => record.Type == ChangelogTopic.Gap);
    }

    [Fact]
    public async Task Following_goes_on_until_cancelled()
    {
        await using LogEngine feed = _lab.OpenFeed();
        Follower follower = _lab.Follow(feed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task running = follower.RunAsync(stop.Token);
        for (int i = 0; i < 5; i++)
        {
            _lab.Namespace.Run(20);
            while (follower.Counts.ClearedIndex < _lab.Changelog.CurrentIndex)
            {
                _lab.Clock.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        _lab.AssertSame(await Laboratory.ReplayAsync(feed), "replay");
    }
}
