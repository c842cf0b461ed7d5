using System.Collections.Immutable;

namespace Weir.BlockEvents.Events;

/// <summary>
/// Something that happened to storage, and to which device. It is the data of a record of the topic <c>block:events</c>, whose type is
/// <see cref="EventType"/>; the names of the JSON members are Peripety's, the later ones Weir's own (docs/storage-events.md).
/// </summary>
public sealed record StorageEvent
{
    /// <summary><c>hostname</c>: where it happened.</summary>
    public required string Hostname { get; init; }

    /// <summary><c>severity</c>, by its name in the JSON.</summary>
    public required Severity Severity { get; init; }

    /// <summary><c>sub_system</c>: who says so (SCSI, ATA, NVMe, block, multipath, ext4, …).</summary>
    public required string SubSystem { get; init; }

    /// <summary><c>timestamp</c>: RFC 3339 with microseconds and the local offset.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary><c>event_id</c>.</summary>
    public required Guid EventId { get; init; }

    /// <summary><c>event_type</c>: upper case, <c>SUB_WHAT</c>.</summary>
    public required string EventType { get; init; }

    /// <summary><c>cur_blk_info</c>: the device that the event is about.</summary>
    public BlockInfo Device { get; init; } = BlockInfo.None;

    /// <summary><c>hierarchy_blk_info</c>: what stands on it at the top (file system, mount point), with all devices underneath.</summary>
    public BlockInfo Hierarchy { get; init; } = BlockInfo.None;

    /// <summary><c>msg</c>: what happened, for people.</summary>
    public required string Message { get; init; }

    /// <summary><c>raw_msg</c>: the line that says so, or the first of them.</summary>
    public required string RawMessage { get; init; }

    /// <summary><c>extension</c>: everything else that the lines say, by name (docs/storage-events.md).</summary>
    public ImmutableSortedDictionary<string, string> Extension { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary><c>kdev</c>: the device as the line names it (<c>sdf</c>, <c>8:48</c>, <c>ata1.00</c>, <c>6:0:0:0</c>); empty when it names none.</summary>
    public string KernelDevice { get; init; } = "";

    /// <summary><c>rule_id</c>: the rule that recognised it; empty for an event that stands for no line.</summary>
    public string RuleId { get; init; } = "";

    /// <summary><c>root_cause_event_id</c>: the event that this one follows from; null where it is itself the root.</summary>
    public Guid? RootCauseEventId { get; init; }

    /// <summary><c>incident_id</c>: what the events of one incident share; null outside an incident.</summary>
    public Guid? IncidentId { get; init; }

    /// <summary><c>count</c>: the lines folded into it, at least 1.</summary>
    public long Count { get; init; } = 1;

    /// <summary><c>boot_id</c>: which start of the machine; null when unknown.</summary>
    public Guid? BootId { get; init; }

    /// <summary><c>source</c>: journal, kmsg or file.</summary>
    public string Source { get; init; } = "";

    /// <summary>Which of the devices that had this name one after another it is about; not part of the JSON, 0 where it is not known.</summary>
    internal ulong Incarnation { get; init; }

    /// <summary><c>cursor</c>: where in the source the (first) line stands; empty when the source has no cursors.</summary>
    public string Cursor { get; init; } = "";
}
