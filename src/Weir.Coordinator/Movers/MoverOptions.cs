using Weir.Lustre;

namespace Weir.Coordinator.Movers;

/// <summary>How much an agent does at once, and how it goes about it.</summary>
public sealed record MoverOptions
{
    /// <summary>Actions of each kind at once; others wait.</summary>
    public int ArchiveSlots { get; init; } = 4;

    public int RestoreSlots { get; init; } = 4;

    public int RemoveSlots { get; init; } = 2;

    /// <summary>Requests that wait here at most, beyond which whoever brings one waits too.</summary>
    public int MaxWaiting { get; init; } = 100_000;

    /// <summary>In bytes per second, over all archives; 0: no limit.</summary>
    public long ArchiveBandwidth { get; init; }

    /// <summary>In bytes per second, over all restores; 0: no limit.</summary>
    public long RestoreBandwidth { get; init; }

    public RetryRules Retries { get; init; } = new();

    /// <summary>How often the MDT is told how far an action is. It also learns so that an action is cancelled.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The file system's name; requests of others are refused. Null: any.</summary>
    public string? FsName { get; init; }

    /// <summary>Where the random parts of delays come from.</summary>
    public Random Random { get; init; } = Random.Shared;

    internal int SlotsOf(HsmAction action) => action switch
    {
        HsmAction.Archive => ArchiveSlots,
        HsmAction.Restore => RestoreSlots,
        _ => RemoveSlots,
    };

    internal long BandwidthOf(HsmAction action) => action switch
    {
        HsmAction.Archive => ArchiveBandwidth,
        HsmAction.Restore => RestoreBandwidth,
        _ => 0,
    };
}
