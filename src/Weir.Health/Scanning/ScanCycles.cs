using System.Text;
using System.Text.Json;
using Weir.Health.Policies;
using Weir.Health.Scanning.Walks;

namespace Weir.Health.Scanning;

/// <summary>
/// Begins a scan of everything again and again, as the policy says: an interval from beginning to beginning, moved a little by chance, and
/// only in the policy's hours, outside of which one that is under way is paused.
/// </summary>
internal sealed class ScanCycles(ScanParts parts, IScans scans)
{
    private const string FileName = "cycle.json";

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(30);

    private DateTimeOffset? _next;
    private TimeSpan? _interval;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Load();
        using var timer = new PeriodicTimer(Step, parts.Options.Time);
        do
        {
            await StepAsync(cancellationToken).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Does what is due now.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        ScanPolicy policy = parts.Policies.Scan;
        DateTimeOffset now = parts.Options.Time.GetUtcNow();
        bool isOpen = policy.Windows.Count == 0 || policy.Windows.Any(window => IsOpen(window, TimeZoneInfo.ConvertTime(now, parts.Options.Time.LocalTimeZone)));
        ScanStatus? current = scans.List().FirstOrDefault(scan => scan.Request.Reason == ScanCommitter.CycleReason && scan.State is ScanState.Queued or ScanState.Scanning or ScanState.Paused);
        try
        {
            if (current is not null) await HoldAsync(current, isOpen, now, cancellationToken).ConfigureAwait(false);
            else if (policy.DefaultScanInterval is { } interval) await BeginAsync(policy, interval, isOpen, now, cancellationToken).ConfigureAwait(false);
        }
        catch (HealthException error)
        {
            // Somebody scans the same already, or there are no drives: it is tried again.
            ScanLog.ScanHeld(parts.Options.Logger, "cycle", error.Message);
        }
    }

    /// <summary>Whether a moment lies in a window; one that goes over midnight belongs to the day on which it begins.</summary>
    internal static bool IsOpen(ScanWindow window, DateTimeOffset local)
    {
        TimeOnly time = TimeOnly.FromTimeSpan(local.TimeOfDay);
        bool IsOn(DayOfWeek day) => window.Days.Count == 0 || window.Days.Contains(day);
        if (window.From < window.To) return IsOn(local.DayOfWeek) && time >= window.From && time < window.To;
        return (IsOn(local.DayOfWeek) && time >= window.From) || (IsOn(local.AddDays(-1).DayOfWeek) && time < window.To);
    }

    private async Task HoldAsync(ScanStatus cycle, bool isOpen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // One that somebody has paused is theirs to resume: its time to go on is no step ahead.
        bool isOurs = cycle.State == ScanState.Paused && cycle.ResumesAt is { } at && at - now <= 2 * Step;
        if (!isOpen && (isOurs || cycle.State != ScanState.Paused)) await scans.PauseAsync(cycle.Id, 2 * Step, cancellationToken).ConfigureAwait(false);
    }

    private async Task BeginAsync(ScanPolicy policy, TimeSpan interval, bool isOpen, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (_next is null || _interval != interval)
        {
            // The first one, and the first of another interval, soon; not all machines that were switched on together at once.
            DateTimeOffset first = now + (interval * (policy.Jitter * parts.Options.Random.NextDouble()));
            _next = _next is { } known && known < first ? known : first;
            _interval = interval;
            Save();
        }

        if (!isOpen || now < _next) return;
        await scans.StartAsync(new() { Strategy = ScanStrategy.Full, Priority = HealthPriority.Low, Reason = ScanCommitter.CycleReason }, cancellationToken).ConfigureAwait(false);
        _next = now + (interval * (1 + (policy.Jitter * ((2 * parts.Options.Random.NextDouble()) - 1))));
        Save();
    }

    private void Load()
    {
        try
        {
            if (StateFile.Read(parts.Options.Disk, Path.Combine(parts.Options.StateDirectory, FileName), 4096) is not { } content) return;
            using JsonDocument document = JsonDocument.Parse(content);
            _next = document.RootElement.GetProperty("next_at").GetDateTimeOffset();
            _interval = TimeSpan.FromSeconds(document.RootElement.GetProperty("interval").GetDouble());
        }
        catch (Exception error) when (error is IOException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            ScanLog.StateUnusable(parts.Options.Logger, FileName, error.Message);
        }
    }

    private void Save()
    {
        try
        {
            string content = JsonSerializer.Serialize(new CycleState(_next!.Value, _interval!.Value.TotalSeconds), CycleJson.Default.CycleState);
            StateFile.Replace(parts.Options.Disk, Path.Combine(parts.Options.StateDirectory, FileName), Encoding.UTF8.GetBytes(content));
        }
        catch (IOException error)
        {
            ScanLog.StateNotWritten(parts.Options.Logger, FileName, error.Message);
        }
    }
}

/// <summary>When the next cycle begins, and at which interval that was reckoned, in seconds.</summary>
internal sealed record CycleState(DateTimeOffset NextAt, double Interval);

/// <summary>Its file.</summary>
[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.SnakeCaseLower)]
[System.Text.Json.Serialization.JsonSerializable(typeof(CycleState))]
internal sealed partial class CycleJson : System.Text.Json.Serialization.JsonSerializerContext;
