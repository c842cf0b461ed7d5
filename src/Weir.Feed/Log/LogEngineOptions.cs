using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed.Disks;

namespace Weir.Feed.Log;

/// <summary>How an embedded log is opened.</summary>
public sealed record LogEngineOptions
{
    /// <summary>The feed's directory, absolute; made with the first append.</summary>
    public required string Directory { get; init; }

    /// <summary>The disk below; tests put a simulated one here.</summary>
    public IDisk Disk { get; init; } = LocalDisk.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>A segment that has reached this size, in bytes, is sealed and a new one begun.</summary>
    public long SegmentBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Distance of two entries of the sparse index, in bytes.</summary>
    public int IndexIntervalBytes { get; init; } = 256 * 1024;

    /// <summary>The file of the consumers' positions is written anew when its changes have come to this size, in bytes; it has this size from the start. 0: it grows.</summary>
    public long PositionJournalBytes { get; init; } = 256 * 1024;

    /// <summary>Appends are refused (<see cref="FeedFullException"/>) while the disk has fewer bytes free than this; 0: only when it is full.</summary>
    public long MinFreeBytes { get; init; }

    /// <summary>Appends are refused while all segments together have more bytes than this; 0: they may have any number.</summary>
    public long MaxFeedBytes { get; init; }

    /// <summary>How long a process waits for the short locks on marks, which are held for one small file's replacement.</summary>
    public TimeSpan MarkLockTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
