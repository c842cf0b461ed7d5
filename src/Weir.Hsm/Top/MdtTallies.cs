using System.Runtime.CompilerServices;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Live;
using Weir.Lustre;

namespace Weir.Hsm.Top;

/// <summary>Keeps the tallies of one MDT while its live actions change.</summary>
internal sealed class MdtTallies(MdtActions actions, TallyClock clock, FeedActivity activity) : IActionsObserver
{
    /// <summary>When there are so many, what a new archive does counts as archive 0.</summary>
    private const int ManyTallies = 4096;

    /// <summary>Whatever is older counts as this old: a bound on how many minutes there can be.</summary>
    private const uint OldestMinutes = 60 * 24 * 60;

    private readonly SlotNotes _notes = new();
    private readonly List<Tally?> _tallies = [];
    private readonly Stack<int> _free = new();
    private readonly Dictionary<TallyKey, int> _byKey = [];
    private readonly NameCodes _actionCodes = new();
    private readonly NameCodes _statusCodes = new();
    private TallyKey _lastKey;
    private int _lastNumber = -1;

    public MdtActions Actions => actions;

    public string Mdt => actions.Name.Text;

    /// <summary>The last event of this MDT, of any type.</summary>
    public RecordId LastId { get; private set; }

    /// <summary>By number; null where a number is free.</summary>
    public IReadOnlyList<Tally?> Tallies => _tallies;

    public void Telling(RecordId id) => clock.MoveTo(id.Milliseconds);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Changed(int slot)
    {
        ref readonly ActionEntry entry = ref actions.Entries[slot];
        _notes.Reserve(slot);
        ref SlotNote note = ref _notes[slot];
        int number = FindOrAdd(slot, entry);
        Tally tally = _tallies[number]!;
        uint minute = tally.Ages is null ? 0 : MinuteOf(entry.StatusSince);
        bool isSameTally = note.Tally == number + 1;
        if (isSameTally && note.Minute == minute) return;
        bool isNew = note.Tally == 0;
        if (!isNew)
        {
            Tally before = _tallies[note.Tally - 1]!;
            before.Ages?.Remove(slot, note.Minute);
            if (!isSameTally) before.Leave(clock, isGone: false);
        }

        note.Tally = number + 1;
        note.Minute = minute;
        tally.Ages?.Add(slot, minute);
        if (!isSameTally) tally.Enter(clock, isNew);
    }

    public void Removing(int slot)
    {
        _notes.Reserve(slot);
        ref SlotNote note = ref _notes[slot];
        if (note.Tally == 0) return;
        Tally tally = _tallies[note.Tally - 1]!;
        tally.Ages?.Remove(slot, note.Minute);
        tally.Leave(clock, isGone: true);
        note.Tally = 0;
    }

    public void Told(HsmEventType type, LiveChange change, RecordId id)
    {
        if (id > LastId) LastId = id;
        activity.Count(change, clock);
    }

    /// <summary>Fixes what the next frame shows, and forgets tallies that have nothing left to show.</summary>
    public void TakeFrame(long now, bool isFirst)
    {
        for (int number = 0; number < _tallies.Count; number++)
        {
            if (_tallies[number] is not { } tally) continue;
            tally.TakeFrame(isFirst);
            if (!tally.IsOver(now)) continue;
            _byKey.Remove(tally.Key);
            _tallies[number] = null;
            _free.Push(number);
            _lastNumber = -1;
        }
    }

    private uint MinuteOf(uint since)
    {
        uint now = clock.NowMinute;
        return Math.Clamp(since / 60, now > OldestMinutes ? now - OldestMinutes : 0, now);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindOrAdd(int slot, in ActionEntry entry)
    {
        TallyKey key = (entry.Flags & EntryFlags.OddNames) == 0
            ? new((byte)entry.Action, (byte)entry.Status, entry.ArchiveId)
            : new(_actionCodes.CodeOf((byte)entry.Action, actions.ActionTextOf(slot)),
                _statusCodes.CodeOf((byte)entry.Status, actions.StatusTextOf(slot)), entry.ArchiveId);
        if (_lastNumber >= 0 && key == _lastKey) return _lastNumber;
        if (!_byKey.TryGetValue(key, out int number)) number = Add(ref key, entry);
        _lastKey = key;
        return _lastNumber = number;
    }

    private int Add(ref TallyKey key, in ActionEntry entry)
    {
        if (_byKey.Count >= ManyTallies && key.ArchiveId != 0)
        {
            key = key with { ArchiveId = 0 };
            if (_byKey.TryGetValue(key, out int known)) return known;
        }

        var tally = new Tally(
            this, key, _actionCodes.OddText(key.Action) ?? HsmNames.Text(entry.Action),
            entry.Status, _statusCodes.OddText(key.Status) ?? HsmNames.Text(entry.Status), _notes);
        if (!_free.TryPop(out int number))
        {
            number = _tallies.Count;
            _tallies.Add(null);
        }

        _tallies[number] = tally;
        _byKey.Add(key, number);
        return number;
    }
}
