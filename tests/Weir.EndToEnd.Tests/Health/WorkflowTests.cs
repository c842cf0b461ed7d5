using System.Text.Json;

namespace Weir.EndToEnd.Tests.Health;

/// <summary>The design's "Complete Monitoring and Repair Workflow", with curl and jq against a daemon on drives with damage.</summary>
public sealed class WorkflowTests
{
    private static readonly string[] Envelope = ["success", "data", "timestamp"];
    private static readonly string[] Progress = ["objects_scanned", "bytes_scanned", "issues_detected", "completion_percentage", "scan_rate_ops", "scan_rate_bps", "elapsed_time", "estimated_remaining"];
    private static readonly string[] Issue = ["issue_type", "severity", "bucket", "object", "description", "detected_at"];
    private static readonly string[] Result = ["success", "shards_repaired", "total_shards", "duration", "strategy_used", "validation_results"];
    private static readonly string[] Validation = ["validation_type", "passed", "details", "duration"];

    [Fact]
    public async Task The_workflow_runs_as_written_and_each_answer_has_exactly_its_fields()
    {
        using var stage = new HealthStage();
        string[] drives = await stage.MakeAsync();
        string photo = Path.Combine(drives[0], "user-uploads", "photos", "IMG_001.jpg");
        Assert.True(Directory.Exists(photo));
        Directory.Delete(photo, recursive: true);
        await stage.StartAsync(drives);
        // Only what the workflow asks for is repaired.
        await stage.CallAsync(HttpMethod.Put, "/admin/policy/heal", """{"auto_heal_enabled":false}""");
        IReadOnlyList<(string Asked, string Answered)> all = await stage.RunWorkflowAsync();

        Exactly(["system_id", "status", "started_at"], Data(all[0]));
        JsonElement started = Data(all[1]);
        Exactly(["scan_id", "status", "estimated_duration", "estimated_objects"], started);
        Assert.Equal("Started", started.GetProperty("status").GetString());
        JsonElement[] scans = [.. all.Where(one => one.Asked.Contains("/admin/scan/scan-", StringComparison.Ordinal)).Select(Data)];
        Assert.True(scans.Length >= 2);
        foreach (JsonElement scan in scans)
        {
            Exactly(["scan_id", "status", "progress", "issues"], scan);
            Exactly(Progress, scan.GetProperty("progress"));
            Assert.All(scan.GetProperty("issues").EnumerateArray(), issue => Exactly(Issue, issue));
        }

        JsonElement found = Assert.Single(scans[^1].GetProperty("issues").EnumerateArray());
        Assert.Equal(("MissingShards", "user-uploads", "photos/IMG_001.jpg"), (found.GetProperty("issue_type").GetString(), found.GetProperty("bucket").GetString(), found.GetProperty("object").GetString()));
        Assert.Equal((100, 1), (scans[^1].GetProperty("progress").GetProperty("completion_percentage").GetInt32(), scans[^1].GetProperty("progress").GetProperty("issues_detected").GetInt32()));

        JsonElement queued = Data(all.First(one => one.Asked.Contains("/admin/heal/request", StringComparison.Ordinal)));
        Exactly(["heal_request_id", "status", "priority", "estimated_start", "queue_position"], queued);
        Assert.Equal("High", queued.GetProperty("priority").GetString());
        JsonElement[] heals = [.. all.Where(one => one.Asked.Contains("/admin/heal/heal-", StringComparison.Ordinal)).Select(Data)];
        Assert.All(heals, heal => Exactly(["heal_request_id", "status", "result"], heal));
        Assert.Equal("Completed", heals[^1].GetProperty("status").GetString());
        JsonElement result = heals[^1].GetProperty("result");
        Exactly(Result, result);
        Assert.All(result.GetProperty("validation_results").EnumerateArray(), validation => Exactly(Validation, validation));
        Assert.All(result.GetProperty("validation_results").EnumerateArray(), validation => Assert.True(validation.GetProperty("passed").GetBoolean()));
        Assert.NotEmpty(result.GetProperty("validation_results").EnumerateArray());
        Assert.Equal((true, 4), (result.GetProperty("success").GetBoolean(), result.GetProperty("total_shards").GetInt32()));
        Assert.True(result.GetProperty("shards_repaired").GetInt32() > 0);
        Assert.Contains(result.GetProperty("strategy_used").GetString(), (string[])["DataShardRepair", "ParityShardRepair", "HybridRepair"]);
        Assert.True(Directory.Exists(photo));
        Assert.Equal(0, (await stage.WhenAsync("/admin/issues", issues => issues.GetProperty("total").GetInt32() == 0)).GetProperty("total").GetInt32());

        JsonElement metrics = Data(all[^2]);
        Exactly(["period", "timestamp_range", "metrics"], metrics);
        Exactly(["start", "end"], metrics.GetProperty("timestamp_range"));
        Assert.All(metrics.GetProperty("metrics").EnumerateObject(), metric => Exactly(["value", "unit", "labels"], metric.Value));
        foreach (string name in new[] { "objects_total", "scan_rate_objects_per_second", "heal_success_rate" }) Assert.True(metrics.GetProperty("metrics").TryGetProperty(name, out _), name);
        Assert.True(metrics.GetProperty("metrics").GetProperty("objects_total").GetProperty("value").GetInt64() >= 20);
        Assert.Contains("# TYPE rustfs_objects_total gauge\nrustfs_objects_total ", all[^1].Answered, StringComparison.Ordinal);
        Assert.Contains("rustfs_health_issues_total{severity=\"high\"} ", all[^1].Answered, StringComparison.Ordinal);

        // The whole of it stands: started twice, it says when it was started first.
        JsonElement again = await stage.CallAsync(HttpMethod.Post, "/admin/system/start");
        Assert.Equal(Data(all[0]).GetProperty("started_at").GetString(), again.GetProperty("started_at").GetString());
        JsonElement health = await stage.GetAsync("/status/health");
        Exactly(["status", "version", "uptime_seconds", "subsystems"], health);
        Assert.Equal("Running", health.GetProperty("status").GetString());
        await HealthStage.RunAsync("bash", ["-c", $"curl -sf {stage.Daemon!.Address}metrics | promtool check metrics"], [0]);
        await stage.Daemon.SignalAsync("TERM");
        Assert.Equal(0, await stage.Daemon.WaitForExitAsync());
        await HealthStage.WeirAsync(["drives", "verify", .. drives, "--mode", "deep"]);
    }

    [Fact]
    public async Task The_command_line_scans_shows_repairs_and_steers()
    {
        using var stage = new HealthStage();
        string[] drives = await stage.MakeAsync();
        Directory.Delete(Path.Combine(drives[1], "user-uploads", "photos"), recursive: true);
        await stage.StartAsync(drives);
        await stage.CallAsync(HttpMethod.Put, "/admin/policy/heal", """{"auto_heal_enabled":false}""");
        Task<string> HealthAsync(int code, params string[] words) =>
            HealthStage.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), "health", .. words, "--url", stage.Daemon!.Address.ToString()], [code]);
        Assert.Contains("photos/IMG_001.jpg", await HealthAsync(3, "scan", "start", "--mode", "Deep", "--wait"), StringComparison.Ordinal);
        Assert.Contains("MissingShards", await HealthAsync(3, "issues", "--severity", "Medium"), StringComparison.Ordinal);
        Assert.Contains("issues: 1 High", await HealthAsync(3, "status"), StringComparison.Ordinal);
        Assert.Contains("bandwidth_limit_mbps", await HealthAsync(0, "policy", "scan", "--preset", "gentle"), StringComparison.Ordinal);
        Assert.Contains("loopback", await HealthAsync(0, "policy", "scan", "--history"), StringComparison.Ordinal);
        Assert.Contains("Checksum", await HealthAsync(0, "heal", "request", "user-uploads/photos/IMG_001.jpg", "--priority", "Critical", "--wait"), StringComparison.Ordinal);
        await stage.WhenAsync("/admin/issues", issues => issues.GetProperty("total").GetInt32() == 0);
        Assert.Equal("no issues\n", await HealthAsync(0, "issues"));
        Assert.Contains("issues: none", await HealthAsync(0, "status"), StringComparison.Ordinal);
        Assert.Contains("Completed", await HealthAsync(0, "scan"), StringComparison.Ordinal);
        Assert.Contains("heals_completed_total,1,count", await HealthAsync(0, "metrics", "heals_completed", "--format", "csv"), StringComparison.Ordinal);
        Assert.Contains("Stopped", await HealthAsync(3, "status", "--stop"), StringComparison.Ordinal);
        Assert.Contains("Running", await HealthAsync(0, "status", "--start"), StringComparison.Ordinal);
        await stage.Daemon!.SignalAsync("TERM");
        Assert.Equal(0, await stage.Daemon.WaitForExitAsync());
        await HealthStage.WeirAsync(["drives", "verify", .. drives, "--mode", "deep"]);
    }

    [Fact]
    public async Task Without_a_daemon_scanner_and_healer_run_in_the_program()
    {
        using var stage = new HealthStage();
        string[] drives = await stage.MakeAsync();
        Directory.Delete(Path.Combine(drives[2], "user-uploads", "photos"), recursive: true);
        Task<string> HealthAsync(int code, params string[] words) => HealthStage.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), "health", .. words, "--drives", .. drives], [code]);
        Assert.Contains("photos/IMG_001.jpg", await HealthAsync(3, "scan", "start"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(drives[2], "user-uploads", "photos")));
        Assert.Contains("Completed", await HealthAsync(0, "heal", "request", "user-uploads/photos/IMG_001.jpg"), StringComparison.Ordinal);
        Assert.Contains("no issues", await HealthAsync(0, "scan", "start", "--mode", "Deep"), StringComparison.Ordinal);
        // Of the system itself nothing is left behind.
        Assert.Equal(["drives"], Directory.GetDirectories(stage.Directory).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_a_scan_finds_is_repaired_without_being_asked_for_and_the_numbers_come_back()
    {
        using var stage = new HealthStage();
        string[] drives = await stage.MakeAsync();
        Directory.Delete(Path.Combine(drives[1], "user-uploads"), recursive: true);
        await stage.StartAsync(drives);
        JsonElement scan = await stage.CallAsync(HttpMethod.Post, "/admin/scan/start", """{"strategy":{"type":"Full","mode":"Deep"}}""");
        JsonElement ended = await stage.WhenAsync($"/admin/scan/{scan.GetProperty("scan_id").GetString()}", now => now.GetProperty("status").GetString() == "Completed");
        Assert.True(ended.GetProperty("progress").GetProperty("issues_detected").GetInt32() > 0);
        await stage.WhenAsync("/admin/issues", issues => issues.GetProperty("total").GetInt32() == 0);
        JsonElement counts = (await stage.WhenAsync("/admin/heals", heals => heals.GetProperty("by_status") is var by && by.GetProperty("Running").GetInt32() + by.GetProperty("Queued").GetInt32() == 0)).GetProperty("by_status");
        Assert.Equal(0, counts.GetProperty("Failed").GetInt32());
        JsonElement metrics = (await stage.WhenAsync("/metrics/system?metrics=heals_completed,heal_success_rate,shards_repaired,open_issues",
            data => data.GetProperty("metrics").GetProperty("heals_completed_total").GetProperty("value").GetInt32() == counts.GetProperty("Completed").GetInt32())).GetProperty("metrics");
        Assert.Equal((1, 0), (metrics.GetProperty("heal_success_rate").GetProperty("value").GetInt32(), metrics.GetProperty("open_issues_high").GetProperty("value").GetInt32()));
        await stage.Daemon!.SignalAsync("TERM");
        Assert.Equal(0, await stage.Daemon.WaitForExitAsync());
        await HealthStage.WeirAsync(["drives", "verify", .. drives, "--mode", "deep"]);
    }

    [Fact]
    public async Task Killed_while_it_scans_and_repairs_it_goes_on_and_nothing_is_lost()
    {
        using var stage = new HealthStage();
        string[] drives = await stage.MakeAsync(objects: 300);
        Directory.Delete(Path.Combine(drives[3], "user-uploads"), recursive: true);
        await stage.StartAsync(drives);
        JsonElement scan = await stage.CallAsync(HttpMethod.Post, "/admin/scan/start", """{"strategy":{"type":"Full","mode":"Deep"}}""");
        string path = $"/admin/scan/{scan.GetProperty("scan_id").GetString()}";
        JsonElement heal = await stage.CallAsync(HttpMethod.Post, "/admin/heal/request", """{"bucket":"user-uploads","object":"photos/IMG_001.jpg"}""");
        for (int i = 0; i < 3; i++)
        {
            stage.Daemon!.Kill();
            await stage.StartAsync(drives);
        }

        Assert.Equal("Completed", (await stage.WhenAsync(path, now => now.GetProperty("status").GetString() is "Completed" or "Failed" or "Cancelled")).GetProperty("status").GetString());
        JsonElement repaired = await stage.WhenAsync($"/admin/heal/{heal.GetProperty("heal_request_id").GetString()}", now => now.GetProperty("status").GetString() is "Completed" or "Failed");
        Assert.Equal("Completed", repaired.GetProperty("status").GetString());
        await stage.WhenAsync("/admin/issues", issues => issues.GetProperty("total").GetInt32() == 0);
        await stage.Daemon!.SignalAsync("TERM");
        Assert.Equal(0, await stage.Daemon.WaitForExitAsync());
        await HealthStage.WeirAsync(["drives", "verify", .. drives, "--mode", "deep"]);
    }

    [Fact]
    public async Task A_reader_that_missed_something_has_the_object_repaired_in_real_time()
    {
        using var stage = new HealthStage();
        string[] drives = await stage.MakeAsync();
        string photo = Path.Combine(drives[0], "user-uploads", "photos");
        Directory.Delete(photo, recursive: true);
        await stage.StartAsync(drives);
        string feed = Path.Combine(stage.Directory, "feed");
        string said = await HealthStage.RunAsync("bash", ["-c", $"dotnet '{Path.Combine(AppContext.BaseDirectory, "weir.dll")}' drives get {string.Join(' ', drives)} user-uploads/photos/IMG_001.jpg --feed 'file:{feed}' 2>&1 >/dev/null"], [0]);
        Assert.Contains("asked on", said, StringComparison.Ordinal);
        JsonElement heals = await stage.WhenAsync("/admin/heals", all => all.GetProperty("by_status").GetProperty("Completed").GetInt32() == 1);
        Assert.Equal(("RealTime", "drives get"), (heals.GetProperty("heals")[0].GetProperty("mode").GetString(), heals.GetProperty("heals")[0].GetProperty("reason").GetString()));
        Assert.True(Directory.Exists(photo));
    }

    private static JsonElement Data((string Asked, string Answered) one)
    {
        using JsonDocument document = JsonDocument.Parse(one.Answered);
        Exactly(Envelope, document.RootElement);
        Assert.True(document.RootElement.GetProperty("success").GetBoolean());
        return document.RootElement.GetProperty("data").Clone();
    }

    private static void Exactly(string[] members, JsonElement value) => Assert.Equal(members, value.EnumerateObject().Select(member => member.Name));
}
