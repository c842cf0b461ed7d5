using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Feed;
using Weir.Lab.Feeds;

namespace Weir.Health.Tests.Scanning;

/// <summary>Scans that are stopped, in order and not, and go on.</summary>
public sealed class ScanLifeTests
{
    private const double AlmostStill = 1e-6;

    private static readonly ScanRequest Everything = new() { Strategy = ScanStrategy.Full };

    [Fact]
    public async Task A_scan_that_is_paused_stays_so_over_a_restart_and_goes_on_when_it_is_told_to()
    {
        await using ScanBench bench = Bench();
        bench.Policies.Scan = bench.Policies.Scan with { ObjectsPerSecondLimit = AlmostStill };
        await bench.StartAsync();
        string id = (await bench.Scans.StartAsync(Everything, ScanBench.Ended)).Id;
        await Eventually.Is(() => bench.Scans.Find(id)!.State == ScanState.Scanning);
        ScanStatus paused = await bench.Scans.PauseAsync(id, null, ScanBench.Ended);
        Assert.Equal((ScanState.Paused, null), (paused.State, paused.ResumesAt));
        await bench.StopAsync();
        await bench.StartAsync();
        Assert.Equal(ScanState.Paused, bench.Scans.Find(id)!.State);
        bench.Policies.Scan = bench.Policies.Scan with { ObjectsPerSecondLimit = null };
        await bench.Scans.ResumeAsync(id, ScanBench.Ended);
        ScanStatus ended = await bench.EndOf(id);
        Assert.Equal((ScanState.Completed, 30), (ended.State, ended.ObjectsScanned));
        Assert.Equal("scan_ended", (await Assert.ThrowsAsync<HealthException>(() => bench.Scans.PauseAsync(id, null, ScanBench.Ended))).Code);
        Assert.Equal("scan_not_paused", (await Assert.ThrowsAsync<HealthException>(() => bench.Scans.ResumeAsync(id, ScanBench.Ended))).Code);
    }

    [Fact]
    public async Task A_scan_that_is_paused_for_a_time_goes_on_by_itself()
    {
        await using ScanBench bench = Bench();
        bench.Policies.Scan = bench.Policies.Scan with { ObjectsPerSecondLimit = AlmostStill };
        await bench.StartAsync();
        string id = (await bench.Scans.StartAsync(Everything, ScanBench.Ended)).Id;
        Assert.NotNull((await bench.Scans.PauseAsync(id, TimeSpan.FromMilliseconds(100), ScanBench.Ended)).ResumesAt);
        bench.Policies.Scan = bench.Policies.Scan with { ObjectsPerSecondLimit = null };
        Assert.Equal(ScanState.Completed, (await bench.EndOf(id)).State);
        Assert.Equal(HealthProblem.Invalid, (await Assert.ThrowsAsync<HealthException>(() => bench.Scans.PauseAsync(id, TimeSpan.FromDays(-1), ScanBench.Ended))).Problem);
    }

    [Fact]
    public async Task A_cancelled_scan_is_over_and_the_same_may_begin_anew()
    {
        await using ScanBench bench = Bench();
        bench.Policies.Scan = bench.Policies.Scan with { ObjectsPerSecondLimit = AlmostStill };
        await bench.StartAsync();
        string id = (await bench.Scans.StartAsync(Everything, ScanBench.Ended)).Id;
        await Eventually.Is(() => bench.Scans.Find(id)!.State == ScanState.Scanning);
        ScanStatus cancelled = await bench.Scans.CancelAsync(id, ScanBench.Ended);
        Assert.Equal(ScanState.Cancelled, cancelled.State);
        Assert.NotNull(cancelled.EndedAt);
        bench.Policies.Scan = bench.Policies.Scan with { ObjectsPerSecondLimit = null };
        Assert.Equal(ScanState.Completed, (await bench.ScanAsync(Everything)).State);
        Assert.Equal(2, bench.Scans.List().Count);
    }

    [Fact]
    public async Task Scans_run_by_priority_and_no_more_than_allowed()
    {
        await using ScanBench bench = Bench();
        bench.Policies.Scan = bench.Policies.Scan with { ObjectsPerSecondLimit = AlmostStill, ConcurrentScanners = 1 };
        await bench.OpenAsync();
        string low = await Start("aaa", HealthPriority.Low), high = await Start("bbb", HealthPriority.High), normal = await Start("ccc", HealthPriority.Normal), critical = await Start("ddd", HealthPriority.Critical);
        bench.Run();
        // What is urgent does not wait for others; the highest of the rest has the one place.
        await Eventually.Is(() => bench.Scans.Find(critical)!.State == ScanState.Completed || bench.Scans.Find(critical)!.State == ScanState.Scanning);
        Assert.Equal(ScanState.Queued, bench.Scans.Find(low)!.State);
        bench.Policies.Scan = bench.Policies.Scan with { ObjectsPerSecondLimit = null };
        foreach (string id in (string[])[low, high, normal, critical])
        {
            ScanStatus ended = await bench.EndOf(id);
            Assert.Equal((ScanState.Completed, null), (ended.State, ended.Error));
        }

        DateTimeOffset? StartOf(string id) => bench.Scans.Find(id)!.StartedAt;
        Assert.True(StartOf(high) <= StartOf(normal) && StartOf(normal) <= StartOf(low));

        async Task<string> Start(string bucket, HealthPriority priority) => (await bench.Scans.StartAsync(Everything with { Scope = new() { Buckets = [bucket] }, Priority = priority }, ScanBench.Ended)).Id;
    }

    [Fact]
    public async Task A_feed_that_is_away_holds_a_scan_up_and_loses_nothing()
    {
        await using ScanBench bench = Bench();
        for (int i = 0; i < 30; i += 3) Directory.Delete(Path.Combine(bench.Tree.Drives[i % 4], "bucket", $"{i:d2}"), recursive: true);
        var feed = new UnsteadyFeed(bench.Feed) { IsAway = true };
        bench.Feed = feed;
        await Assert.ThrowsAnyAsync<FeedException>(bench.OpenAsync);
        feed.IsAway = false;
        await bench.StartAsync();
        feed.IsAway = true;
        string id = (await bench.Scans.StartAsync(Everything, ScanBench.Ended)).Id;
        await Eventually.Is(() => feed.Refused > 3);
        Assert.Equal(ScanState.Scanning, bench.Scans.Find(id)!.State);
        Assert.Equal(0, bench.Scans.Find(id)!.IssuesDetected);
        feed.IsAway = false;
        ScanStatus ended = await bench.EndOf(id);
        Assert.Equal((ScanState.Completed, 30, 10), (ended.State, ended.ObjectsScanned, ended.IssuesDetected));
        Assert.Equal(10, (await bench.ReadAsync(HealthTopics.Issues)).Count(record => record.Type == "HealthIssueDetected"));
    }

    [Fact]
    public async Task Without_drives_a_scan_waits_for_them()
    {
        await using ScanBench bench = Bench();
        foreach (string drive in bench.Tree.Drives) Directory.Move(drive, drive + ".away");
        await bench.StartAsync();
        string id = (await bench.Scans.StartAsync(Everything, ScanBench.Ended)).Id;
        await Eventually.Is(() => bench.Scans.Find(id)!.Error is not null);
        Assert.Equal(ScanState.Scanning, bench.Scans.Find(id)!.State);
        foreach (string drive in bench.Tree.Drives) Directory.Move(drive + ".away", drive);
        await bench.Pools.CheckAsync(ScanBench.Ended);
        ScanStatus ended = await bench.EndOf(id);
        Assert.Equal((ScanState.Completed, 30, null), (ended.State, ended.ObjectsScanned, ended.Error));
    }

    [Fact]
    public async Task Issues_stand_over_a_restart_with_and_without_the_snapshot()
    {
        await using ScanBench bench = Bench();
        for (int i = 0; i < 5; i++) Directory.Delete(Path.Combine(bench.Tree.Drives[0], "bucket", $"{i:d2}"), recursive: true);
        await bench.StartAsync();
        string id = (await bench.ScanAsync(Everything)).Id;
        HealthIssue[] before = [.. bench.Issues.Query(new()).Issues];
        Assert.Equal(5, before.Length);
        await bench.StopAsync();
        await bench.StartAsync();
        Assert.Equal(before.Select(issue => issue.Id), bench.Issues.Query(new()).Issues.Select(issue => issue.Id));
        Assert.Equal(5, bench.Scans.Issues(id, 0, 100).Count);
        Assert.Equal(before[3].Id, Assert.Single(bench.Scans.Issues(id, 3, 1)).Id);
        await bench.StopAsync();
        File.Delete(Path.Combine(bench.StateDirectory, "issues.snapshot"));
        await bench.StartAsync();
        Assert.Equal(before.Select(issue => issue.Id), bench.Issues.Query(new()).Issues.Select(issue => issue.Id));
        Assert.Equal(5, bench.Issues.DetectedBySeverity.Values.Sum());

        IssuePages(bench, before);
    }

    [Fact]
    public async Task A_repair_that_holds_ends_the_issue()
    {
        await using ScanBench bench = Bench();
        for (int i = 0; i < 2; i++) Directory.Delete(Path.Combine(bench.Tree.Drives[0], "bucket", $"{i:d2}"), recursive: true);
        await bench.StartAsync();
        await bench.ScanAsync(Everything);
        var batch = new RecordBatch();
        batch.Add("HealCompleted"u8, "healer"u8, "bucket/00"u8, "{\"bucket\":\"bucket\",\"object\":\"00\",\"version_id\":null,\"healthy_versions\":[\"null\"]}"u8);
        batch.Add("HealCompleted"u8, "healer"u8, "bucket/01"u8, "{\"bucket\":\"bucket\",\"object\":\"01\",\"version_id\":null,\"healthy_versions\":[]}"u8);
        await bench.Feed.AppendAsync(HealthTopics.Events, batch, default, ScanBench.Ended);
        await Eventually.Is(() => bench.Issues.Query(new()).Total == 1);
        Assert.Equal("01", bench.Issues.Query(new()).Issues[0].Object);
        Assert.Equal("healed", (await bench.ReadAsync(HealthTopics.Issues))[^1].Data.GetProperty("reason").GetString());
    }

    private static void IssuePages(ScanBench bench, HealthIssue[] all)
    {
        var page = bench.Issues.Query(new() { Limit = 2 });
        Assert.Equal((5, 2, all[1].Id), (page.Total, page.Issues.Count, page.Next));
        page = bench.Issues.Query(new() { Limit = 2, After = page.Next });
        Assert.Equal([all[2].Id, all[3].Id], page.Issues.Select(issue => issue.Id));
        page = bench.Issues.Query(new() { Limit = 2, After = page.Next });
        Assert.Equal((1, null), (page.Issues.Count, page.Next));
        Assert.Equal(0, bench.Issues.Query(new() { LeastSeverity = Severity.Critical }).Total);
        Assert.Equal(5, bench.Issues.Query(new() { Drive = bench.Tree.Drives[0] }).Total);
    }

    private static ScanBench Bench()
    {
        var bench = new ScanBench();
        for (int i = 0; i < 30; i++) bench.Tree.Put(ObjectName.Create("bucket", $"{i:d2}"), new SeededStream(i, 1000 + i));
        return bench;
    }

    /// <summary>A feed that takes and gives nothing while it is away.</summary>
    private sealed class UnsteadyFeed(IFeedEngine inner) : ForwardingEngine(inner, leaveOpen: true)
    {
        private int _refused;

        public volatile bool IsAway;

        public int Refused => Volatile.Read(ref _refused);

        public override ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default)
        {
            Throw();
            return base.AppendAsync(topic, batch, options, cancellationToken);
        }

        public override ValueTask<TopicInfo?> DescribeAsync(string topic, CancellationToken cancellationToken = default)
        {
            Throw();
            return base.DescribeAsync(topic, cancellationToken);
        }

        private void Throw()
        {
            if (!IsAway) return;
            Interlocked.Increment(ref _refused);
            throw new FeedUnavailableException("the feed is away");
        }
    }
}
