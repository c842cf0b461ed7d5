using Weir.Feed;
using Weir.Hsm.Events;

namespace Weir.Hsm.Live;

/// <summary>Keeps figures of one MDT's live actions while they change, so that nobody has to walk them.</summary>
internal interface IActionsObserver
{
    /// <summary>An event of this record is about to be taken in.</summary>
    void Telling(RecordId id);

    /// <summary>The action in this slot came, or may have changed.</summary>
    void Changed(int slot);

    /// <summary>The action in this slot is about to go.</summary>
    void Removing(int slot);

    /// <summary>An event was taken in, after whatever it changed.</summary>
    void Told(HsmEventType type, LiveChange change, RecordId id);
}
