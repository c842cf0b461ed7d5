using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Health;
using Weir.Server.Http;
using Weir.Server.Security;

namespace Weir.Server.Health.Web;

/// <summary>The health system as a whole: started, stopped, how it is. Format: docs/health-api.md.</summary>
internal sealed class SystemModule : IApiModule
{
    private const string StartSchema =
        """{"type":"object","additionalProperties":false,"properties":{"coordinator":{"type":"object","additionalProperties":false,"properties":{"event_buffer_size":{"type":"integer","minimum":1},"max_concurrent_operations":{"type":"integer","minimum":1}}},"scanner":{"type":"object","additionalProperties":false,"properties":{"default_scan_mode":{"enum":["Quick","Normal","Deep"]},"scan_interval":{"type":"string"}}},"heal":{"type":"object","additionalProperties":false,"properties":{"max_workers":{"type":"integer","minimum":1},"queue_capacity":{"type":"integer","minimum":1}}}}}""";

    private const string StartedSchema = """{"type":"object","required":["system_id","status","started_at"],"properties":{"system_id":{"type":"string"},"status":{"enum":["Running","Stopped"]},"started_at":""" + HealthSchemas.TimeOrNull + "}}";

    private const string SubsystemSchema = """{"type":"object","required":["status","last_check","error_message"],"properties":{"status":{"type":"string"},"last_check":{"type":["string","null"],"format":"date-time"},"error_message":{"type":["string","null"]}}}""";

    private const string StatusSchema =
        """{"type":"object","required":["status","version","uptime_seconds","subsystems"],"properties":{"status":{"enum":["Running","Degraded","Stopped"]},"version":{"type":"string"},"uptime_seconds":{"type":"integer"},"subsystems":{"type":"object","required":["scanner","heal","metrics"],"properties":{"scanner":""" + SubsystemSchema + ""","heal":""" + SubsystemSchema + ""","metrics":""" + SubsystemSchema + "}}}}";

    private readonly HealthCalls _calls;
    private readonly string _version;

    public SystemModule(HealthCalls calls, string version)
    {
        _calls = calls;
        _version = version;
        Routes =
        [
            new("POST", "/admin/system/start", AccessRole.Admin, "Starts the health system and applies settings; where it runs already, only the settings.", calls.Change(StartAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "startHealth", RequestSchema = StartSchema,
                Responses = [HealthSchemas.Ok("It runs.", StartedSchema), HealthSchemas.Malformed, HealthSchemas.Wrong, HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
            new("POST", "/admin/system/stop", AccessRole.Admin, "Stops scanning and repairing; jobs wait until it is started again.", calls.Change(StopAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "stopHealth", Responses = [HealthSchemas.Ok("It is stopped.", StartedSchema), HealthSchemas.TooMany, HealthSchemas.Stopped],
            },
            new("GET", "/status/health", AccessRole.Viewer, "How the health system and its parts are.", HealthCalls.Look(StatusAsync))
            {
                Tag = HealthSchemas.Tag, OperationId = "getHealth", Responses = [HealthSchemas.Ok("How they are.", StatusSchema), HealthSchemas.Stopped],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    private async Task StartAsync(HttpContext context)
    {
        using JsonDocument body = await RequestBody.ReadAsync(context, mayBeEmpty: true).ConfigureAwait(false);
        var settings = StartSettings.Read(body.RootElement);
        IHealthSystem system = _calls.System;
        await settings.ApplyAsync(system, _calls.Limits, ApiPipeline.CallerOf(context).Name, context.RequestAborted).ConfigureAwait(false);
        await system.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, system).ConfigureAwait(false);
    }

    private async Task StopAsync(HttpContext context)
    {
        IHealthSystem system = _calls.System;
        await system.StopAsync(context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, system).ConfigureAwait(false);
    }

    private Task AnswerAsync(HttpContext context, IHealthSystem system) => _calls.AnswerAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("system_id"u8, system.SystemId);
        json.WriteString("status"u8, system.Parts is null ? "Stopped" : "Running");
        ScanJson.WriteTime(json, "started_at"u8, system.StartedAt);
        json.WriteEndObject();
    });

    private Task StatusAsync(HttpContext context)
    {
        IHealthSystem system = _calls.System;
        HealthParts? parts = system.Parts;
        string? problem = system.Problem;
        DateTimeOffset now = _calls.Time.GetUtcNow();
        return _calls.AnswerAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, parts is null ? "Stopped" : problem is null ? "Running" : "Degraded");
            json.WriteString("version"u8, _version);
            json.WriteNumber("uptime_seconds"u8, system.StartedAt is { } started ? (long)(now - started).TotalSeconds : 0);
            json.WriteStartObject("subsystems"u8);
            WriteSubsystem(json, "scanner"u8, parts is null ? "Stopped" : ScannerStatus(parts), now, null);
            WriteSubsystem(json, "heal"u8, parts is null ? "Stopped" : HealStatus(parts), now, problem);
            WriteSubsystem(json, "metrics"u8, "Running", system.History.Measure().At, null);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static string ScannerStatus(HealthParts parts)
    {
        ScanState[] states = [.. parts.Scans.List().Select(scan => scan.State)];
        return states.Contains(ScanState.Scanning) ? "Scanning" : states.Contains(ScanState.Paused) ? "Paused" : "Idle";
    }

    private static string HealStatus(HealthParts parts) => parts.Heals.Counts.GetValueOrDefault(HealState.Running) > 0 ? "Healing" : "Idle";

    private static void WriteSubsystem(Utf8JsonWriter json, ReadOnlySpan<byte> name, string status, DateTimeOffset checkedAt, string? problem)
    {
        json.WriteStartObject(name);
        json.WriteString("status"u8, status);
        json.WriteString("last_check"u8, checkedAt.UtcDateTime);
        json.WriteString("error_message"u8, problem);
        json.WriteEndObject();
    }
}
