using System.Runtime.CompilerServices;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Lustre;

namespace Weir.Hsm.Live;

public sealed partial class MdtActions
{
    /// <summary>Takes in the next event of this MDT's topic.</summary>
    /// <param name="told">The event.</param>
    /// <param name="id">Its record's id.</param>
    /// <param name="slot">The action it speaks of; -1 when it is gone or unknown.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal LiveChange Apply(in HsmEvent told, RecordId id, out int slot)
    {
        long now = told.Timestamp != 0 ? told.Timestamp : (long)(id.Milliseconds / 1000);
        switch (told.Type)
        {
            case HsmEventType.New or HsmEventType.Update:
                return ApplyState(told, id, now, out slot);
            case HsmEventType.Heartbeat:
                slot = FindTold(told);
                if (slot < 0) return LiveChange.Unknown;
                Entries[slot].LastEvent = Seconds(now);
                return LiveChange.Refreshed;
            case HsmEventType.Purged:
                int gone = FindTold(told);
                slot = -1;
                if (gone < 0) return LiveChange.Unknown;
                Remove(gone);
                return LiveChange.Removed;
            default:
                slot = -1;
                return LiveChange.Unknown;
        }
    }

    /// <summary>Unix seconds as an entry keeps them: up to the year 2106.</summary>
    internal static uint Seconds(long unixSeconds) => (uint)Math.Clamp(unixSeconds, 0, uint.MaxValue);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private LiveChange ApplyState(in HsmEvent told, RecordId id, long now, out int slot)
    {
        slot = -1;
        if (!told.HasIndex && !told.HasCookie) return LiveChange.Unknown;
        ActionState state = ActionState.From(told);
        ActionMatch match = Match(state);
        if (match.Displaced >= 0) Remove(match.Displaced);
        if (match.Renamed >= 0) Remove(match.Renamed);
        slot = match.Same;
        LiveChange change = slot < 0 ? LiveChange.Added : Compare(slot, told, state, now);
        bool isStatusNew = change == LiveChange.Added || !StatusTextOf(slot).SequenceEqual(state.StatusText);
        if (slot < 0) slot = Add(state);
        else Set(slot, state);

        ref ActionEntry entry = ref Entries[slot];
        if (told.FirstSeen != 0) entry.FirstSeen = Seconds(told.FirstSeen);
        else if (change == LiveChange.Added) entry.FirstSeen = Seconds(now);
        if (told.StatusSince != 0) entry.StatusSince = Seconds(told.StatusSince);
        else if (isStatusNew) entry.StatusSince = Seconds(now);
        entry.LastEvent = Seconds(now);
        entry.Flags &= ~EntryFlags.Unshipped;

        // Without first_seen an event does not stand for those before it: the topic must be kept from the earlier one on.
        if (change == LiveChange.Added || told.FirstSeen != 0) entry.LastState = id;
        Observer?.Changed(slot);
        return change;
    }

    private LiveChange Compare(int slot, in HsmEvent told, in ActionState state, long now)
    {
        ref readonly ActionEntry entry = ref Entries[slot];
        bool isMoved = state.HasIndex && entry.HasIndex && entry.Place != state.Place;
        if (isMoved || entry.RawHash != state.RawHash || !StatusTextOf(slot).SequenceEqual(state.StatusText)) return LiveChange.Updated;
        return told.Type == HsmEventType.Update && Seconds(now) > entry.LastEvent ? LiveChange.Refreshed : LiveChange.Repeated;
    }

    /// <summary>
    /// The action that a PURGED or HEARTBEAT speaks of. Its place alone names it for the Python tools; a cookie or a fid that
    /// contradicts says that the event is about an earlier record of that place. A purge of the second generation's maintenance has nothing
    /// but an action key, which two actions may share: the older one is meant.
    /// </summary>
    internal int FindTold(in HsmEvent told)
    {
        bool? isCancel = told.ActionText.IsEmpty ? null : told.Action == HsmAction.Cancel;
        int slot = -1;
        if (told.HasIndex) slot = FindAt(told.CatalogIndex, told.RecordIndex, told.Cookie, isCancel);
        if (slot < 0 && told.HasCookie)
        {
            slot = FindByCookie(told.Cookie, isCancel ?? false);
            if (slot >= 0 && told.HasIndex && Entries[slot].HasIndex) slot = -1;
        }

        if (slot >= 0) return told.Fid.IsEmpty || FidTextOf(slot, stackalloc byte[Fid.MaxTextLength]).SequenceEqual(told.Fid) ? slot : -1;
        if (told.HasIndex || told.HasCookie) return -1;
        return FindByKeyAlone(told.ActionKey).Oldest;
    }
}
