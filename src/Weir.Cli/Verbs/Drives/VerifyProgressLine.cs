using System.Globalization;
using Weir.Cli.Terminals;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;

namespace Weir.Cli.Verbs.Drives;

/// <summary>How far a verification is, on a terminal.</summary>
internal sealed class VerifyProgressLine(Invocation run, DriveQueues queues, VerifyCheckpoint checkpoint, RunEstimate? estimate) : IDisposable
{
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(250);

    private readonly ProgressLine _line = new(run.Terminal, run.Time);
    private readonly long _started = run.Time.GetTimestamp();
    private readonly long _objects = checkpoint.Tally.Objects;
    private readonly (double Seconds, long Files, long Bytes) _before = (checkpoint.Seconds, checkpoint.Files, checkpoint.Bytes);
    private long _lastReport;

    public void Show()
    {
        if (run.Terminal.IsErrorTerminal && run.Time.GetElapsedTime(_lastReport) >= ReportInterval)
        {
            _lastReport = run.Time.GetTimestamp();
            estimate?.Report(_before.Seconds + run.Time.GetElapsedTime(_started).TotalSeconds, _before.Files + queues.Files, _before.Bytes + queues.ReadBytes);
        }

        _line.Show(() =>
        {
            double seconds = Math.Max(run.Time.GetElapsedTime(_started).TotalSeconds, 0.001);
            VerifyTally tally = checkpoint.Tally;
            string left = estimate is { Remaining: { } remaining, Fraction: { } fraction }
                ? string.Create(CultureInfo.InvariantCulture, $"{fraction * 100:0} %, {Text(remaining)} left, ")
                : "";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{left}{tally.Objects} objects, {tally.Unhealthy} not healthy, {queues.ReadBytes / 1e9:0.00} GB, {(tally.Objects - _objects) / seconds:0} objects/s, {queues.ReadBytes / seconds / 1e6:0} MB/s");
        });
    }

    public void Clear() => _line.Clear();

    public void Dispose() => _line.Dispose();

    private static string Text(double seconds) => seconds switch
    {
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 5400 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86_400:0.0} days"),
    };
}
