namespace Weir.BlockEvents.Collectors.Raw;

/// <summary>What a collector has done since it began.</summary>
public sealed class CollectorCounts
{
    /// <summary>Lines read, with those of programs that no rule is about, which are only counted.</summary>
    public long Lines { get; internal set; }

    /// <summary>Lines about storage among them.</summary>
    public long Storage { get; internal set; }

    /// <summary>Records appended.</summary>
    public long Kept { get; internal set; }

    /// <summary>Lines that were only counted, because there were too many of their kind.</summary>
    public long Suppressed { get; internal set; }

    /// <summary>Lines that were gone or damaged before they could be read.</summary>
    public long Lost { get; internal set; }
}
