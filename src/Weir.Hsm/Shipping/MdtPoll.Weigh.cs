using System.Runtime.InteropServices;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Shipping;

/// <content>What a line that is not as it was means, and the events that say so.</content>
internal sealed partial class MdtPoll
{
    private DeferredLines? _deferred;

    /// <summary>
    /// Decides what the line says of which action, and tells it. Of two lines with one identity in one file the later counts. Where that
    /// was so before, the line waits for the file's end, so that the two do not undo each other at every poll.
    /// </summary>
    private void Weigh(in ActionLine line, in ActionState state, bool mayDefer)
    {
        ActionMatch match = _actions.Match(state);
        int slot = match.Same;
        if (slot >= 0 && _entries[slot].RawHash == state.RawHash)
        {
            See(slot, ref _entries[slot], line.Raw);
            return;
        }

        if (mayDefer && (WasRepeated(slot) || WasRepeated(match.Displaced) || WasRepeated(match.Renamed)))
        {
            if ((_deferred ??= new()).TryAdd(line.Raw)) return;
        }

        bool isRepeated = IsSeen(slot) || IsSeen(match.Displaced) || IsSeen(match.Renamed);
        if (match.Displaced >= 0) Purge(match.Displaced);
        if (match.Renamed >= 0) Purge(match.Renamed);
        slot = slot < 0 ? Add(line, state) : Change(slot, line, state);
        ref ActionEntry entry = ref _entries[slot];
        if (isRepeated) entry.Flags |= EntryFlags.Repeated;
        if (entry.Seen != _mark) _seen++;
        entry.Seen = _mark;
        Follow(slot);
    }

    /// <summary>The lines that waited: the last one first, and none whose action was seen behind it.</summary>
    private void WeighDeferred()
    {
        if (_deferred is null) return;
        for (int i = _deferred.Count - 1; i >= 0; i--)
        {
            if (ActionLine.TryParse(_deferred[i], out ActionLine line) != LineError.None) continue;
            ActionState state = ActionState.From(line, LineHash.Compute(line.Raw));
            ActionMatch match = _actions.Match(state);
            if (!IsSeen(match.Same) && !IsSeen(match.Displaced) && !IsSeen(match.Renamed)) Weigh(line, state, mayDefer: false);
        }

        _deferred = null;
    }

    private bool IsSeen(int slot) => slot >= 0 && _entries[slot].Seen == _mark;

    private bool WasRepeated(int slot) => slot >= 0 && (_entries[slot].Flags & EntryFlags.Repeated) != 0 && _entries[slot].Seen != _mark;

    private int Add(in ActionLine line, in ActionState state)
    {
        int slot = _actions.Add(state);
        ref ActionEntry entry = ref _entries[slot];
        entry.FirstSeen = entry.StatusSince = MdtActions.Seconds(_clock.Seconds);

        // In the order of the file it stands between the line before and whatever followed that one.
        if (_previous >= 0) entry.Next = _entries[_previous].Next;
        else if (_previous == AtStart) entry.Next = _entries.First;
        TellState(slot, HsmEventType.New, line);
        return slot;
    }

    private int Change(int slot, in ActionLine line, in ActionState state)
    {
        ref ActionEntry entry = ref _entries[slot];
        bool isMoved = entry.HasIndex && entry.Place != state.Place;
        bool isUnshipped = (entry.Flags & EntryFlags.Unshipped) != 0;
        if (isMoved && !isUnshipped) TellPurged(slot, isMoved: true);
        if (!_actions.StatusTextOf(slot).SequenceEqual(state.StatusText)) entry.StatusSince = MdtActions.Seconds(_clock.Seconds);
        _actions.Set(slot, state);
        TellState(slot, isMoved || isUnshipped ? HsmEventType.New : HsmEventType.Update, line);
        return slot;
    }

    private void Purge(int slot)
    {
        if (_entries[slot].Seen == _mark) _seen--;
        if ((_entries[slot].Flags & EntryFlags.Unshipped) == 0) TellPurged(slot, isMoved: false);
        if (_previous == slot) _previous = Lost;
        _actions.Remove(slot);
    }

    /// <summary>An unchanged action of which nothing was said for long.</summary>
    private void TellAgain(int slot, ReadOnlySpan<byte> raw)
    {
        ref ActionEntry entry = ref _entries[slot];
        if (_clock.IsRefreshDue(entry))
        {
            if (ActionLine.TryParse(raw, out ActionLine line) != LineError.None) return;
            _counts.Refreshes++;
            TellState(slot, HsmEventType.Update, line);
        }
        else if (_clock.IsHeartbeatDue(entry))
        {
            RecordId id = _appender.NextId();
            HsmEventWriter.WriteHeartbeat(_appender.Batch, id, _source.Name, Facts(slot, stackalloc byte[Fid.MaxTextLength]), _clock.Seconds);
            entry.LastEvent = MdtActions.Seconds(_clock.Seconds);
            _counts[HsmEventType.Heartbeat]++;
        }
    }

    private void TellState(int slot, HsmEventType type, in ActionLine line)
    {
        ref ActionEntry entry = ref _entries[slot];
        RecordId id = _appender.NextId();
        HsmEventWriter.WriteState(_appender.Batch, id, type, _source.Name, line, new(_clock.Seconds, entry.FirstSeen, entry.StatusSince));
        entry.LastEvent = MdtActions.Seconds(_clock.Seconds);
        entry.LastState = id;
        entry.Flags &= ~(EntryFlags.Unshipped | EntryFlags.AbsentOnce);
        _digests.Add(slot, line.Raw);
        _counts[type]++;
    }

    private void TellPurged(int slot, bool isMoved)
    {
        ref ActionEntry entry = ref _entries[slot];
        RecordId id = _appender.NextId();
        _digests.Settle();
        Span<byte> digest = stackalloc byte[LineDigest.Bytes];
        MemoryMarshal.Write(digest, _entries.Digest(slot));
        bool isFinal = entry.Status.IsFinal();
        HsmEventWriter.WritePurged(
            _appender.Batch, id, _source.Name, Facts(slot, stackalloc byte[Fid.MaxTextLength]), _clock.Seconds, isFinal, isMoved,
            _entries.Digest(slot) == 0 ? default : digest);
        _counts[HsmEventType.Purged]++;
        if (!isFinal && !isMoved) _counts.VanishedUnfinished++;
    }

    private ActionFacts Facts(int slot, Span<byte> room)
    {
        ref readonly ActionEntry entry = ref _entries[slot];
        return new()
        {
            Fid = _actions.FidTextOf(slot, room),
            Action = _actions.ActionTextOf(slot),
            Status = _actions.StatusTextOf(slot),
            HasIndex = entry.HasIndex,
            CatalogIndex = entry.CatalogIndex,
            RecordIndex = entry.RecordIndex,
            Cookie = entry.Cookie,
        };
    }
}
