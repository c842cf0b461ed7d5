using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Weir.Health;
using Weir.Server.Http;

namespace Weir.Server.Health.Web;

/// <summary>What all calls of the health API share: where the system is, the envelope, what goes wrong.</summary>
/// <param name="door">Where the system is.</param>
/// <param name="limits">For calls that change something.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthCalls(HealthDoor door, CallLimits limits, TimeProvider time)
{
    public TimeProvider Time => time;

    public CallLimits Limits => limits;

    /// <summary>Whether it runs in this process.</summary>
    public bool HasSystem => door.System is not null;

    /// <exception cref="ApiException">503: it does not run in this process.</exception>
    public IHealthSystem System => door.System ?? throw new ApiException(
        StatusCodes.Status503ServiceUnavailable, "health_not_here", "The health system does not run in this process; configure health.pools, or ask the one that has the role 'health'.");

    /// <exception cref="ApiException">503: it does not run.</exception>
    public HealthParts Parts => System.Parts ?? throw new ApiException(
        StatusCodes.Status503ServiceUnavailable, "health_stopped", System.Problem ?? "The health system is stopped; POST /admin/system/start starts it.");

    /// <summary>Serves calls that only look.</summary>
    public static RequestDelegate Look(Func<HttpContext, Task> serve) => context => TranslateAsync(() => serve(context));

    /// <summary>Serves calls that change something, within the limits.</summary>
    public RequestDelegate Change(Func<HttpContext, Task> serve) => context => TranslateAsync(async () =>
    {
        using CallLimits.Pass pass = limits.Enter(context, ApiPipeline.CallerOf(context).Name);
        await serve(context).ConfigureAwait(false);
    });

    /// <summary>Answers <c>{"success":true,"data":…,"timestamp":…}</c>.</summary>
    public Task AnswerAsync(HttpContext context, Action<Utf8JsonWriter> data) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("success"u8, true);
        json.WritePropertyName("data"u8);
        data(json);
        json.WriteString("timestamp"u8, time.GetUtcNow().UtcDateTime);
        json.WriteEndObject();
    });

    /// <summary>The id in the path.</summary>
    public static string IdOf(HttpContext context, string name) => context.Request.RouteValues[name]?.ToString() ?? "";

    public static ApiException Missing(string what, string id, string hint) => new(StatusCodes.Status404NotFound, "not_found", $"There is no {what} '{id}'; {hint}");

    private static async Task TranslateAsync(Func<Task> serve)
    {
        try
        {
            await serve().ConfigureAwait(false);
        }
        catch (HealthException failed)
        {
            int status = failed.Problem switch
            {
                HealthProblem.Invalid => StatusCodes.Status422UnprocessableEntity,
                HealthProblem.NotFound => StatusCodes.Status404NotFound,
                HealthProblem.Conflict => StatusCodes.Status409Conflict,
                HealthProblem.TooMany => StatusCodes.Status429TooManyRequests,
                _ => StatusCodes.Status503ServiceUnavailable,
            };
            throw new ApiException(status, failed.Code, failed.Message);
        }
    }
}
