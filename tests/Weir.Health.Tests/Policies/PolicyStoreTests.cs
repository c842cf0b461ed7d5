using System.Text;
using System.Text.Json;
using Weir.Erasure.Drives.Verifying;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Health.Policies;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;
using Weir.Lab.Time;

namespace Weir.Health.Tests.Policies;

public sealed class PolicyStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly ManualTimeProvider _time = new();
    private LogEngine _feed = null!;

    public ValueTask InitializeAsync()
    {
        _feed = new(new() { Directory = "/feed", Disk = new SimulatedDisk().Main, Time = _time });
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _feed.DisposeAsync();

    [Fact]
    public async Task Without_records_the_defaults_are_in_force()
    {
        using PolicyStore store = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        Assert.Equal(new(), store.Scan);
        Assert.Equal(0, store.Current(PolicyKind.Heal).Number);
        Assert.Null(store.Current(PolicyKind.Heal).ChangedAt);
    }

    [Fact]
    public async Task A_change_is_in_force_told_and_there_after_a_restart()
    {
        using (PolicyStore store = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct))
        {
            var told = new List<PolicyKind>();
            using IDisposable subscription = store.Subscribe(told.Add);
            PolicyChange change = await PutAsync(store, PolicyKind.Scan, """
                {"default_scan_interval":"12h","deep_scan_probability":0.1,"bandwidth_limit_mbps":100,"concurrent_scanners":4,"skip_system_objects":true,"priority_buckets":["critical-data","user-data"]}
                """);
            Assert.Equal(1, change.Version.Number);
            Assert.Equal("ann", change.Version.ChangedBy);
            Assert.Equal(("bandwidth_limit_mbps", "null", "100"), Assert.Single(change.Members, member => member.Name == "bandwidth_limit_mbps"));
            Assert.Equal([PolicyKind.Scan], told);
            Assert.Equal(TimeSpan.FromHours(12), store.Scan.DefaultScanInterval);
        }

        using PolicyStore again = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        Assert.Equal(TimeSpan.FromHours(12), again.Scan.DefaultScanInterval);
        Assert.Equal(100, again.Scan.BandwidthLimitMbps);
        Assert.Equal(["critical-data", "user-data"], again.Scan.PriorityBuckets);
        Assert.Equal(_time.GetUtcNow(), again.Current(PolicyKind.Scan).ChangedAt);
    }

    [Fact]
    public async Task Members_that_are_not_given_stay_and_null_gives_the_default_back()
    {
        using PolicyStore store = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        await PutAsync(store, PolicyKind.Scan, """{"jitter":0.5,"iops_limit":7}""");
        await PutAsync(store, PolicyKind.Scan, """{"iops_limit":null,"default_scan_mode":"deep","windows":[{"days":["Sunday","Saturday"],"from":"22:00","to":"06:30"}]}""");
        Assert.Equal(0.5, store.Scan.Jitter);
        Assert.Null(store.Scan.IopsLimit);
        Assert.Equal(VerifyMode.Deep, store.Scan.DefaultScanMode);
        ScanWindow window = Assert.Single(store.Scan.Windows);
        Assert.Equal([DayOfWeek.Sunday, DayOfWeek.Saturday], window.Days);
        Assert.Equal(new(6, 30), window.To);
    }

    [Fact]
    public async Task Off_means_no_cycles_and_survives_a_round_trip()
    {
        using PolicyStore store = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        await PutAsync(store, PolicyKind.Scan, """{"default_scan_interval":"off"}""");
        Assert.Null(store.Scan.DefaultScanInterval);
        PolicyChange same = await PutAsync(store, PolicyKind.Scan, Text(store, PolicyKind.Scan));
        Assert.Empty(same.Members);
        Assert.Equal(1, same.Version.Number);
    }

    [Theory]
    [InlineData(PolicyKind.Scan)]
    [InlineData(PolicyKind.Heal)]
    [InlineData(PolicyKind.Retention)]
    public async Task What_is_printed_can_be_put_back(PolicyKind kind)
    {
        using PolicyStore store = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        string json = kind switch
        {
            PolicyKind.Scan => """{"windows":[{"days":[],"from":"00:00","to":"23:59:30"}],"total_bandwidth_limit_mbps":1.5,"backs_off":false,"drive_concurrency":3,"objects_per_second_limit":10}""",
            PolicyKind.Heal => """{"bucket_classes":{"b":["x-*"],"a":[]},"priority_mapping":{"b":"emergency"},"emergency_heal_timeout":"2h30m","ageing_interval":90,"queue_capacity":5}""",
            _ => """{"metrics":"1h","issues":"7d","reports":"36h","quarantine":"365d"}""",
        };
        await PutAsync(store, kind, json);
        string printed = Text(store, kind);
        Assert.Empty((await PutAsync(store, kind, printed)).Members);
        if (kind != PolicyKind.Retention) return;
        Assert.Equal("""{"metrics":"1h","issues":"7d","reports":"36h","quarantine":"365d"}""", printed);
    }

    [Theory]
    [InlineData(PolicyKind.Scan, """{"scan_speed":1}""", "unknown_field", "scan_speed")]
    [InlineData(PolicyKind.Scan, """{"jitter":1.5}""", "invalid_value", "jitter: 1.5")]
    [InlineData(PolicyKind.Scan, """{"concurrent_scanners":0}""", "invalid_value", "concurrent_scanners")]
    [InlineData(PolicyKind.Scan, """{"concurrent_scanners":99999999999}""", "invalid_value", "concurrent_scanners")]
    [InlineData(PolicyKind.Scan, """{"default_scan_interval":"soon"}""", "invalid_value", "default_scan_interval")]
    [InlineData(PolicyKind.Scan, """{"default_scan_mode":"2"}""", "invalid_value", "default_scan_mode")]
    [InlineData(PolicyKind.Scan, """{"bandwidth_limit_mbps":-1}""", "invalid_value", "bandwidth_limit_mbps")]
    [InlineData(PolicyKind.Scan, """{"windows":[{"from":"25:00","to":"01:00"}]}""", "invalid_value", "windows")]
    [InlineData(PolicyKind.Scan, """{"jitter":0.1,"jitter":0.2}""", "invalid_value", "jitter")]
    [InlineData(PolicyKind.Heal, """{"priority_mapping":{"x":"Highest"}}""", "invalid_value", "priority_mapping.x")]
    [InlineData(PolicyKind.Heal, """{"bucket_classes":{"x":[1]}}""", "invalid_value", "bucket_classes.x")]
    [InlineData(PolicyKind.Heal, """{"auto_heal_enabled":"yes"}""", "invalid_value", "auto_heal_enabled")]
    [InlineData(PolicyKind.Retention, """{"metrics":"48h"}""", "invalid_value", "metrics")]
    [InlineData(PolicyKind.Retention, """[]""", "invalid_policy", "object")]
    public async Task What_makes_no_sense_is_named_and_changes_nothing(PolicyKind kind, string json, string code, string named)
    {
        using PolicyStore store = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        HealthException error = await Assert.ThrowsAsync<HealthException>(() => PutAsync(store, kind, json));
        Assert.Equal((HealthProblem.Invalid, code), (error.Problem, error.Code));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, store.Current(kind).Number);
        Assert.Null(await _feed.DescribeAsync(HealthTopics.Policies, Ct));
    }

    [Fact]
    public async Task A_dry_run_says_what_would_change_and_changes_nothing()
    {
        using PolicyStore store = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        PolicyChange change = await PutAsync(store, PolicyKind.Heal, """{"max_concurrent_heals":16,"auto_heal_enabled":true}""", isDryRun: true);
        Assert.Equal([("max_concurrent_heals", "8", "16")], change.Members);
        Assert.Equal(0, change.Version.Number);
        Assert.Equal(8, store.Heal.MaxConcurrentHeals);
        Assert.Null(await _feed.DescribeAsync(HealthTopics.Policies, Ct));
    }

    [Fact]
    public async Task Two_stores_on_one_feed_lose_no_change()
    {
        using PolicyStore one = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct), other = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        await PutAsync(one, PolicyKind.Heal, """{"max_concurrent_heals":3}""");
        await PutAsync(other, PolicyKind.Heal, """{"queue_capacity":77}""");
        using PolicyStore third = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        Assert.Equal((3, 77), (third.Heal.MaxConcurrentHeals, third.Heal.QueueCapacity));
        Assert.Equal([2, 1, 0], third.History(PolicyKind.Heal, 10).Select(version => version.Number));
        Assert.Equal([2], third.History(PolicyKind.Heal, 1).Select(version => version.Number));
    }

    [Fact]
    public async Task A_follower_takes_over_what_another_changes()
    {
        using PolicyStore one = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct), other = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable subscription = other.Subscribe(_ => changed.TrySetResult());
        Task following = other.FollowAsync(ending.Token);
        await PutAsync(one, PolicyKind.Retention, """{"reports":"5d"}""");
        await changed.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);
        Assert.Equal(TimeSpan.FromDays(5), other.Retention.Reports);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    [Fact]
    public async Task Garbage_on_the_topic_leaves_what_is_in_force()
    {
        using PolicyStore store = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        await PutAsync(store, PolicyKind.Heal, """{"max_concurrent_heals":3}""");
        var batch = new RecordBatch();
        foreach (string data in (string[])["{}", """{"policy":"heal","version":2}""", """{"policy":"other","version":2,"changed_at":"2026-01-01T00:00:00Z","changed_by":"x","settings":{}}""", "{"])
        {
            batch.Add("POLICY"u8, "x"u8, "heal"u8, Encoding.UTF8.GetBytes(data));
        }

        batch.Add("POLICY"u8, "x"u8, "heal"u8, """{"policy":"heal","version":2,"changed_at":"2026-01-01T00:00:00Z","changed_by":"later","settings":{"max_concurrent_heals":-1,"new":1,"queue_capacity":9}}"""u8);
        await _feed.AppendAsync(HealthTopics.Policies, batch, cancellationToken: Ct);
        using PolicyStore again = await PolicyStore.OpenAsync(_feed, _time, cancellationToken: Ct);
        Assert.Equal((8, 9, 2), (again.Heal.MaxConcurrentHeals, again.Heal.QueueCapacity, again.Current(PolicyKind.Heal).Number));
        await PutAsync(store, PolicyKind.Heal, """{"max_concurrent_heals":4}""");
        Assert.Equal(3, store.Current(PolicyKind.Heal).Number);
    }

    [Fact]
    public async Task With_the_feed_down_nothing_changes_and_it_is_said()
    {
        await using var failing = new FailingFeed(_feed);
        using PolicyStore store = await PolicyStore.OpenAsync(failing, _time, cancellationToken: Ct);
        failing.IsDown = true;
        HealthException error = await Assert.ThrowsAsync<HealthException>(() => PutAsync(store, PolicyKind.Heal, """{"max_concurrent_heals":4}"""));
        Assert.Equal(HealthProblem.Unavailable, error.Problem);
        Assert.Equal(8, store.Heal.MaxConcurrentHeals);
    }

    private static string Text(PolicyStore store, PolicyKind kind) => Encoding.UTF8.GetString(store.Current(kind).Json.Span);

    private static async Task<PolicyChange> PutAsync(PolicyStore store, PolicyKind kind, string json, bool isDryRun = false)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return await store.PutAsync(kind, document.RootElement, "ann", isDryRun, Ct);
    }

    private sealed class FailingFeed(IFeedEngine inner) : ForwardingEngine(inner, leaveOpen: true)
    {
        public bool IsDown { get; set; }

        public override ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default) =>
            IsDown ? throw new FeedUnavailableException("The feed is down.") : base.AppendAsync(topic, batch, options, cancellationToken);
    }
}
