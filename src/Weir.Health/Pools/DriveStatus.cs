using Weir.Erasure.Drives;

namespace Weir.Health.Pools;

/// <summary>A configured drive as it is now.</summary>
public sealed record DriveStatus
{
    /// <summary>As configured, made absolute.</summary>
    public required string Path { get; init; }

    /// <summary>The pool's name in the configuration.</summary>
    public required string PoolName { get; init; }

    public required DriveState State { get; init; }

    /// <summary>Whether it was online, and was given up since it did not answer.</summary>
    public bool IsFailed { get; init; }

    /// <summary>Why it is not online, or was given up; null where all is well.</summary>
    public string? Detail { get; init; }

    /// <summary>The id in its format.json; null where it has none that can be read.</summary>
    public Guid? DriveId { get; init; }

    /// <summary>-1 where it belongs to none.</summary>
    public int Pool { get; init; } = -1;

    public int Set { get; init; } = -1;

    public int Position { get; init; } = -1;

    public bool IsReadOnly { get; init; }

    /// <summary>Whether a server says that it is healing it.</summary>
    public bool IsHealing { get; init; }

    /// <summary>Bytes of its file system; 0 where it could not be asked.</summary>
    public long TotalBytes { get; init; }

    public long FreeBytes { get; init; }

    /// <summary>Directories and files that could not be read since the start.</summary>
    public long ReadErrors { get; init; }

    /// <summary>The first of them since it was opened last; null without.</summary>
    public string? FirstReadError { get; init; }

    /// <summary>Whether it can be worked with.</summary>
    public bool IsUsable => State == DriveState.Online && !IsFailed;
}
