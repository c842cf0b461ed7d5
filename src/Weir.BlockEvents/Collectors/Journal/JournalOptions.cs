namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>Which journal is read, and from where.</summary>
public sealed record JournalOptions
{
    /// <summary>The directories; those below them are read too. What is not there is passed over.</summary>
    public IReadOnlyList<string> Directories { get; init; } = ["/var/log/journal", "/run/log/journal"];

    /// <summary>Go on behind this place; empty when there is none.</summary>
    public string Cursor { get; init; } = "";

    /// <summary>Where to begin without a place: at what comes from now on, or at the beginning.</summary>
    public bool FromEnd { get; init; } = true;

    /// <summary>Entries handed out at a time.</summary>
    public int BatchEntries { get; init; } = 16 * 1024;
}
