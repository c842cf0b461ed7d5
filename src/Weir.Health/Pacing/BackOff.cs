namespace Weir.Health.Pacing;

/// <summary>
/// Slows work on a drive down while others are busy with it, and lets it go on when they are not. What others do is what the device did
/// beyond what this program did to it. Down quickly (by half a step), up slowly, and never to nothing: a drive that is always busy is
/// scanned too.
/// </summary>
/// <param name="pacer">Whose drives' pace is set.</param>
/// <param name="loads">What the system says.</param>
/// <param name="time">The clock.</param>
public sealed class BackOff(Pacer pacer, IDriveLoads loads, TimeProvider time)
{
    /// <summary>Least part of its time that a drive is worked on.</summary>
    public const double LeastDuty = 1.0 / 16;

    /// <summary>Added in each step without others' work.</summary>
    private const double Recovery = 1.0 / 16;

    /// <summary>A device that is busy for more of its time than this has no room for more.</summary>
    private const double BusyPart = 0.7;

    /// <summary>A device on which calls take this many times what they take in quiet is late.</summary>
    private const double LateFactor = 4;

    /// <summary>Calls in less time than this are late for nobody.</summary>
    private const double LateMs = 5;

    /// <summary>Where processes wait for disks for more of the time than this, others' work counts though the device seems free.</summary>
    private const double HighPressure = 0.4;

    /// <summary>Below this part of a device's bytes, others' work is its own noise.</summary>
    private const double OthersPart = 0.1;

    private const long OthersBytesPerSecond = 64 << 10;

    private readonly Dictionary<string, Watched> _drives = new(StringComparer.Ordinal);

    /// <summary>From one look to the next.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Looks again and again.</summary>
    /// <param name="drives">The roots of the drives.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(IReadOnlyList<string> drives, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false)) Step(drives);
    }

    /// <summary>Looks once.</summary>
    /// <param name="drives">The roots of the drives.</param>
    public void Step(IReadOnlyList<string> drives)
    {
        if (!pacer.BacksOff) return;
        double? pressure = loads.Pressure();
        // Drives may share a device: what this program does to it is what it does to all of them.
        var own = new Dictionary<string, long>(StringComparer.Ordinal);
        var counters = new Dictionary<string, DriveCounters>(StringComparer.Ordinal);
        foreach (string path in drives)
        {
            if (loads.Read(path) is not { } now) continue;
            counters[path] = now;
            own[now.Device] = own.GetValueOrDefault(now.Device) + pacer.For(path).TakenBytes;
        }

        foreach ((string path, DriveCounters now) in counters)
        {
            if (!_drives.TryGetValue(path, out Watched? drive) || drive.Counters.Device != now.Device)
            {
                _drives[path] = new() { Counters = now, OwnBytes = own[now.Device], At = time.GetTimestamp() };
                continue;
            }

            bool isBusy = IsBusy(drive, now, own[now.Device], pressure);
            Erasure.Drives.Walking.DrivePace pace = pacer.For(path);
            pace.Duty = isBusy ? Math.Max(LeastDuty, pace.Duty / 2) : Math.Min(1, pace.Duty + Recovery);
        }
    }

    private bool IsBusy(Watched drive, in DriveCounters now, long ownBytes, double? pressure)
    {
        double seconds = time.GetElapsedTime(drive.At).TotalSeconds;
        long calls = now.Calls - drive.Counters.Calls, bytes = now.Bytes - drive.Counters.Bytes, own = ownBytes - drive.OwnBytes;
        double busy = (now.BusyMs - drive.Counters.BusyMs) / 1000.0 / seconds;
        double latency = calls > 0 ? (double)(now.WaitMs - drive.Counters.WaitMs) / calls : 0;
        (drive.Counters, drive.OwnBytes, drive.At) = (now, ownBytes, time.GetTimestamp());
        if (seconds <= 0 || calls <= 0) return false;
        // Reading ahead makes the device do a little more than was asked for.
        long others = Math.Max(0, bytes - own);
        bool hasOthers = others > OthersPart * bytes && others / seconds > OthersBytesPerSecond;
        if (!hasOthers)
        {
            drive.QuietMs = drive.QuietMs <= 0 ? latency : (0.9 * drive.QuietMs) + (0.1 * latency);
            return false;
        }

        bool isLate = latency > LateMs && drive.QuietMs > 0 && latency > LateFactor * drive.QuietMs;
        return busy > BusyPart || isLate || pressure > HighPressure;
    }

    private sealed class Watched
    {
        public DriveCounters Counters { get; set; }

        public long OwnBytes { get; set; }

        public long At { get; set; }

        /// <summary>Milliseconds a call without others' work; 0 before it is known.</summary>
        public double QuietMs { get; set; }
    }
}
