using Weir.Changelogs.Coalescing;
using Weir.Changelogs.Paths;
using Weir.Lustre.Changelog;

namespace Weir.Cli.Verbs.Changelog;

/// <summary>Which records are printed.</summary>
/// <param name="Mask">Of these types.</param>
/// <param name="From">From this index.</param>
/// <param name="To">Up to this one.</param>
internal sealed record ChangelogSelection(ChangelogMask Mask, ulong From, ulong To)
{
    public bool Contains(ChangelogRecord record) => Mask.Contains(record.Type) && record.Index >= From && record.Index <= To;
}

/// <summary>What happens to the records of one MDT between reading and printing: selection, coalescing, paths.</summary>
internal sealed class ChangelogStage : ICoalescedSink, IDisposable
{
    private readonly ChangelogPrinter _printer;
    private readonly ChangelogSelection _selection;
    private readonly PathResolver? _paths;
    private readonly ChangelogCoalescer? _coalescer;

    public ChangelogStage(ChangelogPrinter printer, ChangelogSelection selection, PathResolver? paths, CoalescerOptions? coalescing)
    {
        _printer = printer;
        _selection = selection;
        _paths = paths;
        _coalescer = coalescing is null ? null : new(this, coalescing);
    }

    public void Add(ChangelogRecord record, ulong? milliseconds)
    {
        if (_coalescer is not null)
        {
            if (_selection.Contains(record)) _coalescer.Add(record);
            return;
        }

        if (_selection.Contains(record)) _printer.Print(record, milliseconds);
        _paths?.Observe(record);
    }

    /// <summary>What is left after coalescing.</summary>
    public void Take(ChangelogRecord record)
    {
        _printer.Print(record, null);
        _paths?.Observe(record);
    }

    public void Finish() => _coalescer?.Flush();

    public void Dispose() => _printer.Dispose();
}
