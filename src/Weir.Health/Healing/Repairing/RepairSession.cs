using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;
using Weir.Health.Pools;

namespace Weir.Health.Healing.Repairing;

/// <summary>
/// The drives, taken for repairs: while a session lives no other process of this kind writes to them. Used by several repairs at once, and
/// ended after the last of them.
/// </summary>
internal sealed class RepairSession : IDisposable
{
    private readonly PoolLease _lease;
    private readonly HealDrives _paced;
    private readonly HealDrives _urgent;
    private readonly ObjectExaminer _pacedExaminer;
    private readonly ObjectExaminer _urgentExaminer;

    /// <param name="lease">Given back with this.</param>
    /// <param name="options">How repairs are done.</param>
    /// <param name="journals">Where repairs say what they do.</param>
    /// <param name="run">Names the staging directories.</param>
    /// <exception cref="DriveFileException">Another process repairs one of the drives, or one fails.</exception>
    /// <exception cref="IOException">The journal cannot be written.</exception>
    public RepairSession(PoolLease lease, HealOptions options, RepairJournals journals, string run)
    {
        _lease = lease;
        Options = options;
        _paced = new(lease.View.Queues, lease.View.UrgentOptions, run);
        _urgent = new(lease.View.UrgentQueues, lease.View.UrgentOptions, run + "-u");
        _pacedExaminer = new(lease.View.Queues);
        _urgentExaminer = new(lease.View.UrgentQueues);
        try
        {
            _paced.Take(Members);
            Journal = journals.Open(Topology);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public DriveTopology Topology => _lease.View.Topology;

    public HealOptions Options { get; }

    public HealJournal Journal { get; } = null!;

    /// <summary>Repairs that use it.</summary>
    public int Users { get; set; }

    /// <summary>No repair begins with it any more.</summary>
    public bool IsOver { get; set; }

    /// <summary>Completes when it has ended.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the drives are to be taken anew: some came or went, or one was given up that may be well again.</summary>
    public bool IsOutdated => _lease.View.IsOutdated || _paced.HasFailed || _urgent.HasFailed;

    private IEnumerable<Drive> Members => Topology.Pools.SelectMany(pool => Enumerable.Range(0, pool.SetCount).SelectMany(pool.Set)).OfType<Drive>();

    public HealDrives Drives(bool isUrgent) => isUrgent ? _urgent : _paced;

    public ObjectExaminer Examiner(bool isUrgent) => isUrgent ? _urgentExaminer : _pacedExaminer;

    public void Dispose()
    {
        _pacedExaminer.Dispose();
        _urgentExaminer.Dispose();
        _urgent.Dispose();
        _paced.Dispose();
        Journal?.Dispose();
        _lease.Dispose();
        Ended.TrySetResult();
    }
}
