using Weir.Health.Issues;

namespace Weir.Health.Scanning.Walks;

/// <summary>What a scan saw since it was last made durable.</summary>
internal sealed class ScanBatch
{
    public long Objects { get; set; }

    public long Bytes { get; set; }

    /// <summary>Objects with issues, or with issues that stood.</summary>
    public List<Sighting> Sightings { get; } = [];

    /// <summary>By unit: the last object's path.</summary>
    public Dictionary<string, string> Positions { get; } = new(StringComparer.Ordinal);

    public List<string> Done { get; } = [];

    public Jobs.ScanTally Tally { get; } = new();

    /// <summary>Of a sample.</summary>
    public Choosing.SampleSums Sample { get; } = new();

    /// <summary>Objects that went by without being looked at.</summary>
    public long Skipped { get; set; }

    public bool IsEmpty => Objects == 0 && Skipped == 0 && Done.Count == 0 && Sightings.Count == 0;
}
