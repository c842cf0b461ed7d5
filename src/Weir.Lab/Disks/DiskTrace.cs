namespace Weir.Lab.Disks;

/// <summary>The last calls to a simulated disk, and what befell it between them, for messages of failed tests.</summary>
public sealed class DiskTrace
{
    private const int MaxKept = 4096;
    private readonly Queue<(DiskOperation? Operation, DiskFault? Fault, string? Event)> _lines = [];

    /// <summary>The last <paramref name="count"/> calls and events, one a line.</summary>
    public string Tail(int count = 60)
    {
        lock (_lines)
        {
            return string.Join('\n', _lines.Skip(Math.Max(0, _lines.Count - count))
                .Select(static l => l.Event ?? (l.Fault is null ? $"{l.Operation}" : $"{l.Operation}: {l.Fault}")));
        }
    }

    /// <summary>The last calls that changed something, in order.</summary>
    public IReadOnlyList<DiskOperation> Changes()
    {
        lock (_lines) return [.. _lines.Select(static l => l.Operation).OfType<DiskOperation>().Where(static o => !o.IsLook)];
    }

    internal void Add(DiskOperation operation, DiskFault? fault) => Add((operation, fault, null));

    internal void Add(string happened) => Add((null, null, $"-- {happened}"));

    private void Add((DiskOperation?, DiskFault?, string?) line)
    {
        lock (_lines)
        {
            if (_lines.Count == MaxKept) _lines.Dequeue();
            _lines.Enqueue(line);
        }
    }
}
