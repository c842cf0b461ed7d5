namespace Weir.Coordinator.Journal;

/// <summary>How the coordinator's state is kept on the feed.</summary>
public sealed record JournalOptions
{
    public static JournalOptions Default { get; } = new();

    /// <summary>A snapshot is taken when the journal has grown by this many bytes, and by as many as the last snapshot has.</summary>
    public long SnapshotBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How many slots of the store one turn adds to a snapshot that is under way.</summary>
    public int SlotsPerTurn { get; init; } = 4096;

    /// <summary>Whether each request's life is told on <see cref="JournaledCoordinator.EventsTopic"/>.</summary>
    public bool WriteEvents { get; init; } = true;

    /// <summary>Events become durable, and visible, at least so often while there are any.</summary>
    public TimeSpan EventsInterval { get; init; } = TimeSpan.FromSeconds(1);
}
