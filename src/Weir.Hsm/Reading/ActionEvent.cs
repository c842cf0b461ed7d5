using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Lustre;

namespace Weir.Hsm.Reading;

/// <summary>One event that owns its memory. What the event itself does not tell, as the Python tools' PURGED does not, comes from what was known.</summary>
public sealed record ActionEvent
{
    /// <summary>The topic it stands in. With <see cref="Id"/> it names the event.</summary>
    public required string Topic { get; init; }

    public required RecordId Id { get; init; }

    public required HsmEventType Type { get; init; }

    /// <summary>Whether it is an UPDATE that only tells a state again.</summary>
    public bool IsRefresh { get; init; }

    /// <summary>The MDT, as <c>testfs-MDT0000</c>.</summary>
    public required string Mdt { get; init; }

    /// <summary>The file, as the MDT prints it, without brackets; empty when nobody has told.</summary>
    public string Fid { get; init; } = "";

    /// <summary><see cref="HsmAction.Unknown"/> when <see cref="ActionText"/> is no name of the kernel's.</summary>
    public HsmAction Action { get; init; }

    public string ActionText { get; init; } = "";

    /// <summary>Of a purged action the last one known.</summary>
    public HsmStatus Status { get; init; }

    public string StatusText { get; init; } = "";

    /// <summary>The request's number in its MDT; null when nobody has told. A CANCEL has its victim's.</summary>
    public ulong? Cookie { get; init; }

    /// <summary>Catalog and record index; null when nobody has told.</summary>
    public (uint Catalog, uint Record)? Index { get; init; }

    public uint ArchiveId { get; init; }

    /// <summary>When the event was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When the action was first seen; null when nobody has told.</summary>
    public DateTimeOffset? FirstSeen { get; init; }

    /// <summary>Since when it has its status; null when nobody has told.</summary>
    public DateTimeOffset? StatusSince { get; init; }

    /// <summary>PURGED only: whether a final status was seen; null when the event does not say.</summary>
    public bool? FinalStateSeen { get; init; }

    /// <summary>The line of <c>hsm/actions</c>; NEW and UPDATE only, empty otherwise.</summary>
    public string Line { get; init; } = "";
}
