using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weir.Server.Configuration.Sections;
using Weir.Server.Http;
using Weir.Server.Metrics;
using Weir.Server.Roles;
using Weir.Server.Security;

namespace Weir.Server.Movers;

/// <summary>An agent's <c>/metrics</c>, <c>/livez</c> and <c>/readyz</c>, with the rules of the daemon's HTTP interface: beyond loopback TLS and tokens.</summary>
internal sealed class AgentHttp : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ApiPipeline _pipeline;
    private readonly MetricsRegistry _metrics;
    private readonly Meter _meter;

    private AgentHttp(WebApplication application, ApiPipeline pipeline, MetricsRegistry metrics, Meter meter) => (_application, _pipeline, _metrics, _meter) = (application, pipeline, metrics, meter);

    /// <summary>Null when nothing is to be served.</summary>
    /// <exception cref="IOException">It cannot listen, or would be open to all.</exception>
    public static async Task<AgentHttp?> StartAsync(AgentSetup setup, Func<bool> isReady, CancellationToken cancellationToken)
    {
        if (setup.Options.Agent.Metrics.Count == 0) return null;
        ILogger logger = setup.Loggers.CreateLogger("Weir.Server.Http");
        ApiOptions api = setup.Options.Api;
        var options = new ApiOptions { Listen = setup.Options.Agent.Metrics, Hosts = api.Hosts, TlsCertificate = api.TlsCertificate, TlsKey = api.TlsKey, MaxRequests = 64 };
        ApiRole.CheckAccess(options.Listen, setup.Options.Auth);
        var credentials = new CredentialStore(setup.Time, logger);
        var metrics = new MetricsRegistry();
        var meter = new Meter("Weir.Server.Movers");
        meter.CreateObservableGauge("weir_mover_ready", () => isReady() ? 1 : 0, null, "Whether work can come: the coordinator has taken the agent in, or the MDTs have.");
        meter.CreateObservableGauge("weir_build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", setup.Version)), null, "Always 1; the label has the version.");
        var pipeline = new ApiPipeline(new(credentials.Tokens(setup.Options.Auth), new(options.Hosts), setup.Options.Auth.NeedsTokenOnLoopback), audit: null, options, setup.Time, logger);
        WebApplication application = HttpServer.Build(
            options, [new Module(metrics, isReady)], pipeline, options.TlsCertificate is null ? null : credentials.Certificate(options), setup.Loggers);
        var http = new AgentHttp(application, pipeline, metrics, meter);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await http.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        ServerLog.Listening(logger, string.Join(", ", application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []));
        return http;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        _pipeline.Dispose();
        _metrics.Dispose();
        _meter.Dispose();
    }

    private sealed class Module : IApiModule
    {
        private const string Tag = "status";
        private const string TextType = "text/plain; charset=utf-8";

        public Module(MetricsRegistry metrics, Func<bool> isReady) => Routes =
        [
            new("GET", "/livez", AccessRole.None, "Whether the process serves at all.", context => WriteAsync(context, 200, TextType, "ok\n"))
            {
                Tag = Tag, OperationId = "getLiveness", Responses = [new(200, "It does.", "text/plain")],
            },
            new("GET", "/readyz", AccessRole.None, "Whether work can come.", context => isReady() ? WriteAsync(context, 200, TextType, "ready\n") : WriteAsync(context, 503, TextType, "not ready\n"))
            {
                Tag = Tag, OperationId = "getReadiness", Responses = [new(200, "It can.", "text/plain"), new(503, "It cannot.", "text/plain")],
            },
            new("GET", "/metrics", AccessRole.Viewer, "Metrics in Prometheus's text format.", context => WriteAsync(context, 200, PrometheusText.ContentType, PrometheusText.Write(metrics)))
            {
                Tag = Tag, OperationId = "getMetrics", Responses = [new(200, "The metrics.", "text/plain")],
            },
        ];

        public IReadOnlyList<ApiRoute> Routes { get; }

        private static async Task WriteAsync(HttpContext context, int status, string type, string text)
        {
            byte[] body = Encoding.UTF8.GetBytes(text);
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            context.Response.ContentLength = body.Length;
            context.Response.Headers.CacheControl = "no-store";
            if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
