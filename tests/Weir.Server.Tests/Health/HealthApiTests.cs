using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Erasure.Drives;
using Weir.Health;
using Weir.Server.Security;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Health;

/// <summary>What the health API takes, what it refuses, and how.</summary>
public sealed class HealthApiTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_makes_no_sense_is_named_with_its_place()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        foreach ((HttpStatusCode status, string code, string part, string body) in new[]
        {
            (HttpStatusCode.BadRequest, "bad_request", "not JSON", "{"),
            (HttpStatusCode.BadRequest, "bad_request", "a JSON object", "[]"),
            (HttpStatusCode.BadRequest, "bad_request", "not JSON", """{"strategy":{"type":"Full"},"strategy":{}}"""),
            (HttpStatusCode.BadRequest, "bad_request", "not JSON", string.Concat(Enumerable.Repeat("{\"a\":", 40))),
            (HttpStatusCode.RequestEntityTooLarge, "too_large", "65536", "{\"x\":\"" + new string('x', 70_000) + "\"}"),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy: is missing", "{}"),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.type: 'Ful' is none of Full, Incremental, Smart, Targeted; did you mean 'Full'?", """{"strategy":{"type":"Ful"}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.mode: a text is expected", """{"strategy":{"type":"Full","mode":1}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.modes: there is no such field here; did you mean 'mode'?", """{"strategy":{"type":"Full","modes":"Deep"}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.sample_rate: there is no such field here", """{"strategy":{"type":"Full","sample_rate":0.5}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.sample_rate: is missing", """{"strategy":{"type":"Smart"}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.sample_rate: a number above 0 and at most 1", """{"strategy":{"type":"Smart","sample_rate":0}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.scope.max_objects: a whole number from 1", """{"strategy":{"type":"Full","scope":{"max_objects":-5}}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.scope.max_objects: a whole number from 1", """{"strategy":{"type":"Full","scope":{"max_objects":1e300}}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.scope.buckets[1]: a text", """{"strategy":{"type":"Full","scope":{"buckets":["a",2]}}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.scope.buckets: the list is empty", """{"strategy":{"type":"Full","scope":{"buckets":[]}}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.since: a time", """{"strategy":{"type":"Incremental","since":"yesterday"}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.targets: is missing", """{"strategy":{"type":"Targeted"}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.targets[0].bucket: is missing", """{"strategy":{"type":"Targeted","targets":[{"object":"k"}]}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "strategy.targets[0].drive: does not go with the rest", """{"strategy":{"type":"Targeted","targets":[{"drive":"/d","bucket":"b"}]}}"""),
            (HttpStatusCode.UnprocessableEntity, "invalid_field", "priority: 'Urgent' is none of", """{"strategy":{"type":"Full"},"priority":"Urgent"}"""),
        }) await api.RefusedAsync(status, code, part, HttpMethod.Post, "/admin/scan/start", body);
        foreach ((string part, string body) in new[]
        {
            ("bucket: is missing", """{"object":"k"}"""), ("object: is empty", """{"bucket":"b","object":""}"""), ("version_id: 'x' is neither", """{"bucket":"b","object":"k","version_id":"x"}"""),
            ("max_retries: a whole number from 0 to 100", """{"bucket":"b","object":"k","max_retries":1000000}"""), ("objekt: there is no such field here; did you mean 'object'?", """{"bucket":"b","object":"k","objekt":1}"""),
            ("object: has more than 4096 bytes", $$"""{"bucket":"b","object":"{{new string('ä', 3000)}}"}"""),
        }) await api.RefusedAsync(HttpStatusCode.UnprocessableEntity, "invalid_field", part, HttpMethod.Post, "/admin/heal/request", body);
        await api.RefusedAsync(HttpStatusCode.UnprocessableEntity, "invalid_field", "scanner.scan_interval: 'soon' is not a duration", HttpMethod.Post, "/admin/system/start", """{"scanner":{"scan_interval":"soon"}}""");
        await api.RefusedAsync(HttpStatusCode.UnprocessableEntity, "invalid_field", "heal.max_worker: there is no such field", HttpMethod.Post, "/admin/system/start", """{"heal":{"max_worker":1}}""");
        Assert.Equal(0, api.Health.Policies.Current(Weir.Health.Policies.PolicyKind.Heal).Number);
        foreach (string path in new[] { "/admin/scans?limit=0", "/admin/scans?limit=1001", "/admin/scans?status=Sleeping", "/admin/scans?stat=Paused", "/admin/heals?offset=-1", "/admin/issues?severity=Bad", "/metrics/system?period=25h", "/metrics/system?period=1", "/metrics/system?metrics=scan_rat", "/metrics/history?step=1s", "/metrics/system?format=xml" })
            await api.RefusedAsync(HttpStatusCode.BadRequest, "bad_request", ":", HttpMethod.Get, path);
    }

    [Fact]
    public async Task Each_kind_of_problem_has_its_status()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        foreach ((HealthProblem problem, HttpStatusCode status) in new[]
        {
            (HealthProblem.Invalid, HttpStatusCode.UnprocessableEntity), (HealthProblem.NotFound, HttpStatusCode.NotFound), (HealthProblem.Conflict, HttpStatusCode.Conflict),
            (HealthProblem.TooMany, HttpStatusCode.TooManyRequests), (HealthProblem.Unavailable, HttpStatusCode.ServiceUnavailable),
        })
        {
            api.Health.Fails = new HealthException(problem, "a_code", "what, where, what to do");
            await api.RefusedAsync(status, "a_code", "what to do", HttpMethod.Post, "/admin/scan/start", """{"strategy":{"type":"Full"}}""");
        }

        foreach (string path in new[] { "/admin/scan/nope", "/admin/scan/nope/status", "/admin/scan/nope/issues", "/admin/heal/nope", "/admin/heal/nope/status", "/admin/issues/nope", "/admin/reports/nope", "/admin/scan/..%2f..%2fetc" })
            await api.RefusedAsync(HttpStatusCode.NotFound, "not_found", "no", HttpMethod.Get, path);
        foreach (string path in new[] { "/admin/scan/nope/pause", "/admin/scan/nope/resume", "/admin/scan/nope/cancel", "/admin/heal/nope/cancel", "/admin/heal/nope/retry", "/admin/heal/nope/dismiss" })
            await api.RefusedAsync(HttpStatusCode.NotFound, "not_found", "no", HttpMethod.Post, path);
    }

    [Fact]
    public async Task Scans_and_repairs_are_listed_paused_resumed_cancelled_and_tried_again()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        await api.DataAsync(HttpMethod.Post, "/admin/scan/start", """{"strategy":{"type":"Targeted","mode":"deep","targets":[{"drive":"/data/disk1"},{"bucket":"b","prefix":"p/"},{"bucket":"b","object":"k"}]}}""");
        await api.DataAsync(HttpMethod.Post, "/admin/scan/start", """{"strategy":{"type":"Smart","sample_rate":0.25,"favor_unscanned":false}}""");
        JsonElement paused = await api.DataAsync(HttpMethod.Post, "/admin/scan/scan-1/pause", """{"resume_after":"2h30m"}""");
        Assert.Equal(("Paused", ("scan-1", (TimeSpan?)TimeSpan.FromMinutes(150))), (paused.GetProperty("status").GetString(), api.Health.LastPause!.Value));
        await api.RefusedAsync(HttpStatusCode.Conflict, "wrong_state", "Paused", HttpMethod.Post, "/admin/scan/scan-1/pause");
        JsonElement list = await api.DataAsync(HttpMethod.Get, "/admin/scans?status=paused");
        Assert.Equal(1, list.GetProperty("total").GetInt32());
        Assert.Equal("""[{"drive":"/data/disk1"},{"bucket":"b","prefix":"p/"},{"bucket":"b","object":"k"}]""", list.GetProperty("scans")[0].GetProperty("strategy").GetProperty("targets").GetRawText());
        Assert.Equal("Scanning", (await api.DataAsync(HttpMethod.Post, "/admin/scan/scan-1/resume")).GetProperty("status").GetString());
        Assert.Equal("Cancelled", (await api.DataAsync(HttpMethod.Post, "/admin/scan/scan-1/cancel")).GetProperty("status").GetString());
        Assert.Equal("scan-2", (await api.DataAsync(HttpMethod.Get, "/admin/scans?limit=1")).GetProperty("scans")[0].GetProperty("scan_id").GetString());
        await api.RefusedAsync(HttpStatusCode.Conflict, "scan_not_ended", "scan-2", HttpMethod.Get, "/admin/reports/scan-2");
        api.Health.Found.Add(SeedShapeTests.Issue(1));
        JsonElement report = await api.DataAsync(HttpMethod.Get, "/admin/reports/scan-1");
        Assert.Equal("""{"High":1}""", report.GetProperty("issues_by_severity").GetRawText());

        foreach (string key in new[] { "a", "b" }) await api.DataAsync(HttpMethod.Post, "/admin/heal/request", $$"""{"bucket":"b","object":"{{key}}","priority":"emergency","mode":"realtime","version_id":"null"}""");
        Assert.Equal("Cancelled", (await api.DataAsync(HttpMethod.Post, "/admin/heal/heal-1/cancel")).GetProperty("status").GetString());
        HealStatus failed = api.Health.Parts!.Heals.Find("heal-2")! with { State = HealState.Failed, Error = "it did not hold" };
        api.Health.Set(failed);
        JsonElement errors = await api.DataAsync(HttpMethod.Get, "/admin/heals/errors");
        Assert.Equal(("heal-2", "it did not hold", "RealTime"), (errors.GetProperty("heals")[0].GetProperty("heal_request_id").GetString(), errors.GetProperty("heals")[0].GetProperty("error").GetString(), errors.GetProperty("heals")[0].GetProperty("mode").GetString()));
        await api.DataAsync(HttpMethod.Post, "/admin/heal/heal-2/dismiss");
        Assert.Equal("Queued", (await api.DataAsync(HttpMethod.Post, "/admin/heal/heal-2/retry")).GetProperty("status").GetString());
        JsonElement heals = await api.DataAsync(HttpMethod.Get, "/admin/heals");
        Assert.Equal((2, 1), (heals.GetProperty("total").GetInt32(), heals.GetProperty("by_status").GetProperty("Queued").GetInt32()));
        Assert.Equal(1, heals.GetProperty("waiting_by_priority").GetProperty("Emergency").GetInt32());
    }

    [Fact]
    public async Task Issues_are_filtered_and_paged_and_drives_and_redundancy_told()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        for (int i = 0; i < 5; i++) api.Health.Found.Add(SeedShapeTests.Issue(i));
        JsonElement page = await api.DataAsync(HttpMethod.Get, "/admin/issues?bucket=b&prefix=p%2F&issue_type=CorruptShards&severity=Critical&drive=/d&incident_id=inc&after=issue-0&limit=2");
        Weir.Health.Scanning.IssueQuery query = api.Health.LastQuery!;
        Assert.Equal(("b", "p/", IssueType.CorruptShards, Severity.Critical, "/d", "inc", "issue-0", 2), (query.Bucket, query.Prefix, query.Type, query.LeastSeverity, query.Drive, query.IncidentId, query.After, query.Limit));
        Assert.Equal(("issue-1", 5, 5), (page.GetProperty("next").GetString(), page.GetProperty("total").GetInt32(), page.GetProperty("open_by_severity").GetProperty("High").GetInt32()));
        Assert.Equal("""["/data/disk1"]""", (await api.DataAsync(HttpMethod.Get, "/admin/issues/issue-3")).GetProperty("drives").GetRawText());

        api.Health.DriveList.Add(new() { Path = "/data/disk1", PoolName = "pool0", State = DriveState.Online, Pool = 0, Set = 1, Position = 2, TotalBytes = 100, FreeBytes = 40 });
        api.Health.DriveList.Add(new() { Path = "/data/disk2", PoolName = "pool0", State = DriveState.Online, IsFailed = true, Detail = "it does not answer" });
        JsonElement drives = (await api.DataAsync(HttpMethod.Get, "/admin/drives")).GetProperty("drives");
        Assert.Equal(("Online", 1, "Failed", JsonValueKind.Null), (drives[0].GetProperty("state").GetString(), drives[0].GetProperty("set").GetInt32(), drives[1].GetProperty("state").GetString(), drives[1].GetProperty("set").ValueKind));
        api.Health.Objects = 7;
        api.Health.Redundancy = [new(0, 1, "b", 2, 7)];
        Assert.Equal("""{"objects":7,"counted_at":null,"rows":[{"pool":0,"set":1,"bucket":"b","margin":2,"versions":7}]}""", (await api.DataAsync(HttpMethod.Get, "/admin/redundancy")).GetRawText());
    }

    [Fact]
    public async Task Metrics_come_as_JSON_CSV_and_for_Prometheus()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        DateTimeOffset now = DateTimeOffset.UtcNow;
        for (int i = 6; i > 0; i--) api.Health.Samples.Add(SeedShapeTests.Sample(now.AddMinutes(-i), objects: 100 - i, rate: i % 2, completed: 10 - i, failed: 0));
        string csv = await api.Client.GetStringAsync("/metrics/system?period=30m&metrics=objects_total,heals_completed,health_issues_total&format=csv", Token);
        Assert.Equal("name,value,unit,labels\r\nobjects_total,99,count,\r\nheals_completed_total,5,count,\r\nhealth_issues_total_critical,0,count,severity=critical\r\nhealth_issues_total_high,0,count,severity=high\r\nhealth_issues_total_medium,,count,severity=medium\r\nhealth_issues_total_low,,count,severity=low\r\n", csv);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics/system?metrics=objects_total,heals_completed");
        request.Headers.Add("Accept", "text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
        using HttpResponseMessage answer = await api.Client.SendAsync(request, Token);
        Assert.Equal("# HELP weir_health_objects Total number of objects in the system\n# TYPE weir_health_objects gauge\nweir_health_objects 99\n# HELP weir_health_heals_completed_total Repairs that were completed\n# TYPE weir_health_heals_completed_total counter\nweir_health_heals_completed_total 9\n", await answer.Content.ReadAsStringAsync(Token));
        JsonElement series = await api.DataAsync(HttpMethod.Get, "/metrics/history?period=10m&step=2m&metrics=objects_total,scan_rate");
        Assert.Equal("2m", series.GetProperty("step").GetString());
        JsonElement points = series.GetProperty("metrics").GetProperty("objects_total").GetProperty("points");
        Assert.InRange(points.GetArrayLength(), 3, 4);
        Assert.Equal(99, points[points.GetArrayLength() - 1][1].GetInt32());
        Assert.StartsWith("time,objects_total\r\n", await api.Client.GetStringAsync("/metrics/history?period=10m&metrics=objects&format=csv", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_it_says_so_and_its_policies_and_metrics_are_still_there()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        Assert.Equal("Stopped", (await api.DataAsync(HttpMethod.Post, "/admin/system/stop")).GetProperty("status").GetString());
        foreach (string path in new[] { "/admin/scans", "/admin/heals", "/admin/issues", "/admin/drives", "/admin/scan/scan-1/status" })
            await api.RefusedAsync(HttpStatusCode.ServiceUnavailable, "health_stopped", "/admin/system/start", HttpMethod.Get, path);
        Assert.Equal("Stopped", (await api.DataAsync(HttpMethod.Get, "/status/health")).GetProperty("status").GetString());
        await api.DataAsync(HttpMethod.Get, "/admin/policy/heal");
        await api.DataAsync(HttpMethod.Get, "/metrics/system");
        await api.DataAsync(HttpMethod.Post, "/admin/system/start");
        await api.DataAsync(HttpMethod.Get, "/admin/scans");
    }

    [Fact]
    public async Task Where_the_role_does_not_run_every_path_says_so_and_metrics_are_told_all_the_same()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        foreach (string path in new[] { "/status/health", "/admin/scans", "/admin/scan/x/status", "/admin/policy/scan", "/metrics/system" })
        {
            using HttpResponseMessage answer = await client.GetAsync(path, Token);
            Assert.Equal((path, HttpStatusCode.ServiceUnavailable), (path, answer.StatusCode));
            Assert.Contains("health_not_here", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }

        Assert.Contains("weir_role_up", await client.GetStringAsync("/metrics/prometheus", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roles_decide_who_may_and_changes_are_audited()
    {
        string[] texts = new string[3];
        await using HealthApi api = await HealthApi.StartAsync(daemon =>
        {
            daemon.AuthLines = "  loopback: token\n";
            TokenFile.Write(daemon.Tokens, [.. new[] { AccessRole.Viewer, AccessRole.Operator, AccessRole.Admin }.Select((role, i) => Weir.Server.Security.Token.Create(role.ToString(), role, DateTimeOffset.UnixEpoch, out texts[i]))]);
        });
        using HttpClient viewer = api.Daemon.Client(texts[0]), worker = api.Daemon.Client(texts[1]), admin = api.Daemon.Client(texts[2]);
        foreach ((HttpMethod method, string path, string? body, int needs) in new[]
        {
            (HttpMethod.Get, "/status/health", (string?)null, 0), (HttpMethod.Get, "/admin/policy/scan", null, 0),
            (HttpMethod.Post, "/admin/scan/start", """{"strategy":{"type":"Full"}}""", 1), (HttpMethod.Post, "/admin/heal/request", """{"bucket":"b","object":"k"}""", 1),
            (HttpMethod.Put, "/admin/policy/scan", """{"jitter":0.2}""", 2), (HttpMethod.Post, "/admin/system/stop", null, 2), (HttpMethod.Post, "/admin/system/start", null, 2),
        })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await api.CallAsync(method, path, body)).Status);
            HttpClient[] callers = [viewer, worker, admin];
            for (int i = 0; i < callers.Length; i++)
                Assert.Equal((path, i, i < needs ? HttpStatusCode.Forbidden : HttpStatusCode.OK), (path, i, (await api.CallAsync(method, path, body, callers[i])).Status));
        }

        string audit = await admin.GetStringAsync("/v1/feeds/topics/audit/records", Token);
        foreach (string told in new[] { "startScan", "requestHeal", "putScanPolicy", "stopHealth", "startHealth" }) Assert.Contains($".{told}\"", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_asks_for_too_much_is_told_to_wait()
    {
        await using HealthApi api = await HealthApi.StartAsync(daemon => daemon.ApiLines = "  call_rate: 1\n");
        var statuses = new List<HttpStatusCode>();
        for (int i = 0; i < 200; i++) statuses.Add((await api.CallAsync(HttpMethod.Post, "/admin/heal/request", """{"bucket":"b","object":"k"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, statuses[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
        // Looking is free.
        await api.DataAsync(HttpMethod.Get, "/admin/heals");
    }

    [Fact]
    public async Task No_more_changes_are_under_way_than_were_allowed()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        await api.DataAsync(HttpMethod.Post, "/admin/system/start", """{"coordinator":{"max_concurrent_operations":1}}""");
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goes = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        api.Health.BeforeSubmit = () =>
        {
            began.TrySetResult();
            return goes.Task;
        };
        Task<(HttpStatusCode Status, JsonElement Body)> first = api.CallAsync(HttpMethod.Post, "/admin/heal/request", """{"bucket":"b","object":"k"}""");
        await began.Task.WaitAsync(TimeSpan.FromSeconds(60), Token);
        await api.RefusedAsync(HttpStatusCode.TooManyRequests, "too_many_operations", "1 changing", HttpMethod.Post, "/admin/heal/request", """{"bucket":"b","object":"l"}""");
        goes.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await first).Status);
    }

    [Fact]
    public async Task Bodies_that_are_no_text_are_refused()
    {
        await using HealthApi api = await HealthApi.StartAsync();
        using var content = new ByteArrayContent([.. "{\"bucket\":\""u8, 0xff, 0xfe, .. "\",\"object\":\"k\"}"u8]);
        using HttpResponseMessage answer = await api.Client.PostAsync("/admin/heal/request", content, Token);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("not UTF-8", Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Token)), StringComparison.Ordinal);
        await api.RefusedAsync(HttpStatusCode.BadRequest, "bad_request", "surrogate", HttpMethod.Post, "/admin/heal/request", """{"bucket":"b","object":"\ud800"}""");
        await api.RefusedAsync(HttpStatusCode.BadRequest, "bad_request", "surrogate", HttpMethod.Put, "/admin/policy/heal", """{"\ud800":1}""");
    }
}
