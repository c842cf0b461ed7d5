using System.Collections.Concurrent;
using Weir.Erasure.Drives.Walking;
using Weir.Health.Policies;

namespace Weir.Health.Pacing;

/// <summary>
/// How fast scans and repairs may go, together: per drive, over all drives, and in objects. The scan policy sets it, at any time; work that
/// waits then waits by the new limits. Thread-safe.
/// </summary>
public sealed class Pacer : IDisposable
{
    private const double Mega = 1e6;

    private readonly ConcurrentDictionary<string, DrivePace> _drives = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly RateLimit _total;
    private readonly RateLimit _objects;
    private readonly IDisposable? _subscription;
    private ScanPolicy _policy;

    public Pacer(ScanPolicy policy, TimeProvider time)
    {
        _time = time;
        _total = new(time);
        _objects = new(time);
        _policy = policy;
        Apply(policy);
    }

    /// <summary>Follows the policy in force.</summary>
    public Pacer(IPolicies policies, TimeProvider time) : this(policies.Scan, time) => _subscription = policies.Subscribe(kind =>
    {
        if (kind == PolicyKind.Scan) Apply(policies.Scan);
    });

    /// <summary>Calls at once on each drive.</summary>
    public int DriveConcurrency => Math.Clamp(Volatile.Read(ref _policy).DriveConcurrency, 1, 64);

    /// <summary>Whether work slows down while the drives are busy with others' work.</summary>
    public bool BacksOff => Volatile.Read(ref _policy).BacksOff;

    /// <summary>The pace of the drive at a path; the same for as long as this lives.</summary>
    public DrivePace For(string drive) => _drives.GetOrAdd(drive, _ =>
    {
        var pace = new DrivePace(_time, _total);
        Apply(pace, Volatile.Read(ref _policy));
        return pace;
    });

    /// <summary>The part of its time that each drive may be worked on now, where that is less than all.</summary>
    public IReadOnlyDictionary<string, double> BackedOff => _drives.Where(drive => drive.Value.Duty < 1).ToDictionary(drive => drive.Key, drive => drive.Value.Duty);

    /// <summary>Waits until so many more objects may be looked at.</summary>
    public async ValueTask ObjectsAsync(int count, CancellationToken cancellationToken)
    {
        double ticket = _objects.Take(count);
        // In pieces, so that a limit that is changed or taken away is noticed.
        while (_objects.Left(ticket) is var left && left > TimeSpan.FromMilliseconds(1))
        {
            await Task.Delay(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sets the limits.</summary>
    public void Apply(ScanPolicy policy)
    {
        Volatile.Write(ref _policy, policy);
        _total.PerSecond = (policy.TotalBandwidthLimitMbps ?? 0) * Mega;
        _objects.PerSecond = policy.ObjectsPerSecondLimit ?? 0;
        foreach (DrivePace pace in _drives.Values) Apply(pace, policy);
    }

    public void Dispose() => _subscription?.Dispose();

    private static void Apply(DrivePace pace, ScanPolicy policy)
    {
        pace.Bytes.PerSecond = (policy.BandwidthLimitMbps ?? 0) * Mega;
        pace.Calls.PerSecond = policy.IopsLimit ?? 0;
        if (!policy.BacksOff) pace.Duty = 1;
    }
}
