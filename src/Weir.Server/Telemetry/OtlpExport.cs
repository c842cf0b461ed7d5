using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Telemetry;

/// <summary>Sends the metrics and traces of Weir's rooms to a collector by OTLP (HTTP, protobuf; https://opentelemetry.io/docs/specs/otlp).</summary>
public sealed class OtlpExport : IDisposable
{
    private const string EveryRoom = "Weir.*";
    private const string Runtime = "System.Runtime";

    private readonly MeterProvider _metrics;
    private readonly TracerProvider? _traces;

    private OtlpExport(TelemetryOptions options, Uri endpoint, string version)
    {
        Uri collector = new(endpoint.AbsoluteUri.TrimEnd('/') + "/");
        ResourceBuilder resource = ResourceBuilder.CreateDefault().AddService("weir", serviceVersion: version, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}");
        _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(EveryRoom, Runtime).AddOtlpExporter((exporter, reader) =>
        {
            Configure(exporter, new(collector, "v1/metrics"));
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Interval.TotalMilliseconds;
        }).Build();
        if (!options.SendsTraces) return;
        _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(EveryRoom).AddOtlpExporter(exporter => Configure(exporter, new(collector, "v1/traces"))).Build();
    }

    /// <summary>Starts sending; null when no collector is configured.</summary>
    public static OtlpExport? Start(TelemetryOptions options, string version)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.OtlpEndpoint is { } endpoint ? new(options, endpoint, version) : null;
    }

    /// <summary>Sends what there is, for a few seconds at the most.</summary>
    public void Dispose()
    {
        const int limitMilliseconds = 3000;
        _traces?.Shutdown(limitMilliseconds);
        _metrics.Shutdown(limitMilliseconds);
        _traces?.Dispose();
        _metrics.Dispose();
    }

    private static void Configure(OtlpExporterOptions exporter, Uri endpoint)
    {
        exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = endpoint;
    }
}
