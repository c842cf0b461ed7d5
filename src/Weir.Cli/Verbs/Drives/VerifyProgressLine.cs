using System.Globalization;
using Weir.Cli.Terminals;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;

namespace Weir.Cli.Verbs.Drives;

/// <summary>How far a verification is, on a terminal.</summary>
internal sealed class VerifyProgressLine(Invocation run, DriveQueues queues, VerifyTally tally) : IDisposable
{
    private readonly ProgressLine _line = new(run.Terminal, run.Time);
    private readonly long _started = run.Time.GetTimestamp();
    private readonly long _before = tally.Objects;

    public void Show() => _line.Show(() =>
    {
        double seconds = Math.Max(run.Time.GetElapsedTime(_started).TotalSeconds, 0.001);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{tally.Objects} objects, {tally.Unhealthy} findings, {queues.ReadBytes / 1e9:0.00} GB, {(tally.Objects - _before) / seconds:0} objects/s, {queues.ReadBytes / seconds / 1e6:0} MB/s");
    });

    public void Clear() => _line.Clear();

    public void Dispose() => _line.Dispose();
}
