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
    public async Task What_a_scan_finds_is_repaired_without_being_asked_for_and_the_command_line_shows_it()
    {
        using var stage = new HealthStage();
        string[] drives = await stage.MakeAsync();
        Directory.Delete(Path.Combine(drives[1], "user-uploads"), recursive: true);
        await stage.StartAsync(drives);
        string url = stage.Daemon!.Address.ToString();
        await HealthStage.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), "health", "scan", "start", "--mode", "Deep", "--wait", "--url", url], [0, 3]);
        await stage.WhenAsync("/admin/issues", issues => issues.GetProperty("total").GetInt32() == 0 && issues.GetProperty("open_by_severity").EnumerateObject().All(count => count.Value.GetInt32() == 0));
        await stage.WhenAsync("/admin/heals", heals => heals.GetProperty("by_status").GetProperty("Completed").GetInt32() > 0 && heals.GetProperty("by_status").GetProperty("Running").GetInt32() + heals.GetProperty("by_status").GetProperty("Queued").GetInt32() == 0);
        string status = await HealthStage.WeirAsync("health", "status", "--url", url);
        Assert.Contains("issues: none", status, StringComparison.Ordinal);
        Assert.Equal("no issues\n", await HealthStage.WeirAsync("health", "issues", "--url", url));
        string scans = await HealthStage.WeirAsync("health", "scan", "--url", url);
        Assert.Contains("Completed", scans, StringComparison.Ordinal);
        string changed = await HealthStage.WeirAsync("health", "policy", "scan", "--preset", "gentle", "--url", url);
        Assert.Contains("bandwidth_limit_mbps", changed, StringComparison.Ordinal);
        Assert.Contains("objects_total", await HealthStage.WeirAsync("health", "metrics", "--url", url), StringComparison.Ordinal);
        await stage.Daemon.SignalAsync("TERM");
        Assert.Equal(0, await stage.Daemon.WaitForExitAsync());
        await HealthStage.WeirAsync(["drives", "verify", .. drives, "--mode", "deep"]);
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
