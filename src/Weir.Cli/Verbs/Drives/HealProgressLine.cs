using System.Globalization;
using Weir.Cli.Terminals;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;

namespace Weir.Cli.Verbs.Drives;

/// <summary>How far a repair is, on a terminal.</summary>
internal sealed class HealProgressLine(Invocation run, DeploymentHealer healer, HealJournal journal) : IDisposable
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(250);

    private readonly ProgressLine _line = new(run.Terminal, run.Time);
    private RunEstimate? _estimate;
    private long _startedAt;
    private double _sampledAt;
    private long _alreadyDone;

    /// <summary>Looking is over; repairing begins. What there is to do is known from here on.</summary>
    public void Begin()
    {
        HealTotals totals = healer.Totals;
        _alreadyDone = journal.Cursor.Done;
        _startedAt = run.Time.GetTimestamp();
        // Of what an earlier run has done the objects alone are known: the bytes of the others are taken for the average.
        double share = totals.PlannedObjects == 0 ? 0 : (double)(totals.PlannedObjects - _alreadyDone) / totals.PlannedObjects;
        _estimate = new(totals.PlannedObjects - _alreadyDone, totals.PlannedBytes * share);
    }

    public void Show()
    {
        HealTotals totals = healer.Totals;
        if (_estimate is not null)
        {
            double seconds = run.Time.GetElapsedTime(_startedAt).TotalSeconds;
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
        double seconds = Math.Max(run.Time.GetElapsedTime(_startedAt).TotalSeconds, 0.001);
        string text = string.Create(
            CultureInfo.InvariantCulture, $"repairing: {_alreadyDone + totals.DoneObjects} of {totals.PlannedObjects} objects, {totals.WrittenBytes / 1e9:0.00} GB written, {totals.WrittenBytes / seconds / 1e6:0} MB/s");
        return _estimate.Remaining is { } left && seconds > 2 ? $"{text}, about {Words(TimeSpan.FromSeconds(Math.Min(left, 1e9)))} left" : text;
    }

    private static string Words(TimeSpan left) => left.TotalMinutes < 2 ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalSeconds:0} s")
        : left.TotalHours < 2 ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{left.TotalHours:0.0} h");
}
