namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>telemetry</c>: metrics and traces sent by OTLP.</summary>
public sealed class TelemetryOptions
{
    private const string Section = "telemetry";

    /// <summary>The collector's base address, as <c>http://localhost:4318</c>. Null: nothing is sent.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>How often metrics are sent.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether traces are sent beside the metrics.</summary>
    public bool SendsTraces { get; set; } = true;

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.Scalar(
            Section, "otlp_endpoint", "Where metrics and traces are sent by OTLP (HTTP, protobuf): the collector's base URL, as http://localhost:4318 (unset: nowhere).",
            (options, text) =>
            {
                if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")) return $"'{text}' is not an http or https URL";
                if (uri.UserInfo.Length > 0) return "has a user or password in it; those are not sent";
                options.Telemetry.OtlpEndpoint = uri;
                return null;
            },
            options => options.Telemetry.OtlpEndpoint?.ToString()),
        ConfigurationKey.Time(
            Section, "interval", "How often metrics are sent.", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1),
            (options, value) => options.Telemetry.Interval = value, options => options.Telemetry.Interval),
        ConfigurationKey.Choice(
            Section, "traces", "yes: traces of requests are sent too; no: metrics only.", ["yes", "no"],
            (options, word) => options.Telemetry.SendsTraces = word == "yes", options => options.Telemetry.SendsTraces ? "yes" : "no"),
    ];
}
