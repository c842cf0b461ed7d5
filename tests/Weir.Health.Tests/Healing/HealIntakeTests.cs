using System.Text;
using System.Text.Json;
using Weir.Erasure.Drives.Making;
using Weir.Feed;
using Weir.Health.Healing;
using Weir.Lab.Drives;
using Weir.Lab.Feeds;

namespace Weir.Health.Tests.Healing;

/// <summary>What scans find and readers ask for, and a feed that is away for a while.</summary>
public sealed class HealIntakeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_scan_finds_is_repaired_by_itself_once_for_an_object()
    {
        await using var stand = new HealStand();
        MadeVersion version = stand.Put("bucket/key", 1_500_000);
        stand.Damage(version, DriveDamageKind.MissingPart, 3);
        await AppendAsync(stand, Issue("issue-1", "key", "High", 1), Issue("issue-2", "key", "Medium", 2), Issue("issue-3", "gone", "High", 1), Cleared("issue-3"), Issue("issue-4", "orphan", "High", 1, isRepairable: false));
        await stand.StartAsync();
        HealStatus done = await stand.UntilAsync("heal-1", status => status.EndedAt is not null, waitsForIt: true);
        Assert.Equal((HealMode.Background, HealthPriority.High, 1, "issue-1", "inc"), (done.Request.Mode, done.Request.Priority, done.Request.Margin, done.Request.IssueId, done.Request.IncidentId));
        Assert.True(done.Result!.Success);
        Assert.Equal(1, stand.Heals.Counts.Values.Sum());
        await stand.StopAsync();
        await stand.StartAsync();
        Assert.Equal(1, stand.Heals.Counts.Values.Sum());
    }

    [Fact]
    public async Task Report_only_leaves_findings_until_that_changes()
    {
        await using var stand = new HealStand();
        MadeVersion version = stand.Put("bucket/key", 1_500_000), asked = stand.Put("bucket/asked", 1_500_000);
        stand.Damage(version, DriveDamageKind.MissingPart, 3);
        await stand.OpenAsync();
        await stand.PolicyAsync("""{"auto_heal_enabled":false}""");
        stand.Run();
        await AppendAsync(stand, Issue("issue-1", "key", "Critical", 0));
        HealStatus other = await stand.Heals.SubmitAsync(HealStand.Request(asked), Ct);
        await stand.UntilEndedAsync(other.Id);
        Assert.Equal(1, stand.Heals.Counts.Values.Sum());
        await stand.PolicyAsync("""{"auto_heal_enabled":true}""");
        Assert.True((await stand.UntilAsync("heal-2", status => status.EndedAt is not null, waitsForIt: true)).Result!.Success);
    }

    [Theory]
    [InlineData("pay-eu", "Low", 2, HealthPriority.Emergency)]
    [InlineData("scratch", "Critical", 2, HealthPriority.Low)]
    [InlineData("scratch", "Low", 0, HealthPriority.High)]
    [InlineData("other", "Medium", 2, HealthPriority.Normal)]
    [InlineData("other", "Critical", 0, HealthPriority.Critical)]
    public async Task The_priority_is_that_of_the_buckets_class_or_of_the_severity(string bucket, string severity, int margin, HealthPriority expected)
    {
        await using var stand = new HealStand();
        await stand.OpenAsync();
        await stand.PolicyAsync("""{"bucket_classes":{"critical_buckets":["pay-*"]},"priority_mapping":{"critical_buckets":"Emergency","scratch":"Low"}}""");
        await stand.DrivesAsync(areThere: false);
        await AppendAsync(stand, Issue("issue-1", "key", severity, margin, bucket: bucket));
        stand.Run();
        HealStatus queued = await stand.UntilAsync("heal-1", _ => true, waitsForIt: true);
        Assert.Equal(expected, queued.Request.Priority);
    }

    [Fact]
    public async Task Garbage_among_the_issues_and_requests_stops_nothing()
    {
        await using var stand = new HealStand();
        stand.Put("bucket/key", 10);
        var batch = new RecordBatch();
        foreach (string data in (string[])["{}", "[]", "{", """{"id":1}""", """{"id":"x","bucket":"..","object":"/","severity":"High","repairable":true}""", """{"id":"x","bucket":"b","object":"o","severity":"Worst","repairable":true}"""])
        {
            batch.Add("HealthIssueDetected"u8, "x"u8, "x"u8, Encoding.UTF8.GetBytes(data));
        }

        await stand.Engine.AppendAsync(HealthTopics.Issues, batch, cancellationToken: Ct);
        batch.Clear();
        foreach (string data in (string[])["{}", "[]", "{", """{"bucket":"b","object":"o","priority":"Highest"}""", """{"bucket":"b","object":"o","max_retries":1e9}"""])
        {
            batch.Add("HealRequested"u8, "x"u8, "x"u8, Encoding.UTF8.GetBytes(data));
        }

        await stand.Engine.AppendAsync(HealthTopics.Requests, batch, cancellationToken: Ct);
        await AppendAsync(stand, Issue("issue-1", "key", "Low", 2));
        await stand.StartAsync();
        Assert.Equal("key", (await stand.UntilAsync("heal-1", status => status.EndedAt is not null, waitsForIt: true)).Request.Object);
    }

    [Fact]
    public async Task A_reader_asks_over_the_feed_and_passes_the_pace()
    {
        await using var stand = new HealStand();
        MadeVersion version = stand.Put("bucket/key", 1_500_000);
        stand.Damage(version, DriveDamageKind.MissingPart, 3);
        // At this pace nothing else would end today.
        stand.Pacer.Apply(new() { IopsLimit = 0.001, BandwidthLimitMbps = 0.001 });
        await HealRequests.AppendAsync(stand.Engine, [HealRequests.RealTime("bucket", "key", null, "drives get")], Ct);
        await stand.StartAsync();
        HealStatus done = await stand.UntilAsync("heal-1", status => status.EndedAt is not null, waitsForIt: true);
        Assert.Equal((HealMode.RealTime, "drives get", true), (done.Request.Mode, done.Request.Reason, done.Result!.Success));
    }

    [Fact]
    public void A_bucket_notification_names_its_objects()
    {
        using JsonDocument body = JsonDocument.Parse("""
            {"EventName":"s3:ObjectAccessed:Get","Key":"b/a b","Records":[
              {"eventName":"s3:ObjectAccessed:Get","s3":{"bucket":{"name":"b"},"object":{"key":"dir%2Fa+b%C3%A4","versionId":"11111111-2222-4333-8444-555555555555"}}},
              {"s3":{"bucket":{"name":"b"},"object":{"key":"plain","versionId":""}}}]}
            """);
        IReadOnlyList<HealRequest> requests = BucketNotification.Read(body.RootElement);
        Assert.Equal([("dir/a bä", "11111111-2222-4333-8444-555555555555"), ("plain", null)], requests.Select(request => (request.Object, request.VersionId)));
        Assert.All(requests, request => Assert.Equal(HealMode.RealTime, request.Mode));
        foreach (string bad in (string[])["[]", "{}", """{"Records":[1]}""", """{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"../x"}}}]}"""])
        {
            using JsonDocument wrong = JsonDocument.Parse(bad);
            Assert.Equal(HealthProblem.Invalid, Assert.Throws<HealthException>(() => BucketNotification.Read(wrong.RootElement)).Problem);
        }
    }

    [Fact]
    public async Task While_the_feed_is_away_repairs_go_on_and_nothing_is_lost()
    {
        await using var stand = new HealStand();
        await using var feed = new FeedThatGoes(stand.Engine);
        stand.Feed = feed;
        MadeVersion[] versions = [.. Enumerable.Range(0, 5).Select(number => stand.Put($"bucket/key{number}", 1_500_000 + number))];
        foreach (MadeVersion version in versions) stand.Damage(version, DriveDamageKind.MissingPart, 3);
        await stand.OpenAsync();
        foreach (MadeVersion version in versions) await stand.Heals.SubmitAsync(HealStand.Request(version), Ct);
        feed.IsAway = true;
        stand.Run();
        foreach (int number in Enumerable.Range(1, versions.Length)) Assert.True((await stand.UntilEndedAsync($"heal-{number}")).Result!.Success);
        Assert.DoesNotContain(await stand.RecordsAsync(HealthTopics.Events), record => record.Type == "HealCompleted");
        await Eventually.Is(() => feed.Refused > 0);
        HealthException error = await Assert.ThrowsAsync<HealthException>(() => stand.Heals.SubmitAsync(HealStand.Request(versions[0]), Ct));
        Assert.Equal(HealthProblem.Unavailable, error.Problem);
        feed.IsAway = false;
        await stand.Heals.SaveAsync(Ct);
        Assert.Equal(versions.Length, (await stand.RecordsAsync(HealthTopics.Events)).Count(record => record.Type == "HealCompleted"));
        HealStatus again = await stand.Heals.SubmitAsync(HealStand.Request(versions[0]), Ct);
        await stand.UntilEndedAsync(again.Id);
        await stand.StopAsync();
        stand.Feed = stand.Engine;
        await stand.OpenAsync();
        Assert.Equal(versions.Length + 1, stand.Heals.Counts[HealState.Completed]);
    }

    private static ValueTask<RecordId> AppendAsync(HealStand stand, params (string Type, string Data)[] records)
    {
        var batch = new RecordBatch();
        foreach ((string type, string data) in records) batch.Add(Encoding.UTF8.GetBytes(type), "scanner"u8, "x"u8, Encoding.UTF8.GetBytes(data));
        return stand.Engine.AppendAsync(HealthTopics.Issues, batch, cancellationToken: Ct);
    }

    private static (string Type, string Data) Issue(string id, string key, string severity, int margin, bool isRepairable = true, string bucket = "bucket") => (
        "HealthIssueDetected",
        $$"""{"id":"{{id}}","issue_type":"MissingShards","severity":"{{severity}}","bucket":"{{bucket}}","object":"{{key}}","version_id":"null","margin":{{margin}},"repairable":{{(isRepairable ? "true" : "false")}},"incident_id":"inc","detected_at":"2026-01-01T00:00:00Z"}""");

    private static (string Type, string Data) Cleared(string id) => ("HealthIssueCleared", $$"""{"id":"{{id}}"}""");

    private sealed class FeedThatGoes(IFeedEngine inner) : ForwardingEngine(inner, leaveOpen: true)
    {
        private int _refused;

        public bool IsAway { get; set; }

        public int Refused => Volatile.Read(ref _refused);

        public override ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default)
        {
            if (!IsAway) return base.AppendAsync(topic, batch, options, cancellationToken);
            Interlocked.Increment(ref _refused);
            throw new FeedUnavailableException("The feed is away.");
        }
    }
}
