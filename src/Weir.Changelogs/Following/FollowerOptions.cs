using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Following;

/// <summary>How a changelog is followed into the feed.</summary>
public sealed record FollowerOptions
{
    public static FollowerOptions Default { get; } = new();

    /// <summary>The changelog user to clear for, as <c>cl1</c>. Null: nothing is cleared, and the MDT keeps everything for somebody else.</summary>
    public string? User { get; init; }

    /// <summary>Which records go into the feed.</summary>
    public ChangelogMask Mask { get; init; } = ChangelogMask.Everything;

    /// <summary>How much is read at once, in bytes; at least two of the longest records.</summary>
    public int ReadBytes { get; init; } = 256 * 1024;

    /// <summary>From this size on, in bytes, a batch is appended while the next one is read.</summary>
    public int BatchBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>After so many bytes the follower's position is written; after a crash no more than these are looked through for a hole.</summary>
    public long MarkBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>From reaching the end to looking again.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After a failure; doubled with each further one up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(1);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What a follower has done since it was made.</summary>
/// <param name="Records">Handed to the feed; again, when a failed append was.</param>
/// <param name="Repeats">Given again by the MDT and passed over.</param>
/// <param name="Omitted">Left out by the mask.</param>
/// <param name="Gaps">Gap records written.</param>
/// <param name="Missing">Records that those gaps tell of.</param>
/// <param name="Damaged">Pieces of damage passed over.</param>
/// <param name="ClearFailures">Clears that failed and are tried again with the next.</param>
/// <param name="LastIndex">The last record that is durable in the feed, gap and omission records included.</param>
/// <param name="ClearedIndex">Up to where this follower has cleared.</param>
public readonly record struct FollowerCounts(
    long Records, long Repeats, long Omitted, long Gaps, long Missing, long Damaged, long ClearFailures, ulong LastIndex, ulong ClearedIndex);
