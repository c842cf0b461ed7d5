using System.Globalization;
using Weir.Cli.Terminals;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Cli.Verbs.Drives;

/// <summary>How far a repair is, on a terminal.</summary>
/// <param name="terminal">Where.</param>
/// <param name="time">The clock.</param>
/// <param name="read">What the run has done so far.</param>
internal sealed class HealProgressLine(Terminal terminal, TimeProvider time, Func<HealTotals> read) : IDisposable
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(250);

    private readonly ProgressLine _line = new(terminal, time);
    private RunEstimate? _estimate;
    private long _startedAt;
    private double _sampledAt;
    private long _alreadyDone;

    /// <summary>Looking is over; repairing begins. What there is to do is known from here on.</summary>
    /// <param name="left">What this run has to do: of a plan that an earlier one began only the rest.</param>
    public void Begin(PlanRest left)
    {
        _alreadyDone = read().PlannedObjects - left.Objects;
        _startedAt = time.GetTimestamp();
        _estimate = new(left.Objects, left.Bytes);
    }

    public void Show()
    {
        HealTotals totals = read();
        if (_estimate is not null)
        {
            double seconds = time.GetElapsedTime(_startedAt).TotalSeconds;
            if (seconds - _sampledAt >= SampleInterval.TotalSeconds)
            {
                _estimate.Report(seconds, totals.DoneObjects, totals.DoneBytes);
                _sampledAt = seconds;
            }
        }

        _line.Show(() => Text(totals));
    }

    public void Clear() => _line.Clear();

    public void Dispose() => _line.Dispose();

    private string Text(HealTotals totals)
    {
        if (_estimate is null) return string.Create(CultureInfo.InvariantCulture, $"looking: {totals.Looked} objects, {totals.PlannedObjects} to be repaired");
        double seconds = Math.Max(time.GetElapsedTime(_startedAt).TotalSeconds, 0.001);
        string text = string.Create(
            CultureInfo.InvariantCulture, $"repairing: {_alreadyDone + totals.DoneObjects} of {totals.PlannedObjects} objects, {totals.WrittenBytes / 1e9:0.00} GB written, {totals.WrittenBytes / seconds / 1e6:0} MB/s");
        return _estimate.Remaining is { } left && seconds > 2 ? $"{text}, about {Words(TimeSpan.FromSeconds(Math.Min(left, 1e9)))} left" : text;
    }

    private static string Words(TimeSpan left) => left.TotalMinutes < 2 ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalSeconds:0} s")
        : left.TotalHours < 2 ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{left.TotalHours:0.0} h");
}
