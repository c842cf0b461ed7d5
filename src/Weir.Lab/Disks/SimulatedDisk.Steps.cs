namespace Weir.Lab.Disks;

/// <summary>Numbers, faults and watches: what every call goes through.</summary>
public sealed partial class SimulatedDisk
{
    private readonly List<Action> _calls = [];

    /// <summary>Watches are called back only by <see cref="CallHeldWatches"/>; otherwise by whoever made the change, after it.</summary>
    public bool HoldWatches { get; set; }

    /// <summary>Makes the calls that were held back, on this thread.</summary>
    public void CallHeldWatches()
    {
        Action[] calls;
        lock (_gate)
        {
            calls = [.. _calls];
            _calls.Clear();
        }

        foreach (Action call in calls) call();
    }

    private T Change<T>(SimulatedProcess process, Func<T> change)
    {
        try
        {
            lock (_gate)
            {
                process.ThrowIfDead();
                return change();
            }
        }
        finally
        {
            CallWatches();
        }
    }

    private Step Begin(SimulatedProcess process, DiskOperationKind kind, string path, long offset = 0, int length = 0, string? target = null)
    {
        process.ThrowIfDead();
        bool isLook = kind >= DiskOperationKind.OpenRead;
        var operation = new DiskOperation(isLook ? ++Looks : ++Operations, kind, path, offset, length, target, process.Name);
        DiskFault? fault = Faults.For(operation);
        Trace.Add(operation, fault);
        if (IsReadOnly && !isLook) throw DiskErrors.Of(DiskError.ReadOnlyFileSystem, operation);
        return new Step(this, process, operation, fault);
    }

    private void Changed(string path)
    {
        foreach (SimulatedProcess process in _processes) process.CollectWatches(path, _calls);
    }

    private void CallWatches()
    {
        if (!HoldWatches) CallHeldWatches();
    }

    /// <summary>One operation between its number and its fault.</summary>
    private readonly struct Step(SimulatedDisk disk, SimulatedProcess process, DiskOperation operation, DiskFault? fault)
    {
        public DiskOperation Operation => operation;

        /// <summary>How much of a write is done.</summary>
        public int Bytes => Math.Min(fault?.Bytes ?? int.MaxValue, operation.Length);

        public bool Happens => fault is null or { Bytes: > 0 };

        public bool Fails => fault is { Kind: DiskFaultKind.Error };

        /// <summary>What was done of the operation is done; now comes the fault.</summary>
        public void End()
        {
            switch (fault?.Kind)
            {
                case DiskFaultKind.Error:
                    throw DiskErrors.Of(fault.Error, operation);
                case DiskFaultKind.Kill:
                    process.Die();
                    break;
                case DiskFaultKind.PowerLoss:
                    disk.LosePower(fault.Unsynced);
                    break;
                default:
                    return;
            }

            throw new SimulatedCrashException($"{fault} at {operation}.");
        }
    }
}
