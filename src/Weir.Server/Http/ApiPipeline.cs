using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Server.Configuration.Sections;
using Weir.Server.Security;

namespace Weir.Server.Http;

/// <summary>What every request passes on its way to what serves it: limit, measurement, access, errors.</summary>
internal sealed class ApiPipeline : IDisposable
{
    /// <summary>Traces of requests come from here.</summary>
    private static readonly ActivitySource Traces = new("Weir.Server.Http");

    private readonly ApiAccess _access;
    private readonly AuditTrail? _audit;
    private readonly int _maxRequests;
    private readonly StallLimit _stall;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter = new("Weir.Server.Http");
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _seconds;
    private readonly Counter<long> _refused;
    private int _active;

    /// <param name="access">Who may call.</param>
    /// <param name="audit">Where calls that change something are told; null where there are none.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what fails.</param>
    public ApiPipeline(ApiAccess access, AuditTrail? audit, ApiOptions options, TimeProvider time, ILogger logger)
    {
        _access = access;
        _audit = audit;
        _maxRequests = options.MaxRequests;
        _stall = new(options.StallTimeout, time);
        _time = time;
        _logger = logger;
        _requests = _meter.CreateCounter<long>("weir_http_requests_total", null, "Requests that were answered.");
        _seconds = _meter.CreateHistogram<double>("weir_http_request_seconds", null, "Seconds from a request to the end of its answer.");
        _refused = _meter.CreateCounter<long>("weir_http_refused_total", null, "Requests that were refused, by reason.");
        _meter.CreateObservableGauge("weir_http_active_requests", () => Volatile.Read(ref _active), null, "Requests and streams under way.");
    }

    /// <summary>The caller of a request that has passed.</summary>
    public static ApiCaller CallerOf(HttpContext context) => context.Features.Get<ApiCaller>() ?? ApiCaller.Nobody;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        long started = _time.GetTimestamp();
        using Activity? activity = StartTrace(context);
        try
        {
            int active = Interlocked.Increment(ref _active);
            if (active > _maxRequests) throw Refuse("busy", new(StatusCodes.Status503ServiceUnavailable, "busy", $"There are {_maxRequests} requests and streams under way already (api.max_requests); try again later."));
            ApiCaller caller = _access.Identify(context, out ApiException? refusal) ?? throw Refuse(refusal!.Code, refusal);
            context.Features.Set(caller);
            context.Features.Set(_stall);
            await next(context).ConfigureAwait(false);
            if (!context.Response.HasStarted && context.GetEndpoint() is null) throw new ApiException(StatusCodes.Status404NotFound, "not_found", $"There is nothing at {context.Request.Path}; /openapi/v1.json lists what there is.");
            if (!context.Response.HasStarted && context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
                throw new ApiException(StatusCodes.Status405MethodNotAllowed, "method_not_allowed", $"{context.Request.Method} is not served at {context.Request.Path}.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Who asked is gone.
        }
        catch (ClientStalledException)
        {
            _refused.Add(1, new KeyValuePair<string, object?>("reason", "stalled"));
            ServerLog.ClientStalled(_logger, context.Request.Method, context.Request.Path, _stall.Timeout.TotalSeconds);
        }
#pragma warning disable CA1031 // Whatever one request comes to, the others are served.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            await AnswerAsync(context, failed).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _active);
            Measure(context, started, activity);
        }
    }

    /// <summary>What serves the route, for those only who may.</summary>
    public RequestDelegate Guard(ApiRoute route) => async context =>
    {
        ApiCaller caller = CallerOf(context);
        AuditTrail.Entry? entry = route.IsAudited && caller.Role != AccessRole.None ? _audit?.Begin(context, route) : null;
        try
        {
            if (ApiAccess.Check(caller, route.Needs) is { } refusal) throw Refuse(refusal.Code, refusal);
            await route.Handle(context).ConfigureAwait(false);
        }
        finally
        {
            // Who did not wait for the answer may have done it all the same.
            if (entry is not null && context.RequestAborted.IsCancellationRequested) await entry.WriteAsync().ConfigureAwait(false);
        }
    };

    public void Dispose() => _meter.Dispose();

    private static string RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "other";

    private static Activity? StartTrace(HttpContext context)
    {
        if (!Traces.HasListeners()) return null;
        ActivityContext.TryParse(context.Request.Headers.TraceParent, context.Request.Headers.TraceState, isRemote: true, out ActivityContext parent);
        return Traces.StartActivity(context.Request.Method, ActivityKind.Server, parent);
    }

    private ApiException Refuse(string reason, ApiException refusal)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", reason));
        return refusal;
    }

    private async Task AnswerAsync(HttpContext context, Exception failed)
    {
        (int status, string code, string message) = failed switch
        {
            ApiException known => (known.Status, known.Code, known.Message),
            BadHttpRequestException bad => (bad.StatusCode, "bad_request", bad.Message),
            FeedException feed => (StatusCodes.Status503ServiceUnavailable, "feed_unavailable", feed.Message),
            _ => (StatusCodes.Status500InternalServerError, "internal", "The request failed here; the daemon's log says why."),
        };
        if (status == StatusCodes.Status500InternalServerError) ServerLog.RequestFailed(_logger, failed, context.Request.Method, context.Request.Path);
        if (status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "5";
        try
        {
            await ApiError.WriteAsync(context, status, code, message, _time).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // Nobody is there to hear it.
        }
    }

    private void Measure(HttpContext context, long started, Activity? activity)
    {
        string route = RouteOf(context);
        string method = context.Request.Method is "GET" or "POST" or "PUT" or "DELETE" or "HEAD" or "OPTIONS" ? context.Request.Method : "other";
        int status = context.Response.StatusCode;
        var tags = new TagList { { "method", method }, { "route", route }, { "code", status.ToString(CultureInfo.InvariantCulture) } };
        _requests.Add(1, tags);
        _seconds.Record(_time.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("route", route));
        if (activity is null) return;
        activity.DisplayName = $"{method} {route}";
        activity.SetTag("http.request.method", method);
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", status);
        if (status >= 500) activity.SetStatus(ActivityStatusCode.Error);
    }
}
