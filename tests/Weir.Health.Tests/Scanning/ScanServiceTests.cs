using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Health.Tests.Scanning;

public sealed class ScanServiceTests
{
    private static readonly ScanRequest Everything = new() { Strategy = ScanStrategy.Full };

    [Fact]
    public async Task A_full_scan_counts_everything_and_finds_nothing_on_whole_drives()
    {
        await using var bench = new ScanBench(drives: 8);
        MadeVersion[] made = [.. GeneratedObjects.Write(bench.Tree, "bucket", 42, 1, null)];
        await bench.StartAsync();
        ScanStatus status = await bench.ScanAsync(Everything);
        Assert.Equal(ScanState.Completed, status.State);
        Assert.Null(status.Error);
        Assert.Equal(42, status.ObjectsScanned);
        Assert.Equal(0, status.IssuesDetected);
        Assert.Equal(100, status.CompletionPercentage);
        Assert.Null(status.EstimatedObjects);
        Assert.Equal(VerifyMode.Normal, status.Request.Mode);
        Assert.Equal(42, bench.Scans.Inventory.Objects);
        Assert.Equal(made.Length, bench.Scans.Inventory.Redundancy.Sum(row => row.Versions));
        Assert.Equal(["ScanStarted", "ScanCycleCompleted"], (await Events(bench)).Where(type => type != "ScanProgress"));

        ScanStatus second = await bench.ScanAsync(Everything);
        Assert.Equal(42, second.EstimatedObjects);
        Assert.NotNull(second.EstimatedDuration);
    }

    [Fact]
    public async Task Each_kind_of_damage_becomes_an_issue_and_ends_when_it_is_gone()
    {
        await using var bench = new ScanBench();
        MadeVersion whole = Put(bench, "bucket", "whole", 3_000_000), lacking = Put(bench, "bucket", "photos/lacking", 3_000_000), rotten = Put(bench, "bucket", "rotten", 3_000_000);
        string lost = ObjectDirectory(bench, 0, lacking), kept = bench.Below("kept");
        Directory.Move(lost, kept);
        string part = Directory.GetFiles(ObjectDirectory(bench, 1, rotten), "part.1", SearchOption.AllDirectories).Single();
        byte[] content = File.ReadAllBytes(part), bad = [.. content];
        bad[1000] ^= 1;
        File.WriteAllBytes(part, bad);
        await bench.StartAsync();

        ScanStatus normal = await bench.ScanAsync(Everything);
        HealthIssue missing = Assert.Single(bench.Scans.Issues(normal.Id, 0, 100));
        Assert.Equal((IssueType.MissingShards, Severity.High, "bucket", "photos/lacking", "null"), (missing.Type, missing.Severity, missing.Bucket, missing.Object, missing.VersionId));
        Assert.StartsWith("Missing 1 ", missing.Description, StringComparison.Ordinal);
        Assert.Equal([bench.Tree.Drives[0]], missing.Drives);
        Assert.Equal(normal.Id, missing.ScanId);
        Assert.True(missing.IsRepairable);

        ScanStatus deep = await bench.ScanAsync(Everything with { Mode = VerifyMode.Deep });
        Assert.Equal(2, deep.IssuesDetected);
        HealthIssue corrupt = Assert.Single(bench.Issues.Query(new() { Type = IssueType.CorruptShards }).Issues);
        Assert.Equal(("rotten", VerifyMode.Deep), (corrupt.Object, corrupt.ShownBy));
        Assert.True(deep.BytesScanned > 8_000_000, $"{deep.BytesScanned} bytes");
        Assert.Equal(missing.Id, Assert.Single(bench.Issues.Query(new() { Prefix = "photos/" }).Issues).Id);

        // A look that does not read blocks cannot tell that they are good again; one that reads them can.
        Directory.Move(kept, lost);
        File.WriteAllBytes(part, content);
        await bench.ScanAsync(Everything);
        Assert.Equal(corrupt.Id, Assert.Single(bench.Issues.Query(new()).Issues).Id);
        await bench.ScanAsync(Everything with { Mode = VerifyMode.Deep });
        Assert.Empty(bench.Issues.Query(new()).Issues);
        Assert.Equal(2, bench.Issues.DetectedBySeverity.Values.Sum());
        Assert.Equal(["HealthIssueDetected", "HealthIssueDetected", "HealthIssueCleared", "HealthIssueCleared"], (await bench.ReadAsync(HealthTopics.Issues)).Select(record => record.Type));
        _ = whole;
    }

    [Fact]
    public async Task An_issue_ends_with_its_object()
    {
        await using var bench = new ScanBench();
        MadeVersion[] made = [.. Enumerable.Range(0, 5).Select(i => Put(bench, "bucket", $"{i}", 3_000_000))];
        foreach (int i in (int[])[1, 4]) Directory.Delete(ObjectDirectory(bench, 0, made[i]), recursive: true);
        await bench.StartAsync();
        await bench.ScanAsync(Everything);
        Assert.Equal(2, bench.Issues.Query(new()).Total);
        foreach (int i in (int[])[1, 4])
        {
            for (int drive = 1; drive < 4; drive++) Directory.Delete(ObjectDirectory(bench, drive, made[i]), recursive: true);
        }

        // A scan of another bucket knows nothing of it.
        await bench.ScanAsync(Everything with { Scope = new() { Buckets = ["other"] } });
        Assert.Equal(2, bench.Issues.Query(new()).Total);
        await bench.ScanAsync(Everything);
        Assert.Equal(0, bench.Issues.Query(new()).Total);
    }

    [Fact]
    public async Task Orphans_of_an_object_and_issues_below_it_do_not_end_each_other()
    {
        await using var bench = new ScanBench(batch: 1);
        MadeVersion outer = Put(bench, "bucket", "a", 3_000_000);
        string[] below = ["a/b", "a/ff", "a/zz"];
        foreach (string key in below) Directory.Delete(ObjectDirectory(bench, 0, Put(bench, "bucket", key, 1000)), recursive: true);
        string orphan = Path.Combine(ObjectDirectory(bench, 1, outer), "c1234567-89ab-4cde-8f01-23456789abcd");
        Directory.CreateDirectory(orphan);
        File.WriteAllBytes(Path.Combine(orphan, "part.1"), [1, 2, 3]);
        await bench.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            await bench.ScanAsync(Everything);
            Assert.Equal(below, bench.Issues.Query(new() { Type = IssueType.MissingShards }).Issues.Select(issue => issue.Object).Order(StringComparer.Ordinal));
            Assert.Equal("a", Assert.Single(bench.Issues.Query(new() { Type = IssueType.OrphanData }).Issues).Object);
        }

        Assert.Equal(4, (await bench.ReadAsync(HealthTopics.Issues)).Count);
    }

    [Fact]
    public async Task With_a_drive_away_nothing_is_taken_for_gone_or_lost()
    {
        await using var bench = new ScanBench();
        MadeVersion one = Put(bench, "bucket", "one", 3_000_000);
        Directory.Delete(ObjectDirectory(bench, 0, one), recursive: true);
        Put(bench, "bucket", "two", 3_000_000);
        await bench.StartAsync();
        await bench.ScanAsync(Everything);
        HealthIssue before = Assert.Single(bench.Issues.Query(new()).Issues);
        Directory.Move(bench.Tree.Drives[1], bench.Below("away"));
        await bench.Pools.CheckAsync(ScanBench.Ended);
        ScanStatus status = await bench.ScanAsync(Everything);
        Assert.Equal(2, status.ObjectsScanned);
        Assert.Equal(before.Id, Assert.Single(bench.Issues.Query(new() { Bucket = "bucket" }).Issues).Id);
        await Eventually.Is(() => bench.Issues.Query(new() { Type = IssueType.DriveFailure }).Total == 1);
        Assert.Equal([bench.Tree.Drives[1]], bench.Issues.Query(new() { Type = IssueType.DriveFailure }).Issues[0].Drives);
        Directory.Move(bench.Below("away"), bench.Tree.Drives[1]);
        await bench.Pools.CheckAsync(ScanBench.Ended);
        await Eventually.Is(() => bench.Issues.Query(new() { Type = IssueType.DriveFailure }).Total == 0);
    }

    [Fact]
    public async Task Targets_are_objects_prefixes_buckets_and_drives()
    {
        await using var bench = new ScanBench(drives: 8);
        for (int i = 0; i < 20; i++) Put(bench, i < 10 ? "first" : "second", $"dir{i % 2}/object-{i}", 1000);
        await bench.StartAsync();
        Assert.Equal(1, (await Target(new("first", "dir0/object-2", null, null))).ObjectsScanned);
        Assert.Equal(0, (await Target(new("first", "dir0/none", null, null))).ObjectsScanned);
        Assert.Equal(5, (await Target(new("second", null, "dir1/obj", null))).ObjectsScanned);
        Assert.Equal(1, (await Target(new("second", null, "dir1/object-11", null))).ObjectsScanned);
        Assert.Equal(10, (await Target(new("second", null, null, null))).ObjectsScanned);
        long sets = (await Target(new(null, null, null, bench.Tree.Drives[0]))).ObjectsScanned + (await Target(new(null, null, null, bench.Tree.Drives[7]))).ObjectsScanned;
        Assert.Equal(20, sets);

        Task<ScanStatus> Target(ScanTarget target) => bench.ScanAsync(new() { Strategy = ScanStrategy.Targeted, Targets = [target] });
    }

    [Fact]
    public async Task A_scope_limits_buckets_system_objects_and_number()
    {
        await using var bench = new ScanBench();
        for (int i = 0; i < 10; i++) Put(bench, "first", $"{i}", 10);
        for (int i = 0; i < 7; i++) Put(bench, "second", $"{i}", 10);
        Put(bench, ".minio.sys", "config/iam/users", 10);
        await bench.StartAsync();
        Assert.Equal(18, (await bench.ScanAsync(Everything)).ObjectsScanned);
        Assert.Equal(17, (await bench.ScanAsync(Everything with { Scope = new() { IncludesSystemObjects = false } })).ObjectsScanned);
        Assert.Equal(7, (await bench.ScanAsync(Everything with { Scope = new() { Buckets = ["second", "third"] } })).ObjectsScanned);
        Assert.Equal(3, (await bench.ScanAsync(Everything with { Scope = new() { MaxObjects = 3 } })).ObjectsScanned);
        bench.Policies.Scan = bench.Policies.Scan with { SkipSystemObjects = true };
        Assert.Equal(17, (await bench.ScanAsync(Everything)).ObjectsScanned);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_by_name()
    {
        await using var bench = new ScanBench();
        await bench.OpenAsync();
        await Refused(Everything with { Scope = new() { MaxObjects = 0 } }, "max_objects");
        await Refused(Everything with { Scope = new() { Buckets = ["../etc"] } }, "scope.buckets");
        await Refused(Everything with { Scope = new() { Buckets = [] } }, "scope.buckets");
        await Refused(Everything with { Since = DateTimeOffset.UtcNow }, "since");
        await Refused(new() { Strategy = ScanStrategy.Incremental, Since = DateTimeOffset.UtcNow.AddDays(1) }, "since");
        await Refused(new() { Strategy = ScanStrategy.Smart }, "sample_rate");
        await Refused(new() { Strategy = ScanStrategy.Smart, SampleRate = 1.5 }, "sample_rate");
        await Refused(new() { Strategy = ScanStrategy.Targeted }, "targets");
        await Refused(new() { Strategy = ScanStrategy.Targeted, Targets = [new(null, null, null, "/etc")] }, "/etc");
        await Refused(new() { Strategy = ScanStrategy.Targeted, Targets = [new("bucket", "../../x", null, null)] }, "object");
        await Refused(new() { Strategy = ScanStrategy.Targeted, Targets = [new("bucket", null, "../x", null)] }, "prefix");
        Assert.Empty(bench.Scans.List());
        Assert.Null(bench.Scans.Find("scan-1"));
        Assert.Equal(HealthProblem.NotFound, (await Assert.ThrowsAsync<HealthException>(() => bench.Scans.CancelAsync("scan-1", ScanBench.Ended))).Problem);

        async Task Refused(ScanRequest request, string named)
        {
            HealthException error = await Assert.ThrowsAsync<HealthException>(() => bench.Scans.StartAsync(request, ScanBench.Ended));
            Assert.Equal(HealthProblem.Invalid, error.Problem);
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_same_scan_and_one_that_is_covered_are_conflicts()
    {
        await using var bench = new ScanBench();
        await bench.OpenAsync();
        ScanStatus first = await bench.Scans.StartAsync(Everything, ScanBench.Ended);
        Assert.Equal(ScanState.Queued, first.State);
        Assert.Equal("scan_already_running", await Conflict(Everything));
        Assert.Equal("scan_overlap", await Conflict(Everything with { Scope = new() { Buckets = ["a-bucket"] } }));
        Assert.Equal("scan_overlap", await Conflict(Everything with { Mode = VerifyMode.Quick }));
        await bench.Scans.StartAsync(Everything with { Mode = VerifyMode.Deep }, ScanBench.Ended);
        await bench.Scans.StartAsync(new() { Strategy = ScanStrategy.Targeted, Targets = [new("a-bucket", null, null, null)] }, ScanBench.Ended);
        await bench.Scans.CancelAsync(first.Id, ScanBench.Ended);
        Assert.Equal("scan_overlap", await Conflict(Everything));

        async Task<string> Conflict(ScanRequest request)
        {
            HealthException error = await Assert.ThrowsAsync<HealthException>(() => bench.Scans.StartAsync(request, ScanBench.Ended));
            Assert.Equal(HealthProblem.Conflict, error.Problem);
            return error.Code;
        }
    }

    [Fact]
    public async Task A_storage_event_starts_a_deep_scan_of_its_drive_and_emergency_heals_with_its_incident()
    {
        await using var bench = new ScanBench();
        MadeVersion endangered = Put(bench, "bucket", "endangered", 3_000_000), degraded = Put(bench, "bucket", "degraded", 3_000_000);
        foreach (int drive in (int[])[0, 1]) Directory.Delete(ObjectDirectory(bench, drive, endangered), recursive: true);
        Directory.Delete(ObjectDirectory(bench, 0, degraded), recursive: true);
        var batch = new Weir.Feed.RecordBatch();
        string request = $$"""{"request_id":"x","reason":"DEV_IO_ERROR","device":{"wwid":"w","path":"/dev/sdb","uuid":"u","mount_point":"/"},"drive_path":"{{bench.Tree.Drives[0]}}","incident_id":"incident-7","event_ids":["e"],"strategy":"Targeted","mode":"Deep","priority":"Critical"}""";
        batch.Add("ScanRequested"u8, "block:events"u8, "x"u8, System.Text.Encoding.UTF8.GetBytes(request));
        batch.Add("ScanRequested"u8, "block:events"u8, "x"u8, "{\"strategy\":\"Sideways\"}"u8);
        await bench.Feed.AppendAsync(HealthTopics.Requests, batch, default, ScanBench.Ended);
        await bench.StartAsync();
        await Eventually.Is(() => bench.Scans.List().Count == 1);
        ScanStatus status = await bench.EndOf(bench.Scans.List()[0].Id);
        Assert.Equal((ScanState.Completed, VerifyMode.Deep, HealthPriority.Critical, "incident-7", 2), (status.State, status.Request.Mode, status.Request.Priority, status.Request.IncidentId, status.ObjectsScanned));
        Assert.Equal(2, bench.Issues.Query(new() { IncidentId = "incident-7" }).Total);
        var heals = (await bench.ReadAsync(HealthTopics.Requests)).Where(record => record.Type == "HealRequested").ToArray();
        Assert.Equal(("endangered", "Emergency", "Emergency", "incident-7"), heals.Select(heal => (
            heal.Data.GetProperty("object").GetString(), heal.Data.GetProperty("priority").GetString(), heal.Data.GetProperty("mode").GetString(), heal.Data.GetProperty("incident_id").GetString())).Single());

        // Another process reads no request twice.
        await bench.StopAsync();
        await bench.StartAsync();
        await bench.ScanAsync(Everything);
        Assert.Equal(2, bench.Scans.List().Count);
    }

    private static MadeVersion Put(ScanBench bench, string bucket, string key, int size) => bench.Tree.Put(ObjectName.Create(bucket, key), new SeededStream(size, size));

    private static string ObjectDirectory(ScanBench bench, int drive, MadeVersion version) => Path.Combine(bench.Tree.Drives[drive], version.Name.Bucket, version.Name.StoredKey);

    private static async Task<IEnumerable<string>> Events(ScanBench bench)
    {
        // They are news, told beside the scan.
        List<string> types = [];
        for (int i = 0; i < 1000 && !types.Contains("ScanCycleCompleted"); i++)
        {
            types = [.. (await bench.ReadAsync(HealthTopics.Events)).Select(record => record.Type)];
            await Task.Delay(5, ScanBench.Ended);
        }

        return types;
    }
}
