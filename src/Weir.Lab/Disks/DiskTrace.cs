namespace Weir.Lab.Disks;

/// <summary>The last calls to a simulated disk, for messages of failed tests.</summary>
public sealed class DiskTrace
{
    private const int MaxKept = 4096;
    private readonly Queue<(DiskOperation Operation, DiskFault? Fault)> _calls = [];

    /// <summary>The last <paramref name="count"/> calls, one a line.</summary>
    public string Tail(int count = 60)
    {
        lock (_calls)
        {
            return string.Join('\n', _calls.Skip(Math.Max(0, _calls.Count - count))
                .Select(static c => c.Fault is null ? c.Operation.ToString() : $"{c.Operation}: {c.Fault}"));
        }
    }

    /// <summary>The last calls that changed something, in order.</summary>
    public IReadOnlyList<DiskOperation> Changes()
    {
        lock (_calls) return [.. _calls.Where(static c => !c.Operation.IsLook).Select(static c => c.Operation)];
    }

    internal void Add(DiskOperation operation, DiskFault? fault)
    {
        lock (_calls)
        {
            if (_calls.Count == MaxKept) _calls.Dequeue();
            _calls.Enqueue((operation, fault));
        }
    }
}
