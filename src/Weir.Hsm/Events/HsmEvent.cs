using Weir.Lustre;

namespace Weir.Hsm.Events;

/// <summary>
/// One event of an action topic, as Weir or either generation of the Python tools wrote it. Spans point into the record or
/// into the reader's buffer and are good until its next read. What an event lacks is empty or zero; see docs/hsm-stream.md.
/// </summary>
public ref struct HsmEvent
{
    public HsmEventType Type { get; internal set; }

    /// <summary>The MDT, as <c>testfs-MDT0000</c>; never empty.</summary>
    public ReadOnlySpan<byte> Mdt { get; internal set; }

    /// <summary>The file, as the MDT prints it, without brackets.</summary>
    public ReadOnlySpan<byte> Fid { get; internal set; }

    public ReadOnlySpan<byte> ActionText { get; internal set; }

    public ReadOnlySpan<byte> StatusText { get; internal set; }

    /// <summary>The line of <c>hsm/actions</c>; NEW and UPDATE only.</summary>
    public ReadOnlySpan<byte> Raw { get; internal set; }

    /// <summary><c>&lt;fid&gt;:&lt;ACTION&gt;</c>: all that a purge by the second generation's maintenance names.</summary>
    public ReadOnlySpan<byte> ActionKey { get; internal set; }

    public readonly HsmAction Action => HsmNames.ParseAction(ActionText);

    public readonly HsmStatus Status => HsmNames.ParseStatus(StatusText);

    /// <summary>Whether the event names a record by catalog and record index.</summary>
    public bool HasIndex { get; internal set; }

    public uint CatalogIndex { get; internal set; }

    public uint RecordIndex { get; internal set; }

    /// <summary>The request's number in its MDT; 0 when the event has none.</summary>
    public ulong Cookie { get; internal set; }

    public readonly bool HasCookie => Cookie != 0;

    /// <summary>When the event was made: unix seconds, 0 when it does not say.</summary>
    public long Timestamp { get; internal set; }

    /// <summary>When the action was first seen: unix seconds, 0 when the event does not say.</summary>
    public long FirstSeen { get; internal set; }

    /// <summary>Since when the action has its status: unix seconds, 0 when the event does not say.</summary>
    public long StatusSince { get; internal set; }

    /// <summary>PURGED only: whether the action's last known status was final; null when the event does not say.</summary>
    public bool? FinalStateSeen { get; internal set; }

    /// <summary>
    /// Fills in the times that an event of Weir's leaves out since they are its timestamp: of a NEW with a cookie of its own when the action
    /// was first seen, of any event that says that or need not, since when it has its status.
    /// </summary>
    /// <param name="hasCookieMember">Whether the event itself has a cookie, which no other program writes.</param>
    internal void FillTimes(bool hasCookieMember)
    {
        if (Type is not (HsmEventType.New or HsmEventType.Update)) return;
        if (FirstSeen == 0 && Type == HsmEventType.New && hasCookieMember) FirstSeen = Timestamp;
        if (StatusSince == 0 && FirstSeen != 0) StatusSince = Timestamp;
    }
}
