using Weir.Feed;

namespace Weir.Hsm.Maintenance;

/// <summary>How far a topic may be trimmed, and why no further.</summary>
public sealed record TrimDecision
{
    public required string Topic { get; init; }

    /// <summary>Every record below this may go.</summary>
    public required RecordId Below { get; init; }

    public required TrimHold Hold { get; init; }

    /// <summary>The action that holds the trim back.</summary>
    public ActionExample? Action { get; init; }

    /// <summary>The consumer that holds the trim back.</summary>
    public string? Consumer { get; init; }

    /// <summary>Live actions of the topic's MDTs, the stale ones not counted.</summary>
    public long Live { get; init; }

    /// <summary>Actions that nobody has told of for too long; they hold nothing back.</summary>
    public long Stale { get; init; }

    /// <summary>The first few of them.</summary>
    public IReadOnlyList<ActionExample> StaleExamples { get; init; } = [];

    /// <summary>MDTs of the topic without a file at the moment. Their actions do not become stale.</summary>
    public IReadOnlyList<string> LostMdts { get; init; } = [];

    /// <summary>Why the trim stops where it does, in words.</summary>
    public string Reason => Hold switch
    {
        TrimHold.LiveAction when Action is { } action =>
            $"{action.Mdt} {action.Action} {action.Status} of {action.Fid} is live and told of from {action.LastState} on",
        TrimHold.Consumer => $"consumer '{Consumer}' has acknowledged nothing from {Below} on",
        TrimHold.AmbiguousPurge => $"a purge behind {Below} names its action by fid and kind alone, and two had them",
        _ => "nothing that is told of lives",
    };
}
