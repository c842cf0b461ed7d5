using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Weir.Server.Hosting;

namespace Weir.Server.Metrics;

/// <summary>How the process and its roles are; the names of the former are those of Prometheus's own client libraries.</summary>
public sealed class ProcessMetrics : IDisposable
{
    private const string LimitsFile = "/proc/self/limits";
    private const string DescriptorsDirectory = "/proc/self/fd";

    private readonly Meter _meter = new("Weir.Server.Process");

    /// <param name="roles">The roles to tell of.</param>
    /// <param name="version">Of this program.</param>
    public ProcessMetrics(RoleHost roles, string version)
    {
        ArgumentNullException.ThrowIfNull(roles);
        double started = new DateTimeOffset(Process.GetCurrentProcess().StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0;
        _meter.CreateObservableCounter("process_cpu_seconds_total", () => Environment.CpuUsage.TotalTime.TotalSeconds, null, "Processor time that the process has used, in seconds.");
        _meter.CreateObservableGauge("process_start_time_seconds", () => started, null, "When the process started, in seconds since the epoch.");
        _meter.CreateObservableGauge("process_resident_memory_bytes", () => Environment.WorkingSet, null, "Memory of the process that is resident, in bytes.");
        _meter.CreateObservableGauge("process_open_fds", CountDescriptors, null, "File descriptors that the process has open.");
        if (ReadMaxDescriptors() is { } most) _meter.CreateObservableGauge("process_max_fds", () => most, null, "File descriptors that the process may have open.");
        _meter.CreateObservableGauge("weir_build_info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", version)), null, "Always 1; the label has the version.");
        _meter.CreateObservableGauge("weir_role_up", () => roles.Statuses.Select(role => Measure(role, role.IsUp ? 1 : 0)), null, "Whether the role runs (1) or not (0).");
        _meter.CreateObservableCounter("weir_role_restarts_total", () => roles.Statuses.Select(role => Measure(role, role.Restarts)), null, "How often the role failed and was run again.");
    }

    public void Dispose() => _meter.Dispose();

    private static Measurement<long> Measure(RoleStatus role, long value) => new(value, new KeyValuePair<string, object?>("role", role.Name));

    private static int CountDescriptors()
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(DescriptorsDirectory).Count();
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long? ReadMaxDescriptors()
    {
        try
        {
            string? line = File.ReadLines(LimitsFile).FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            string[] words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            return words.Length > 3 && long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out long most) ? most : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
