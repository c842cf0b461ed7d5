using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Rules;

/// <summary>What a kind of line means: one rule of the built-in table or of a user's file.</summary>
/// <param name="Id">Its name, unique in its file: <c>scsi-sense-key</c>.</param>
/// <param name="SubSystem">The sub-system of the events: <c>SCSI</c>.</param>
/// <param name="EventType">The event type; null where the line is recognised as storage's and is no event (start-up chatter).</param>
/// <param name="Severity">How bad the event is.</param>
public sealed record Rule(string Id, string SubSystem, string? EventType, Severity Severity)
{
    /// <summary>What the line is a part of: lines of one failure become one event; null for a line that stands alone.</summary>
    public string? Part { get; init; }

    /// <summary>Where it was written: <c>built-in</c> or a user's file and line.</summary>
    public string Origin { get; init; } = "built-in";
}
