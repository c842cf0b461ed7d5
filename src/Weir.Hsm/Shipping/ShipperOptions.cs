using Weir.Feed.Disks;

namespace Weir.Hsm.Shipping;

/// <summary>How the shipper works.</summary>
public sealed record ShipperOptions
{
    /// <summary>Patterns of the MDTs' action files (<see cref="ActionGlob"/>).</summary>
    public required IReadOnlyList<string> Actions { get; init; }

    /// <summary>The snapshot's file. Its directory is made when it is not there. Null: none is kept, and every start reads the topics whole.</summary>
    public required string? SnapshotPath { get; init; }

    public ActionLayout Layout { get; init; }

    /// <summary>The single topic, or what each MDT's topic starts with.</summary>
    public string Prefix { get; init; } = ActionTopics.DefaultPrefix;

    /// <summary>From the start of one poll to the start of the next.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>An action without an event for this long is said to be alive still.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>An action whose last NEW or UPDATE is this old is told again in full. Null: four heartbeats.</summary>
    public TimeSpan? RefreshInterval { get; init; }

    /// <summary>
    /// How often the running shipper holds its topics against what it knows, purges what is in no file, and trims them. Null: never; a
    /// janitor trims.
    /// </summary>
    public TimeSpan? ReconcileInterval { get; init; }

    /// <summary>The running shipper writes its snapshot at the latest so long after a change.</summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The first wait after the feed has failed; it doubles up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Short, so that what waits is shipped within seconds of the feed's return.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Who says that an MDT vanished or came back.</summary>
    public string HostName { get; init; } = Environment.MachineName;

    /// <summary>Where the snapshot lives; tests put a simulated one here.</summary>
    public IDisk Disk { get; init; } = LocalDisk.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>For the jitter of waits.</summary>
    public Random Random { get; init; } = Random.Shared;

    internal TimeSpan EffectiveRefreshInterval => RefreshInterval ?? 4 * HeartbeatInterval;
}
