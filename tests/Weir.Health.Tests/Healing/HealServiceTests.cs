using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Feed;
using Weir.Health.Healing;
using Weir.Lab.Drives;

namespace Weir.Health.Tests.Healing;

/// <summary>Real repairs on trees in temporary directories.</summary>
public sealed class HealServiceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DriveDamageKind.MissingPart)]
    [InlineData(DriveDamageKind.FlippedBit)]
    [InlineData(DriveDamageKind.MissingObject)]
    [InlineData(DriveDamageKind.FlippedMetadataBit)]
    public async Task Damage_is_repaired_verified_and_told(DriveDamageKind kind)
    {
        await using var stand = new HealStand();
        MadeVersion version = stand.Put("bucket/photos/one.jpg", 3_000_000);
        stand.Damage(version, kind, 1, 4);
        Assert.False((await stand.LookAsync(version.Name)).IsHealthy);
        await stand.StartAsync();
        HealStatus queued = await stand.Heals.SubmitAsync(HealStand.Request(version) with { IncidentId = "incident-1" }, Ct);
        Assert.StartsWith("heal-", queued.Id, StringComparison.Ordinal);
        HealStatus done = await stand.UntilEndedAsync(queued.Id);
        Assert.Equal(HealState.Completed, done.State);
        Assert.True(done.Result!.Success);
        Assert.Equal((2, 6), (done.Result.ShardsRepaired, done.Result.TotalShards));
        Assert.Equal(["Checksum", "EndToEnd", "Parity", "ShardCount"], done.Result.Validations.Select(validation => validation.Type).Order());
        Assert.All(done.Result.Validations, validation => Assert.True(validation.Passed, validation.Details));
        Assert.Contains(done.Result.Validations, validation => validation.Details == "All 6 shards present");
        Assert.True((await stand.LookAsync(version.Name)).IsHealthy);
        await stand.StopAsync();
        List<Record> records = await stand.RecordsAsync(HealthTopics.Events);
        Assert.Equal(["HealerOpened", "HealQueued", "HealStarted", "HealCompleted"], records.Select(record => record.Type));
        Assert.All(records.Skip(1), record => Assert.Contains("\"incident_id\":\"incident-1\"", record.DataText, StringComparison.Ordinal));
        Assert.Contains("\"healthy_versions\":[\"null\"]", records[3].DataText, StringComparison.Ordinal);
        Assert.Equal("bucket/photos/one.jpg", records[3].Subject);
    }

    [Fact]
    public async Task The_strategy_says_what_was_made()
    {
        await using var stand = new HealStand(2, 2);
        MadeVersion one = stand.Put("bucket/one", 1_000_000);
        int[] distribution = one.Name.ChooseDistribution(4);
        int data = Array.IndexOf(distribution, 1), parity = Array.IndexOf(distribution, 4);
        stand.Damage(one, DriveDamageKind.MissingPart, data);
        await stand.StartAsync();
        Assert.Equal(HealStrategy.DataShardRepair, await HealAsync(one));
        stand.Damage(one, DriveDamageKind.MissingPart, parity);
        Assert.Equal(HealStrategy.ParityShardRepair, await HealAsync(one));
        stand.Damage(one, DriveDamageKind.MissingPart, data, parity);
        Assert.Equal(HealStrategy.HybridRepair, await HealAsync(one));
        stand.Damage(one, DriveDamageKind.MissingMetadata, data);
        Assert.Equal(HealStrategy.MetadataRestore, await HealAsync(one));
        Assert.Null(await HealAsync(one));

        async Task<HealStrategy?> HealAsync(MadeVersion version)
        {
            HealStatus queued = await stand.Heals.SubmitAsync(HealStand.Request(version), Ct);
            return (await stand.UntilEndedAsync(queued.Id)).Result!.Strategy;
        }
    }

    [Fact]
    public async Task What_cannot_be_repaired_is_named_and_the_rest_is_repaired()
    {
        await using var stand = new HealStand(2, 1);
        MadeVersion lost = stand.Put("bucket/key", 1_500_000, isVersioned: true), kept = stand.Put("bucket/key", 1_600_000, isVersioned: true);
        stand.Damage(lost, DriveDamageKind.MissingPart, 0, 1);
        stand.Damage(kept, DriveDamageKind.MissingPart, 2);
        await stand.StartAsync();
        HealStatus done = await stand.UntilEndedAsync((await stand.Heals.SubmitAsync(HealStand.Request(kept), Ct)).Id);
        Assert.Equal(HealState.Completed, done.State);
        Assert.False(done.Result!.Success);
        UnrepairedVersion left = Assert.Single(done.Result.Unrepaired);
        Assert.Equal((lost.VersionIdText, "unrecoverable"), (left.VersionId, left.Verdict));
        Assert.Equal(1, done.Result.ShardsRepaired);
        ObjectVerdict now = await stand.LookAsync(kept.Name);
        Assert.Equal(Verdict.Healthy, now.Versions.Single(version => version.VersionIdText == kept.VersionIdText).Verdict);
    }

    [Fact]
    public async Task A_version_that_is_asked_for_is_repaired_alone()
    {
        await using var stand = new HealStand();
        MadeVersion one = stand.Put("bucket/key", 1_500_000, isVersioned: true), other = stand.Put("bucket/key", 1_600_000, isVersioned: true);
        stand.Damage(one, DriveDamageKind.MissingPart, 0);
        stand.Damage(other, DriveDamageKind.MissingPart, 2);
        await stand.StartAsync();
        HealStatus done = await stand.UntilEndedAsync((await stand.Heals.SubmitAsync(HealStand.Request(one) with { VersionId = one.VersionIdText }, Ct)).Id);
        Assert.True(done.Result!.Success);
        ObjectVerdict now = await stand.LookAsync(one.Name);
        Assert.Equal([Verdict.Healthy, Verdict.Degraded], now.Versions.OrderBy(version => version.VersionIdText != one.VersionIdText).Select(version => version.Verdict));
    }

    [Fact]
    public async Task An_object_that_nobody_knows_is_told_without_success()
    {
        await using var stand = new HealStand();
        stand.Put("bucket/key", 10);
        await stand.StartAsync();
        HealStatus done = await stand.UntilEndedAsync((await stand.Heals.SubmitAsync(new() { Bucket = "bucket", Object = "gone" }, Ct)).Id);
        Assert.Equal(HealState.Completed, done.State);
        Assert.False(done.Result!.Success);
        Assert.Contains("no drive", Assert.Single(done.Result.Unrepaired).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "key", null)]
    [InlineData("bucket", "", null)]
    [InlineData("bucket", "../../etc/passwd", null)]
    [InlineData("..", "key", null)]
    [InlineData("bucket", "a//b", null)]
    [InlineData("bucket", "key", "latest")]
    [InlineData("bucket", "key", "")]
    public async Task What_names_no_object_is_refused(string bucket, string key, string? version)
    {
        await using var stand = new HealStand();
        await stand.OpenAsync();
        HealthException error = await Assert.ThrowsAsync<HealthException>(() => stand.Heals.SubmitAsync(new() { Bucket = bucket, Object = key, VersionId = version }, Ct));
        Assert.Equal(HealthProblem.Invalid, error.Problem);
        Assert.Equal(0, stand.Heals.Counts.Values.Sum());
    }

    [Fact]
    public async Task Ten_thousand_requests_for_one_object_are_one_repair()
    {
        await using var stand = new HealStand();
        MadeVersion version = stand.Put("bucket/key", 1_500_000);
        stand.Damage(version, DriveDamageKind.MissingPart, 3);
        await stand.OpenAsync();
        HealStatus[] all = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(number =>
            stand.Heals.SubmitAsync(HealStand.Request(version, number == 7000 ? HealthPriority.Critical : HealthPriority.Low), Ct)));
        Assert.Equal(1, stand.Heals.Counts[HealState.Queued]);
        string id = Assert.Single(all.Select(status => status.Id).Distinct());
        Assert.Equal(HealthPriority.Critical, stand.Heals.Find(id)!.Priority);
        stand.Run();
        Assert.Equal(1, (await stand.UntilEndedAsync(id)).Result!.ShardsRepaired);
        await stand.StopAsync();
        Assert.Single(await stand.RecordsAsync(HealthTopics.Events), record => record.Type == "HealCompleted");
    }

    [Fact]
    public async Task What_waits_and_what_has_ended_is_there_after_a_restart()
    {
        await using var stand = new HealStand();
        MadeVersion one = stand.Put("bucket/one", 1_500_000), other = stand.Put("bucket/other", 1_500_000);
        stand.Damage(one, DriveDamageKind.MissingPart, 3);
        stand.Damage(other, DriveDamageKind.MissingObject, 2);
        await stand.StartAsync();
        HealStatus ended = await stand.UntilEndedAsync((await stand.Heals.SubmitAsync(HealStand.Request(one), Ct)).Id);
        await stand.DrivesAsync(areThere: false);
        await stand.StopAsync();
        await stand.OpenAsync();
        HealStatus waiting = await stand.Heals.SubmitAsync(HealStand.Request(other, HealthPriority.High) with { Reason = "test", MaxRetries = 7 }, Ct);
        await stand.Heals.DisposeAsync();
        await stand.DrivesAsync(areThere: true);
        await stand.OpenAsync();
        HealStatus again = stand.Heals.Find(waiting.Id)!;
        Assert.Equal((HealState.Queued, HealthPriority.High, waiting.Request, 1L), (again.State, again.Priority, again.Request, again.QueuePosition));
        HealStatus known = stand.Heals.Find(ended.Id)!;
        Assert.Equal(ended.Result!.Validations, known.Result!.Validations);
        Assert.Equal(ended with { Result = null }, known with { Result = null });
        stand.Run();
        Assert.True((await stand.UntilEndedAsync(waiting.Id)).Result!.Success);
    }

    [Fact]
    public async Task Without_drives_everything_waits_and_goes_on_when_they_are_there()
    {
        await using var stand = new HealStand();
        MadeVersion version = stand.Put("bucket/key", 1_500_000);
        stand.Damage(version, DriveDamageKind.MissingPart, 3);
        await stand.DrivesAsync(areThere: false);
        await stand.StartAsync();
        HealStatus queued = await stand.Heals.SubmitAsync(HealStand.Request(version), Ct);
        await stand.UntilAsync(queued.Id, status => stand.Heals.Blocked is not null && status is { State: HealState.Queued, Attempts: 0 });
        await stand.DrivesAsync(areThere: true);
        Assert.True((await stand.UntilEndedAsync(queued.Id)).Result!.Success);
        Assert.Null(stand.Heals.Blocked);
    }

    [Fact]
    public async Task Requests_of_others_are_taken_in_once()
    {
        await using var stand = new HealStand();
        MadeVersion version = stand.Put("bucket/key", 1_500_000);
        stand.Damage(version, DriveDamageKind.MissingPart, 3);
        var batch = new RecordBatch();
        batch.Add("ScanRequested"u8, "events"u8, "drive"u8, "{}"u8);
        batch.Add("HealRequested"u8, "events"u8, "x"u8, "{\"bucket\":\"bucket\",\"object\":\"../x\"}"u8);
        batch.Add("HealRequested"u8, "events"u8, "bucket/key"u8, """{"bucket":"bucket","object":"key","priority":"Emergency","mode":"RealTime","incident_id":"inc-9","reason":"drives get","unknown":[1]}"""u8);
        await stand.Engine.AppendAsync(HealthTopics.Requests, batch, cancellationToken: Ct);
        await stand.StartAsync();
        await stand.UntilAsync("heal-1", status => status.EndedAt is not null, waitsForIt: true);
        HealStatus done = stand.Heals.Find("heal-1")!;
        Assert.Equal((HealMode.RealTime, HealthPriority.Emergency, "inc-9", "drives get"), (done.Request.Mode, done.Request.Priority, done.Request.IncidentId, done.Request.Reason));
        Assert.Equal(1, done.Result!.ShardsRepaired);
        await stand.StopAsync();
        await stand.StartAsync();
        batch.Clear();
        batch.Add("HealRequested"u8, "events"u8, "bucket/other"u8, """{"bucket":"bucket","object":"other"}"""u8);
        await stand.Engine.AppendAsync(HealthTopics.Requests, batch, cancellationToken: Ct);
        await stand.UntilAsync("heal-2", status => status.Request.Object == "other" && status.EndedAt is not null, waitsForIt: true);
        Assert.Equal(2, stand.Heals.Counts.Values.Sum());
    }

    [Fact]
    public async Task What_waits_can_be_cancelled_and_nothing_else()
    {
        await using var stand = new HealStand();
        await stand.OpenAsync();
        HealStatus queued = await stand.Heals.SubmitAsync(new() { Bucket = "bucket", Object = "key" }, Ct);
        Assert.Equal(HealState.Cancelled, (await stand.Heals.CancelAsync(queued.Id, Ct)).State);
        Assert.Equal(HealthProblem.Conflict, (await Assert.ThrowsAsync<HealthException>(() => stand.Heals.CancelAsync(queued.Id, Ct))).Problem);
        foreach (string id in (string[])["heal-99", "nonsense", "", "heal--1", "heal-99999999999999999999"])
        {
            Assert.Equal(HealthProblem.NotFound, (await Assert.ThrowsAsync<HealthException>(() => stand.Heals.CancelAsync(id, Ct))).Problem);
        }

        await stand.Heals.DisposeAsync();
        await stand.OpenAsync();
        Assert.Equal(HealState.Cancelled, stand.Heals.Find(queued.Id)!.State);
    }

    [Fact]
    public async Task The_queue_takes_no_more_than_the_policy_allows()
    {
        await using var stand = new HealStand();
        await stand.OpenAsync();
        await stand.PolicyAsync("""{"queue_capacity":2}""");
        await stand.Heals.SubmitAsync(new() { Bucket = "bucket", Object = "one" }, Ct);
        await stand.Heals.SubmitAsync(new() { Bucket = "bucket", Object = "two" }, Ct);
        HealthException error = await Assert.ThrowsAsync<HealthException>(() => stand.Heals.SubmitAsync(new() { Bucket = "bucket", Object = "three" }, Ct));
        Assert.Equal((HealthProblem.TooMany, "queue_full"), (error.Problem, error.Code));
        await stand.Heals.SubmitAsync(new() { Bucket = "bucket", Object = "two" }, Ct);
    }

    [Fact]
    public async Task Beside_a_server_damage_is_looked_at_twice_and_the_young_is_left()
    {
        await using var stand = new HealStand { Live = LiveRule.Always, SettleTime = TimeSpan.FromMinutes(10), SightingInterval = TimeSpan.FromMilliseconds(200) };
        MadeVersion version = stand.Put("bucket/key", 1_500_000);
        stand.Damage(version, DriveDamageKind.MissingPart, 3);
        await stand.StartAsync();
        HealStatus queued = await stand.Heals.SubmitAsync(HealStand.Request(version), Ct);
        HealStatus young = await stand.UntilAsync(queued.Id, status => status.State == HealState.Retrying);
        Assert.True(young.EstimatedStart > DateTimeOffset.UtcNow + TimeSpan.FromMinutes(5), $"{young.EstimatedStart}");
        Assert.Equal(0, young.Attempts);
        await stand.StopAsync();
        stand.SettleTime = TimeSpan.Zero;
        await stand.StartAsync();
        await stand.Heals.RetryAsync(queued.Id, Ct);
        HealStatus done = await stand.UntilEndedAsync(queued.Id);
        Assert.True(done.Result!.Success);
        await stand.StopAsync();
        Assert.Contains(await stand.RecordsAsync(HealthTopics.Events), record => record.Type == "HealDeferred" && record.DataText.Contains("looked at twice", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_two_in_one_go_the_more_urgent_and_the_more_endangered_come_first()
    {
        await using var stand = new HealStand();
        await stand.OpenAsync();
        async Task<string> Add(string bucket, string key, HealthPriority priority, int? margin) =>
            (await stand.Heals.SubmitAsync(new() { Bucket = bucket, Object = key, Priority = priority, Margin = margin }, Ct)).Id;
        string low = await Add("a", "low", HealthPriority.Low, 0), a1 = await Add("a", "1", HealthPriority.Normal, 2), a2 = await Add("a", "2", HealthPriority.Normal, 2), b1 = await Add("b", "1", HealthPriority.Normal, 2);
        string limit = await Add("b", "limit", HealthPriority.Normal, 0), emergency = await Add("c", "1", HealthPriority.Emergency, null);
        IReadOnlyList<HealStatus> listed = stand.Heals.List(HealState.Queued, 0, 100);
        Assert.Equal([emergency, limit, a1, b1, a2, low], listed.Select(status => status.Id));
        Assert.Equal([1L, 2, 3, 4, 5, 6], listed.Select(status => status.QueuePosition!.Value));
        Assert.Equal([a1, b1], stand.Heals.List(HealState.Queued, 2, 2).Select(status => status.Id));
        Assert.Equal(4, stand.Heals.WaitingByPriority[HealthPriority.Normal]);
    }
}
