using System.Globalization;
using Weir.Cli.Terminals;
using Weir.Erasure.Drives.Healing;

namespace Weir.Cli.Verbs.Drives;

/// <summary>How far a repair is, on a terminal.</summary>
internal sealed class HealProgressLine(Invocation run, DeploymentHealer healer, HealJournal journal) : IDisposable
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    private readonly ProgressLine _line = new(run.Terminal, run.Time);
    private readonly HealEstimate _estimate = new();
    private long _sampledAt = run.Time.GetTimestamp();
    private HealTotals _sampled;
    private long _alreadyDone;
    private bool _isRepairing;

    /// <summary>Looking is over; repairing begins.</summary>
    public void Begin()
    {
        _isRepairing = true;
        _alreadyDone = journal.Cursor.Done;
        _sampledAt = run.Time.GetTimestamp();
        _sampled = healer.Totals;
    }

    public void Show()
    {
        HealTotals totals = healer.Totals;
        TimeSpan elapsed = run.Time.GetElapsedTime(_sampledAt);
        if (_isRepairing && elapsed >= SampleInterval)
        {
            _estimate.Add(totals.DoneObjects - _sampled.DoneObjects, totals.DoneBytes - _sampled.DoneBytes, elapsed);
            (_sampledAt, _sampled) = (run.Time.GetTimestamp(), totals);
        }

        _line.Show(() => Text(totals));
    }

    public void Clear() => _line.Clear();

    public void Dispose() => _line.Dispose();

    private string Text(HealTotals totals)
    {
        if (!_isRepairing) return string.Create(CultureInfo.InvariantCulture, $"looking: {totals.Looked} objects, {totals.PlannedObjects} to be repaired");
        long done = _alreadyDone + totals.DoneObjects;
        string text = string.Create(CultureInfo.InvariantCulture, $"repairing: {done} of {totals.PlannedObjects} objects, {totals.WrittenBytes / 1e9:0.00} GB written");
        return _estimate.Left(totals.PlannedObjects - done, Math.Max(0, totals.PlannedBytes - totals.DoneBytes)) is { } left ? $"{text}, about {Words(left)} left" : text;
    }

    private static string Words(TimeSpan left) => left.TotalMinutes < 2 ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalSeconds:0} s")
        : left.TotalHours < 2 ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{left.TotalHours:0.0} h");
}
