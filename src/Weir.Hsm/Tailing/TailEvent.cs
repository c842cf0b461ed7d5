using Weir.Feed;
using Weir.Hsm.Events;

namespace Weir.Hsm.Tailing;

/// <summary>One event as a tail shows it. What the event itself does not tell, as the Python tools' PURGED does not, comes from what was known.</summary>
public sealed record TailEvent
{
    public required string Topic { get; init; }

    public required RecordId Id { get; init; }

    public required HsmEventType Type { get; init; }

    /// <summary>Whether it is an UPDATE that only tells a state again.</summary>
    public bool IsRefresh { get; init; }

    public required string Mdt { get; init; }

    /// <summary>The file; empty when nobody has told.</summary>
    public string Fid { get; init; } = "";

    /// <summary>The action's name; empty when nobody has told.</summary>
    public string Action { get; init; } = "";

    /// <summary>The status; of a purged action the last known one; empty when nobody has told.</summary>
    public string Status { get; init; } = "";

    /// <summary>Catalog and record index; null when the event names none.</summary>
    public (uint Catalog, uint Record)? Index { get; init; }

    /// <summary>The request's number in its MDT; null when nobody has told.</summary>
    public ulong? Cookie { get; init; }

    /// <summary>When the event was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When the action was first seen; null when nobody has told.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>PURGED only: whether a final status was seen; null when the event does not say.</summary>
    public bool? FinalStateSeen { get; init; }

    /// <summary>The file's path; null when it was not looked up or not found.</summary>
    public string? Path { get; init; }

    /// <summary>Whether a path was looked up.</summary>
    public bool IsPathResolved { get; init; }
}
