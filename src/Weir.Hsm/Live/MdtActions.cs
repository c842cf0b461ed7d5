using System.Runtime.CompilerServices;
using Weir.Hsm.Events;
using Weir.Lustre;

namespace Weir.Hsm.Live;

/// <summary>
/// The live actions of one MDT. An action is known by its cookie and by whether it is a CANCEL (which has its victim's cookie), or,
/// where there is no cookie, by its catalog and record index. Not thread-safe. Up to about 120 bytes an action.
/// </summary>
public sealed partial class MdtActions
{
    private SlotIndex<ByCookie>? _byCookie;
    private SlotIndex<ByPlace>? _byPlace;
    private FidActionIndex? _byFidAction;

    internal MdtActions(MdtName name, bool keepsDigests = false)
        : this(name, new EntryTable(keepsDigests)) { }

    /// <summary>Takes over entries from a snapshot; they are indexed when an index is first asked for.</summary>
    internal MdtActions(MdtName name, EntryTable entries)
    {
        Name = name;
        Entries = entries;
    }

    public MdtName Name { get; }

    /// <summary>How many actions are live.</summary>
    public int Count => Entries.Live;

    internal EntryTable Entries { get; }

    /// <summary>Who keeps figures beside the actions; null where nobody does.</summary>
    internal IActionsObserver? Observer { get; set; }

    /// <summary>Walks the live actions, in no order that means anything. They must not change meanwhile.</summary>
    public LiveActionEnumerator GetEnumerator() => new(this);

    internal ReadOnlySpan<byte> ActionTextOf(int slot) =>
        OddTextsOf(slot)?.Action is { } text ? text : HsmNames.Utf8(Entries[slot].Action);

    internal ReadOnlySpan<byte> StatusTextOf(int slot) =>
        OddTextsOf(slot)?.Status is { } text ? text : HsmNames.Utf8(Entries[slot].Status);

    /// <summary>The fid as the MDT prints it.</summary>
    /// <param name="room">At least <see cref="Fid.MaxTextLength"/> bytes; used or not.</param>
    internal ReadOnlySpan<byte> FidTextOf(int slot, Span<byte> room)
    {
        if (OddTextsOf(slot)?.Fid is { } text) return text;
        ref readonly ActionEntry entry = ref Entries[slot];
        new Fid(entry.FidSequence, entry.FidObject, entry.FidVersion).TryFormat(room, out int written);
        return room[..written];
    }

    internal bool IsFidAndAction(int slot, ReadOnlySpan<byte> fid, ReadOnlySpan<byte> action) =>
        ActionTextOf(slot).SequenceEqual(action) && FidTextOf(slot, stackalloc byte[Fid.MaxTextLength]).SequenceEqual(fid);

    /// <summary>Which known actions the state speaks of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal ActionMatch Match(in ActionState state)
    {
        EnsureIndexed();
        int byPlace = state.HasIndex ? _byPlace!.Find(state.Place) : -1;
        int byCookie = state.HasCookie ? _byCookie!.Find(state.Cookie, state.IsCancel) : -1;
        if (byCookie >= 0)
        {
            int displaced = byPlace == byCookie ? -1 : byPlace;
            return IsSameFileAndAction(byCookie, state) ? new(byCookie, displaced, -1) : new(-1, displaced, byCookie);
        }

        if (byPlace < 0) return new(-1, -1, -1);

        // A cookie against none: the same record told by somebody who does not know cookies, as long as nothing speaks against it.
        bool isSame = !(Entries[byPlace].HasCookie && state.HasCookie) && IsSameFileAndAction(byPlace, state);
        return isSame ? new(byPlace, -1, -1) : new(-1, byPlace, -1);
    }

    /// <summary>The action whose record is at this place; -1 when it is another's or nobody's.</summary>
    /// <param name="cookie">0 when not known.</param>
    /// <param name="isCancel">Null when not known.</param>
    internal int FindAt(uint catalogIndex, uint recordIndex, ulong cookie, bool? isCancel)
    {
        EnsureIndexed();
        int slot = _byPlace!.Find(((ulong)catalogIndex << 32) | recordIndex);
        if (slot < 0 || cookie == 0) return slot;
        ref readonly ActionEntry entry = ref Entries[slot];
        if (!entry.HasCookie) return slot;
        return entry.Cookie == cookie && (isCancel ?? entry.IsCancel) == entry.IsCancel ? slot : -1;
    }

    internal int FindByCookie(ulong cookie, bool isCancel)
    {
        EnsureIndexed();
        return _byCookie!.Find(cookie, isCancel);
    }

    /// <summary>The action with this fid and name that was seen first; -1 when there is none.</summary>
    internal int FindOldest(ReadOnlySpan<byte> fid, ReadOnlySpan<byte> action)
    {
        if (_byFidAction is null)
        {
            _byFidAction = new(Entries);
            for (int slot = 0; slot < Entries.Slots; slot++)
            {
                if ((Entries[slot].Flags & EntryFlags.InUse) != 0) _byFidAction.Add(slot);
            }
        }

        return _byFidAction.FindOldest(this, fid, action);
    }

    /// <summary>What a purge by <c>&lt;fid&gt;:&lt;ACTION&gt;</c> alone means, and whether another action has the same key; -1 when there is none.</summary>
    internal (int Oldest, bool IsShared) FindByKeyAlone(ReadOnlySpan<byte> actionKey)
    {
        int colon = actionKey.LastIndexOf((byte)':');
        if (colon < 0) return (-1, false);
        int oldest = FindOldest(actionKey[..colon], actionKey[(colon + 1)..]);
        return (oldest, oldest >= 0 && _byFidAction!.IsShared(this, actionKey[..colon], actionKey[(colon + 1)..]));
    }

    /// <summary>Adds an action that no known one stands in the way of. The caller sets its times.</summary>
    internal int Add(in ActionState state)
    {
        EnsureIndexed();
        int slot = Entries.Allocate();
        ref ActionEntry entry = ref Entries[slot];
        entry.Cookie = state.Cookie;
        entry.Action = state.Action;
        if (state.IsBinaryFid)
        {
            entry.FidSequence = state.Fid.Sequence;
            entry.FidObject = state.Fid.ObjectId;
            entry.FidVersion = state.Fid.Version;
            entry.Flags |= EntryFlags.BinaryFid;
        }

        if (state.HasIndex) SetPlace(ref entry, state);
        SetStatus(slot, ref entry, state);
        if (entry.HasCookie) _byCookie!.Add(slot);
        if (entry.HasIndex) _byPlace!.Add(slot);
        _byFidAction?.Add(slot);
        return slot;
    }

    /// <summary>Brings a known action up to date. Nobody else may be at its new place. The caller sets its times.</summary>
    internal void Set(int slot, in ActionState state)
    {
        EnsureIndexed();
        ref ActionEntry entry = ref Entries[slot];
        if (state.HasIndex && !(entry.HasIndex && entry.Place == state.Place))
        {
            if (entry.HasIndex) _byPlace!.Remove(slot);
            SetPlace(ref entry, state);
            _byPlace!.Add(slot);
        }

        if (state.HasCookie && !entry.HasCookie)
        {
            entry.Cookie = state.Cookie;
            _byCookie!.Add(slot);
        }

        SetStatus(slot, ref entry, state);
    }

    internal void Remove(int slot)
    {
        Observer?.Removing(slot);
        EnsureIndexed();
        ref readonly ActionEntry entry = ref Entries[slot];
        if (entry.HasCookie) _byCookie!.Remove(slot);
        if (entry.HasIndex) _byPlace!.Remove(slot);
        _byFidAction?.Remove(slot);
        Entries.Free(slot);
    }

    /// <summary>Forgets every action, for a reader whose topic was emptied or trimmed past what it had read.</summary>
    internal void Clear()
    {
        for (int slot = 0; slot < Entries.Slots && Entries.Live > 0; slot++)
        {
            if ((Entries[slot].Flags & EntryFlags.InUse) != 0) Remove(slot);
        }
    }

    private OddTexts? OddTextsOf(int slot) =>
        (Entries[slot].Flags & (EntryFlags.OddNames | EntryFlags.BinaryFid)) == EntryFlags.BinaryFid ? null : Entries.OddTextsOf(slot);

    private bool IsSameFileAndAction(int slot, in ActionState state)
    {
        ref readonly ActionEntry entry = ref Entries[slot];
        if (entry.Action != state.Action || ((entry.Flags & EntryFlags.BinaryFid) != 0) != state.IsBinaryFid) return false;
        if (state.IsBinaryFid && state.HasPlainAction && (entry.Flags & EntryFlags.OddNames) == 0)
        {
            return entry.FidSequence == state.Fid.Sequence && entry.FidObject == state.Fid.ObjectId && entry.FidVersion == state.Fid.Version;
        }

        return IsFidAndAction(slot, state.FidText, state.ActionText);
    }

    private static void SetPlace(ref ActionEntry entry, in ActionState state)
    {
        entry.CatalogIndex = state.CatalogIndex;
        entry.RecordIndex = state.RecordIndex;
        entry.Flags |= EntryFlags.HasIndex;
    }

    private void SetStatus(int slot, ref ActionEntry entry, in ActionState state)
    {
        entry.Status = state.Status;
        entry.ArchiveId = state.ArchiveId;
        entry.RawHash = state.RawHash;
        bool wasPlain = (entry.Flags & (EntryFlags.OddNames | EntryFlags.BinaryFid)) == EntryFlags.BinaryFid;
        if (wasPlain && state.IsBinaryFid && state.HasPlainAction && state.HasPlainStatus) return;
        SetOddTexts(slot, ref entry, state);
    }

    private void SetOddTexts(int slot, ref ActionEntry entry, in ActionState state)
    {
        bool hasPlainNames = state.HasPlainAction && state.HasPlainStatus;
        entry.Flags = hasPlainNames ? entry.Flags & ~EntryFlags.OddNames : entry.Flags | EntryFlags.OddNames;
        Entries.SetOddTexts(slot, state.IsBinaryFid && hasPlainNames ? null : new OddTexts(
            state.IsBinaryFid ? null : state.FidText.ToArray(),
            state.HasPlainAction ? null : state.ActionText.ToArray(),
            state.HasPlainStatus ? null : state.StatusText.ToArray()));
    }

    private void EnsureIndexed()
    {
        if (_byCookie is not null) return;
        _byCookie = new(Entries);
        _byPlace = new(Entries);
        if (Entries.Live == 0) return;
        _byCookie.Reserve(Entries.Live);
        _byPlace.Reserve(Entries.Live);
        for (int slot = 0; slot < Entries.Slots; slot++)
        {
            ref readonly ActionEntry entry = ref Entries[slot];
            if ((entry.Flags & EntryFlags.InUse) == 0) continue;
            if (entry.HasCookie) _byCookie.Add(slot);
            if (entry.HasIndex) _byPlace.Add(slot);
        }
    }
}
