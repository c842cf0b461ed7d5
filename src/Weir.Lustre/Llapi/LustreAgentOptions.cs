namespace Weir.Lustre.Llapi;

/// <summary>How an agent registers.</summary>
public sealed record LustreAgentOptions
{
    /// <summary>A mount point of the file system on this machine.</summary>
    public required string MountPoint { get; init; }

    /// <summary>For which archives; empty: for all.</summary>
    public IReadOnlyList<int> ArchiveIds { get; init; } = [];

    /// <summary>Before the first new try after a loss; it doubles up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan MinRetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(1);
}
