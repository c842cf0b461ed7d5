namespace Weir.Hsm.Top;

/// <summary>What one row of top stands for.</summary>
public enum TopGrouping
{
    /// <summary>An MDT, an action and a status: the frame of the Python viewer.</summary>
    State = 0,

    /// <summary>An MDT.</summary>
    Mdt = 1,

    /// <summary>An archive, an action and a status, over all MDTs.</summary>
    Archive = 2,

    /// <summary>An action and a status, over all MDTs.</summary>
    Action = 3,
}

/// <summary>By what the rows are sorted.</summary>
public enum TopSort
{
    /// <summary>By the names in the row, ascending.</summary>
    Name = 0,

    /// <summary>The most actions first.</summary>
    Count = 1,

    /// <summary>The largest difference from the frame before first, whichever its sign.</summary>
    Diff = 2,

    /// <summary>The most coming and going first.</summary>
    Rate = 3,

    /// <summary>The longest waiting or running first.</summary>
    Oldest = 4,
}

/// <summary>How a frame looks at what is live.</summary>
public sealed record TopQuery
{
    public static TopQuery Default { get; } = new();

    /// <summary>As long as Lustre itself lets an action run before it gives it up (active_request_timeout).</summary>
    public static readonly TimeSpan DefaultStuckAfter = TimeSpan.FromHours(1);

    public TopFilter Filter { get; init; } = TopFilter.All;

    public TopGrouping Grouping { get; init; }

    public TopSort Sort { get; init; }

    public bool IsReversed { get; init; }

    /// <summary>An action that has been STARTED for longer, without any other status since, is stuck. Told apart by minutes.</summary>
    public TimeSpan StuckAfter { get; init; } = DefaultStuckAfter;

    /// <summary>How many of the oldest actions of each kind the frame names.</summary>
    public int NamedActions { get; init; } = 5;
}
