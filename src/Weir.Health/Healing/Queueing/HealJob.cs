namespace Weir.Health.Healing.Queueing;

/// <summary>A repair, from its request until it is forgotten. A million of them wait in memory, so what few have lies apart in <see cref="HealProgress"/>.</summary>
internal sealed class HealJob
{
    public const string IdPrefix = "heal-";

    public required long Number { get; init; }

    /// <summary>One string for all jobs of the bucket.</summary>
    public required string Bucket { get; init; }

    public required string Key { get; init; }

    /// <summary>Null for every version; empty for the null version.</summary>
    public Guid? VersionId { get; init; }

    public required HealOrigin Origin { get; set; }

    /// <summary>Ticks of UTC.</summary>
    public required long RequestedAt { get; init; }

    /// <summary>From when it waits for the next promotion by age; ticks of UTC.</summary>
    public long AgesFrom { get; set; }

    public HealState State { get; set; }

    /// <summary>As asked for, or by whoever asked again for more.</summary>
    public HealthPriority Priority { get; set; }

    /// <summary>With what age has added.</summary>
    public HealthPriority Effective { get; set; }

    public HealMode Mode { get; set; }

    public short MaxRetries { get; set; }

    /// <summary>Null where unknown.</summary>
    public short? Margin { get; set; }

    /// <summary>Null until it has been tried.</summary>
    public HealProgress? Progress { get; set; }

    /// <summary>The line it waits in; null when it does not wait.</summary>
    public BucketLine? Line { get; set; }

    public HealJob? Next { get; set; }

    public HealJob? Previous { get; set; }

    /// <summary>Rises within its line.</summary>
    public long Ticket { get; set; }

    public string Id => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{IdPrefix}{Number}");

    public bool IsWaiting => State is HealState.Queued or HealState.Retrying;

    public bool HasEnded => State is HealState.Completed or HealState.Failed or HealState.Cancelled;

    public string? VersionText => VersionId is not { } id ? null : id == Guid.Empty ? "null" : id.ToString("D");

    public HealProgress Run => Progress ??= new();

    public HealRequest ToRequest() => new()
    {
        Bucket = Bucket,
        Object = Key,
        VersionId = VersionText,
        Priority = Priority,
        Mode = Mode,
        MaxRetries = MaxRetries,
        Margin = Margin,
        Drive = Origin.Drive,
        DriveId = Origin.DriveId,
        IssueId = Origin.IssueId,
        IncidentId = Origin.IncidentId,
        Reason = Origin.Reason,
    };

    /// <summary>The number in an id; null where it is none.</summary>
    public static long? NumberOf(string? id) =>
        id is not null && id.StartsWith(IdPrefix, StringComparison.Ordinal) && long.TryParse(id.AsSpan(IdPrefix.Length), System.Globalization.NumberStyles.None, null, out long number) ? number : null;
}

/// <summary>What many jobs have in common: they share one.</summary>
/// <param name="IssueId">The issue that it is for.</param>
/// <param name="IncidentId">What began it.</param>
/// <param name="Reason">Who asked.</param>
/// <param name="Drive">The drive that is rebuilt; null for an object.</param>
/// <param name="DriveId">The lost drive that it replaces, where that was said.</param>
internal sealed record HealOrigin(string? IssueId, string? IncidentId, string Reason, string? Drive, Guid? DriveId);

/// <summary>How the tries of a job went.</summary>
internal sealed class HealProgress
{
    public int Attempts { get; set; }

    public string? Error { get; set; }

    /// <summary>Of the first try; ticks of UTC, 0 for never.</summary>
    public long StartedAt { get; set; }

    public long EndedAt { get; set; }

    /// <summary>When it is tried again; ticks of UTC.</summary>
    public long NotBefore { get; set; }

    /// <summary>When the damage was first seen beside a server; ticks of UTC, 0 for not.</summary>
    public long SightedAt { get; set; }

    public HealResult? Result { get; set; }

    public bool IsDismissed { get; set; }

    /// <summary>When the last try began; ticks of UTC.</summary>
    public long TriedAt { get; set; }

    /// <summary>The tries that ended with the process, from their beginning to the next process's: what they did is in the journal alone. Ticks of UTC.</summary>
    public IReadOnlyList<(long From, long To)> Interrupted { get; set; } = [];
}
