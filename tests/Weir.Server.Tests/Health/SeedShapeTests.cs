using System.Text.Json;
using Weir.Health;
using Weir.Health.Metrics;

namespace Weir.Server.Tests.Health;

/// <summary>Each answer of the design that the API follows has exactly its members, in its order.</summary>
public sealed class SeedShapeTests
{
    private static readonly string[] IssueMembers = ["issue_type", "severity", "bucket", "object", "description", "detected_at"];

    [Fact]
    public async Task The_system_is_started_twice_and_says_when_it_was_started_first()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        const string body = """{"coordinator":{"event_buffer_size":10000,"max_concurrent_operations":1000},"scanner":{"default_scan_mode":"Deep","scan_interval":"12h"},"heal":{"max_workers":16,"queue_capacity":50000}}""";
        for (int i = 0; i < 2; i++)
        {
            JsonElement started = await api.DataAsync(HttpMethod.Post, "/admin/system/start", body);
            Assert.Equal("""{"system_id":"ahm-001","status":"Running","started_at":"2024-01-15T10:30:00Z"}""", started.GetRawText());
        }

        Assert.Equal(10000, api.Health.EventBufferSize);
        Assert.Equal((TimeSpan.FromHours(12), "Deep"), (api.Health.Policies.Scan.DefaultScanInterval, api.Health.Policies.Scan.DefaultScanMode.ToString()));
        Assert.Equal((16, 50000), (api.Health.Policies.Heal.MaxConcurrentHeals, api.Health.Policies.Heal.QueueCapacity));
        Assert.Equal("loopback", api.Health.Policies.History(Weir.Health.Policies.PolicyKind.Heal, 10)[0].ChangedBy);

        JsonElement health = await api.DataAsync(HttpMethod.Get, "/status/health");
        Assert.Equal(["status", "version", "uptime_seconds", "subsystems"], HealthApi.Names(health));
        Assert.Equal(("Running", "1.2.3"), (health.GetProperty("status").GetString(), health.GetProperty("version").GetString()));
        Assert.Equal(["scanner", "heal", "metrics"], HealthApi.Names(health.GetProperty("subsystems")));
        Assert.All(health.GetProperty("subsystems").EnumerateObject(), part => Assert.Equal(["status", "last_check", "error_message"], HealthApi.Names(part.Value)));
    }

    [Fact]
    public async Task A_scan_is_started_and_its_status_read()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        const string body = """{"strategy":{"type":"Full","mode":"Normal","scope":{"buckets":["important-data","user-uploads"],"include_system_objects":false,"max_objects":1000000}},"priority":"High"}""";
        JsonElement started = await api.DataAsync(HttpMethod.Post, "/admin/scan/start", body);
        Assert.Equal("""{"scan_id":"scan-1","status":"Started","estimated_duration":null,"estimated_objects":null}""", started.GetRawText());
        ScanStatus scan = api.Health.Parts!.Scans.Find("scan-1")!;
        Assert.Equal((HealthPriority.High, "api: loopback"), (scan.Request.Priority, scan.Request.Reason));
        Assert.Equal(["important-data", "user-uploads"], scan.Request.Scope.Buckets!);
        Assert.Equal((false, 1000000L), (scan.Request.Scope.IncludesSystemObjects, scan.Request.Scope.MaxObjects));

        api.Health.Set(scan with
        {
            ObjectsScanned = 425000,
            BytesScanned = 1073741824000,
            IssuesDetected = 23,
            CompletionPercentage = 50.0,
            ObjectsPerSecond = 117.5,
            BytesPerSecond = 268435456,
            Elapsed = TimeSpan.FromMinutes(75),
            EstimatedRemaining = TimeSpan.FromMinutes(75),
        });
        for (int i = 0; i < 150; i++) api.Health.Found.Add(Issue(i));
        JsonElement status = await api.DataAsync(HttpMethod.Get, "/admin/scan/scan-1/status");
        Assert.Equal(["scan_id", "status", "progress", "issues"], HealthApi.Names(status));
        Assert.Equal(
            """{"objects_scanned":425000,"bytes_scanned":1073741824000,"issues_detected":23,"completion_percentage":50,"scan_rate_ops":117.5,"scan_rate_bps":268435456,"elapsed_time":"1h15m","estimated_remaining":"1h15m"}""",
            status.GetProperty("progress").GetRawText());
        JsonElement issues = status.GetProperty("issues");
        Assert.Equal(100, issues.GetArrayLength());
        Assert.All(issues.EnumerateArray(), issue => Assert.Equal(IssueMembers, HealthApi.Names(issue)));
        Assert.Equal("""{"issue_type":"MissingShards","severity":"High","bucket":"user-uploads","object":"photos/0.jpg","description":"Missing 1 data shard","detected_at":"2024-01-15T10:30:00Z"}""", issues[0].GetRawText());
        JsonElement rest = await api.DataAsync(HttpMethod.Get, "/admin/scan/scan-1/issues?offset=100&limit=1000");
        Assert.Equal(50, rest.GetProperty("issues").GetArrayLength());
        Assert.Equal("issue-100", rest.GetProperty("issues")[0].GetProperty("issue_id").GetString());
    }

    [Fact]
    public async Task A_repair_is_asked_for_and_its_result_read()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        JsonElement queued = await api.DataAsync(HttpMethod.Post, "/admin/heal/request", """{"bucket":"user-uploads","object":"photos/IMG_001.jpg","version_id":null,"priority":"High","mode":"OnDemand","max_retries":3}""");
        Assert.Equal("""{"heal_request_id":"heal-1","status":"Queued","priority":"High","estimated_start":null,"queue_position":1}""", queued.GetRawText());
        JsonElement waiting = await api.DataAsync(HttpMethod.Get, "/admin/heal/heal-1/status");
        Assert.Equal("""{"heal_request_id":"heal-1","status":"Queued","result":null}""", waiting.GetRawText());

        HealStatus heal = api.Health.Parts!.Heals.Find("heal-1")!;
        Assert.Null(heal.Request.VersionId);
        var result = new HealResult(true, 1, 8, TimeSpan.FromSeconds(45), HealStrategy.ParityShardRepair,
            [new("Checksum", true, "Object checksum verified", TimeSpan.FromSeconds(2)), new("ShardCount", true, "All 8 shards present", TimeSpan.FromMilliseconds(250))], []);
        api.Health.Set(heal with { State = HealState.Completed, Result = result });
        Assert.Equal(
            """{"heal_request_id":"heal-1","status":"Completed","result":{"success":true,"shards_repaired":1,"total_shards":8,"duration":"45s","strategy_used":"ParityShardRepair","validation_results":[{"validation_type":"Checksum","passed":true,"details":"Object checksum verified","duration":"2s"},{"validation_type":"ShardCount","passed":true,"details":"All 8 shards present","duration":"250ms"}]}}""",
            (await api.DataAsync(HttpMethod.Get, "/admin/heal/heal-1/status")).GetRawText());

        api.Health.Set(heal with { State = HealState.Completed, Result = result with { Success = false, Unrepaired = [new("null", "unrecoverable", "2 good shards are left and 4 are needed")] } });
        JsonElement partly = (await api.DataAsync(HttpMethod.Get, "/admin/heal/heal-1/status")).GetProperty("result").GetProperty("unrepaired_versions");
        Assert.Equal("""[{"version_id":"null","verdict":"unrecoverable","reason":"2 good shards are left and 4 are needed"}]""", partly.GetRawText());
    }

    [Fact]
    public async Task Metrics_are_told_over_a_period_by_their_short_names()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        api.Health.Samples.Add(Sample(now.AddMinutes(-10), objects: 2_400_000, rate: 100, completed: 0, failed: 0));
        api.Health.Samples.Add(Sample(now.AddMinutes(-5), objects: 2_500_000, rate: 135, completed: 98, failed: 2));
        JsonElement data = await api.DataAsync(HttpMethod.Get, "/metrics/system?period=1h&metrics=objects_total,scan_rate,heal_success_rate");
        Assert.Equal(["period", "timestamp_range", "metrics"], HealthApi.Names(data));
        Assert.Equal("1h", data.GetProperty("period").GetString());
        Assert.Equal(["start", "end"], HealthApi.Names(data.GetProperty("timestamp_range")));
        Assert.Equal(
            """{"objects_total":{"value":2500000,"unit":"count","labels":{}},"scan_rate_objects_per_second":{"value":117.5,"unit":"ops","labels":{}},"heal_success_rate":{"value":0.98,"unit":"ratio","labels":{}}}""",
            Canonical(data.GetProperty("metrics")));

        string text = await api.Client.GetStringAsync("/metrics/prometheus", TestContext.Current.CancellationToken);
        Assert.Contains("# HELP rustfs_objects_total Total number of objects in the system\n# TYPE rustfs_objects_total gauge\nrustfs_objects_total 2500000\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE rustfs_scan_rate_objects_per_second gauge\nrustfs_scan_rate_objects_per_second 135\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE rustfs_health_issues_total counter\nrustfs_health_issues_total{severity=\"critical\"} 0\nrustfs_health_issues_total{severity=\"high\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("rustfs_heal_success_rate 0.98\n", text, StringComparison.Ordinal);
        Assert.Contains("weir_role_up", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_put_as_the_design_shows()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        JsonElement scan = await api.DataAsync(HttpMethod.Put, "/admin/policy/scan",
            """{"default_scan_interval":"12h","deep_scan_probability":0.1,"bandwidth_limit_mbps":100,"concurrent_scanners":4,"skip_system_objects":true,"priority_buckets":["critical-data","user-data"]}""");
        Assert.Equal((1, false), (scan.GetProperty("version").GetInt32(), scan.GetProperty("dry_run").GetBoolean()));
        Assert.Equal("12h", scan.GetProperty("policy").GetProperty("default_scan_interval").GetString());
        Assert.Equal("""{"before":"24h","after":"12h"}""", Canonical(scan.GetProperty("changes").GetProperty("default_scan_interval")));
        await api.DataAsync(HttpMethod.Put, "/admin/policy/heal",
            """{"max_concurrent_heals":8,"emergency_heal_timeout":"5m","auto_heal_enabled":true,"heal_verification_required":true,"priority_mapping":{"critical_buckets":"Emergency","important_buckets":"High","standard_buckets":"Normal"}}""");
        Assert.Equal(HealthPriority.Emergency, api.Health.Policies.Heal.PriorityMapping["critical_buckets"]);
        Assert.Equal("12h", (await api.DataAsync(HttpMethod.Get, "/admin/policy/scan")).GetProperty("default_scan_interval").GetString());
        JsonElement tried = await api.DataAsync(HttpMethod.Put, "/admin/policy/retention?dry_run=true", """{"metrics":"1h"}""");
        Assert.True(tried.GetProperty("dry_run").GetBoolean());
        Assert.Equal("24h", (await api.DataAsync(HttpMethod.Get, "/admin/policy/retention")).GetProperty("metrics").GetString());
        JsonElement history = await api.DataAsync(HttpMethod.Get, "/admin/policy/scan/history");
        Assert.Equal("loopback", history.GetProperty("versions")[0].GetProperty("changed_by").GetString());
    }

    internal static HealthIssue Issue(int number) => new()
    {
        Id = $"issue-{number}",
        Type = IssueType.MissingShards,
        Severity = Severity.High,
        Bucket = "user-uploads",
        Object = $"photos/{number}.jpg",
        Description = "Missing 1 data shard",
        DetectedAt = FakeHealth.Then,
        ScanId = "scan-1",
        Margin = 1,
        VersionId = "null",
        Drives = ["/data/disk1"],
    };

    internal static HealthSample Sample(DateTimeOffset at, double objects, double rate, double completed, double failed)
    {
        var values = new double[HealthMetricTable.Columns.Count];
        Array.Fill(values, double.NaN);
        values[HealthMetricTable.ColumnOf("objects_total")] = objects;
        values[HealthMetricTable.ColumnOf("scan_rate_objects_per_second")] = rate;
        values[HealthMetricTable.ColumnOf("heals_completed_total")] = completed;
        values[HealthMetricTable.ColumnOf("heals_failed_total")] = failed;
        values[HealthMetricTable.ColumnOf("health_issues_total_critical")] = 0;
        values[HealthMetricTable.ColumnOf("health_issues_total_high")] = 3;
        return new(at, values);
    }

    private static string Canonical(JsonElement value) => JsonSerializer.Serialize(value);
}
