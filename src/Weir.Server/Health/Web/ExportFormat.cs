using Microsoft.AspNetCore.Http;

namespace Weir.Server.Health.Web;

/// <summary>How metrics are written.</summary>
internal enum ExportFormat
{
    Json,
    Csv,
    Prometheus,
}

/// <summary>Finds out how a caller wants metrics: <c>?format=</c>, or else the first type of <c>Accept</c> that there is.</summary>
internal static class ExportFormats
{
    public const string CsvType = "text/csv; charset=utf-8; header=present";

    public static ExportFormat Of(HttpContext context, bool hasPrometheus)
    {
        if (HealthParameters.Text(context, "format") is not null)
        {
            ExportFormat asked = HealthParameters.Choice<ExportFormat>(context, "format")!.Value;
            return asked != ExportFormat.Prometheus || hasPrometheus ? asked : throw HealthParameters.Wrong("format", "'prometheus' is for values, not for series; it is json or csv");
        }

        foreach (string type in context.Request.Headers.Accept.ToString().Split(',').Select(part => part.Split(';')[0].Trim().ToLowerInvariant()))
        {
            if (type == "text/csv") return ExportFormat.Csv;
            if (type is "text/plain" or "application/openmetrics-text" && hasPrometheus) return ExportFormat.Prometheus;
            if (type is "application/json" or "*/*" or "application/*") return ExportFormat.Json;
        }

        return ExportFormat.Json;
    }
}
