using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Server.Hosting;
using Weir.Server.Metrics;
using Weir.Server.Security;

namespace Weir.Server.Http;

/// <summary>How the daemon is: <c>/livez</c>, <c>/readyz</c>, <c>/metrics</c>.</summary>
public sealed class StatusModule : IApiModule
{
    private const string Tag = "status";
    private const string ReadySchema =
        """{"type":"object","required":["status","roles"],"properties":{"status":{"enum":["ready","not ready"]},"roles":{"type":"array","items":{"type":"object","required":["name","state","since","restarts"],"properties":{"name":{"type":"string"},"state":{"enum":["waiting","starting","running","degraded","failed","stopping","stopped"]},"problem":{"type":"string"},"since":{"type":"string","format":"date-time"},"restarts":{"type":"integer"}}}}}}""";

    private readonly RoleHost _roles;
    private readonly MetricsRegistry _metrics;
    private readonly TopicMetrics _topics;
    private readonly ConsumerMetrics _consumers;

    public StatusModule(RoleHost roles, MetricsRegistry metrics, TopicMetrics topics, ConsumerMetrics consumers)
    {
        _roles = roles;
        _metrics = metrics;
        _topics = topics;
        _consumers = consumers;
        Routes =
        [
            new("GET", "/livez", AccessRole.None, "Whether the process serves at all.", context => WriteTextAsync(context, "text/plain; charset=utf-8", "ok\n"))
            {
                Tag = Tag, OperationId = "getLiveness", Responses = [new(200, "It does.", "text/plain")],
            },
            new("GET", "/readyz", AccessRole.None, "Whether every role does its work. Why one does not is told to viewers.", WriteReadyAsync)
            {
                Tag = Tag, OperationId = "getReadiness",
                Responses = [ApiResponse.Json(200, "Every role runs, in whole or in part.", ReadySchema), ApiResponse.Json(503, "A role does not run; the list says which.", ReadySchema)],
            },
            new("GET", "/metrics", AccessRole.Viewer, "Metrics in Prometheus's text format.", WriteMetricsAsync)
            {
                Tag = Tag, OperationId = "getMetrics", Responses = [new(200, "The metrics.", "text/plain")],
            },
        ];
    }

    public IReadOnlyList<ApiRoute> Routes { get; }

    /// <summary>Everything that is measured, in Prometheus's text format.</summary>
    public async Task<string> CollectAsync(CancellationToken cancellationToken)
    {
        await _topics.RefreshAsync(cancellationToken).ConfigureAwait(false);
        await _consumers.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return PrometheusText.Write(_metrics);
    }

    private static async Task WriteTextAsync(HttpContext context, string type, string text)
    {
        byte[] body = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method)) return;
        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    private Task WriteReadyAsync(HttpContext context)
    {
        bool isReady = _roles.IsReady;
        bool isViewer = ApiPipeline.CallerOf(context).Role >= AccessRole.Viewer;
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("status", isReady ? "ready" : "not ready");
            json.WriteStartArray("roles");
            foreach (RoleStatus role in _roles.Statuses)
            {
                json.WriteStartObject();
                json.WriteString("name", role.Name);
                json.WriteString("state", role.StateName);
                if (role.Problem is { } problem && isViewer) json.WriteString("problem", problem);
                json.WriteString("since", role.Since.UtcDateTime);
                json.WriteNumber("restarts", role.Restarts);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return WriteTextAsync(context, "application/json", Encoding.UTF8.GetString(body.WrittenSpan) + "\n");
    }

    private async Task WriteMetricsAsync(HttpContext context)
    {
        await WriteTextAsync(context, PrometheusText.ContentType, await CollectAsync(context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
