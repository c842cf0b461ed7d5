namespace Weir.Lab.Disks;

/// <summary>Which operations of a simulated disk go wrong, and how.</summary>
public sealed class FaultPlan
{
    private readonly Dictionary<long, DiskFault> _atOperation = [];
    private readonly Dictionary<long, DiskFault> _atLook = [];

    /// <summary>Asked for every operation that has no fault by its number; null: it goes well. Must not call the disk.</summary>
    public Func<DiskOperation, DiskFault?>? Rule { get; set; }

    /// <summary>The fault of the operation with this number (<see cref="DiskOperation.Number"/>).</summary>
    public void At(long operation, DiskFault fault) => _atOperation[operation] = fault;

    /// <summary>The fault of the look (open for reading, read, list) with this number.</summary>
    public void AtLook(long look, DiskFault fault) => _atLook[look] = fault;

    /// <summary>From now on everything goes well.</summary>
    public void Clear()
    {
        _atOperation.Clear();
        _atLook.Clear();
        Rule = null;
    }

    internal DiskFault? For(DiskOperation operation) =>
        (operation.IsLook ? _atLook : _atOperation).GetValueOrDefault(operation.Number) ?? Rule?.Invoke(operation);
}
