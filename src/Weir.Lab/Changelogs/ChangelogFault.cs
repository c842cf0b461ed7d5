namespace Weir.Lab.Changelogs;

/// <summary>A call that a simulated changelog may fail.</summary>
public enum ChangelogCall
{
    Open,
    Read,
    Clear,
}

/// <summary>Decides what goes wrong with a simulated changelog; what is not set goes well.</summary>
public sealed class ChangelogFaults
{
    /// <summary>Asked before each call: the errno it fails with, or null.</summary>
    public Func<ChangelogCall, int?>? Fail { get; set; }

    /// <summary>May change the bytes of a read before the reader sees them.</summary>
    public Action<Memory<byte>>? Damage { get; set; }

    /// <summary>By how many records a stream, once opened, starts too early.</summary>
    public ulong RepeatRecords { get; set; }
}
