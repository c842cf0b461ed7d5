namespace Weir.Hsm.Reading;

/// <summary>Where a reader without a position begins.</summary>
public enum ActionStart
{
    /// <summary>At the topics' first records: a replay, then what comes.</summary>
    Beginning = 0,

    /// <summary>Behind what is there now.</summary>
    End = 1,
}

/// <summary>What an <see cref="ActionStream"/> reads.</summary>
public sealed record ActionStreamOptions
{
    public static ActionStreamOptions Default { get; } = new();

    /// <summary>The single topic, or what each MDT's topic starts with; topics of MDTs that come later are found.</summary>
    public string Prefix { get; init; } = ActionTopics.DefaultPrefix;

    /// <summary>
    /// A name under which positions are kept, so that the next reader of this name goes on behind what was acknowledged. The janitor trims
    /// nothing that a named reader has not acknowledged. Null: none is kept.
    /// </summary>
    public string? Consumer { get; init; }

    /// <summary>Where to begin in topics where <see cref="Consumer"/> has no position.</summary>
    public ActionStart Start { get; init; }

    /// <summary>Whether to wait for more at the topics' end.</summary>
    public bool Follow { get; init; } = true;

    /// <summary>Whether HEARTBEATs, and UPDATEs that only tell a state again, are events too.</summary>
    public bool IncludeUnchanged { get; init; }
}
