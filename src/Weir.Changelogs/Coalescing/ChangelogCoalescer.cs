using System.Buffers.Binary;
using Weir.Lustre;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Coalescing;

/// <summary>
/// Leaves out changelog records that a reader of states, not of events, does not need: a file made and removed, a name linked and
/// unlinked, attributes changed again later. What is left goes out in the order of its indices, so that a replay of it is a
/// replay of the whole. Works in a window of bounded size; <see cref="Flush"/> empties it, which must be done before anything up
/// to there is acknowledged. Records of audit (opens, denied opens, attribute reads) pass through. Not thread-safe.
/// </summary>
public sealed class ChangelogCoalescer
{
    /// <summary>How many of a file's latest records are looked at for one to merge or cancel with.</summary>
    private const int MaxLookBack = 12;

    /// <summary>Of a removal's flags: it was the last link; a copy of the file lies in an archive (CLF_UNLINK_LAST, CLF_UNLINK_HSM_EXISTS).</summary>
    private const ushort LastLink = 1;
    private const ushort HasArchiveCopy = 2;
    private const int None = FileTable.None;

    private readonly ICoalescedSink _sink;
    private readonly RecordWindow _window;
    private readonly FileTable _files;
    private readonly PendingRecords? _pending;
    private readonly int _capacity;
    private readonly ulong _alreadyGiven;
    private int _count;
    private long _taken;
    private long _given;
    private long _collapsed;
    private long _merged;
    private long _cancelled;

    public ChangelogCoalescer(ICoalescedSink sink, CoalescerOptions? options = null)
    {
        options ??= CoalescerOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.WindowRecords, 4);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.AverageRecordBytes, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)options.WindowRecords * options.AverageRecordBytes, 1L << 30);
        _sink = sink;
        _alreadyGiven = options.AlreadyGivenUpTo;
        _capacity = options.WindowRecords;
        _window = new(Math.Max(options.WindowRecords * (options.AverageRecordBytes + Slot.Bytes), 8 * (ChangelogRecord.MaxBytes + 2 * Slot.Bytes)));

        // A record names up to three files, one of its own and two directories; one more is looked up before there is room for its record.
        _files = new(3 * options.WindowRecords + 1);
        if (options.WindowRecords >= PendingRecords.LeastWindow) _pending = new(_window, _files);
    }

    public CoalescerCounts Counts => new(_taken, _given, _collapsed, _merged, _cancelled);

    /// <summary>Records in the window.</summary>
    public int WindowCount => _count + (_pending?.Count ?? 0);

    /// <summary>Takes the next record; its index is above those before it.</summary>
    public void Add(ChangelogRecord record)
    {
        _taken++;
        int slot;
        while ((slot = _window.TryAdd(record)) == None)
        {
            if (_count > 0) GiveQuarter();
            else Process(_pending!.Take());
            _window.FreeGone();
        }

        if (_pending is null) Process(slot);
        else if (_pending.Add(slot) is not None and var ready) Process(ready);
    }

    /// <summary>Gives out everything in the window.</summary>
    public void Flush()
    {
        while (_pending is { Count: > 0 }) Process(_pending.Take());
        Give(_count);
    }

    private void Process(int slot)
    {
        ChangelogRecord record = _window.Record(slot);
        switch (KindOf(record, record.Type))
        {
            case Kind.Audit:
                Hold(slot, record, None);
                return;
            case Kind.Attribute:
                AddAttribute(slot, record);
                return;
            case Kind.Remove:
                if (TryRemove(record)) LeaveOut(slot);
                else Hold(slot, record, Find(record.Target, adds: true));
                return;
            case Kind.Rename:
                AddRename(slot, record);
                return;
            case Kind.Create:
                int file = Find(record.Target, adds: true);
                Hold(slot, record, file);
                _files[file].CreateSlot = slot;
                return;
            case Kind.SplitRename:
                // Which file they rename only the order of records can tell, so nothing is left out across them.
                Give(_count);
                _given++;
                _sink.Take(record);
                LeaveOut(slot);
                return;
            default:
                Hold(slot, record, Find(record.Target, adds: true));
                return;
        }
    }

    private static Kind KindOf(ChangelogRecord record, ChangelogType type) => type switch
    {
        ChangelogType.Create or ChangelogType.MakeDirectory or ChangelogType.SymbolicLink or ChangelogType.MakeNode => Kind.Create,
        ChangelogType.Unlink or ChangelogType.RemoveDirectory => Kind.Remove,
        ChangelogType.Rename => record.HasRename ? Kind.Rename : Kind.SplitRename,
        ChangelogType.RenameTo => Kind.SplitRename,
        ChangelogType.SetAttributes or ChangelogType.SetXattr or ChangelogType.Truncate or ChangelogType.Close or ChangelogType.ModifyTime
            or ChangelogType.ChangeTime or ChangelogType.AccessTime or ChangelogType.Layout => Kind.Attribute,
        ChangelogType.Open or ChangelogType.GetXattr or ChangelogType.DeniedOpen or ChangelogType.Mark => Kind.Audit,
        _ => Kind.Other,
    };

    /// <summary>An attribute's change: the latest of its kind stands for all, with the flags of all.</summary>
    private void AddAttribute(int added, ChangelogRecord record)
    {
        int file = Find(record.Target, adds: true), newer = None;
        int slot = _files[file].NewestSlot;
        for (int looked = 0; slot != None && looked < MaxLookBack; looked++)
        {
            int older = _window.OlderOfFile(slot);
            if (_window[slot].Type == record.Type)
            {
                ChangelogRecord earlier = _window.Record(slot);
                if (record.Type != ChangelogType.SetXattr || earlier.Xattr.SequenceEqual(record.Xattr))
                {
                    ushort flags = (ushort)(record.Flags | earlier.Flags);
                    if (flags != record.Flags) BinaryPrimitives.WriteUInt16LittleEndian(_window.Bytes(added)[2..], (ushort)((ushort)record.Format | flags));
                    Unlink(slot, newer);
                    Release(slot, keeps: file);
                    _merged++;
                    break;
                }
            }

            (newer, slot) = (slot, older);
        }

        Hold(added, record, file);
    }

    private bool TryRemove(ChangelogRecord record)
    {
        int file = Find(record.Target, adds: false);
        if (file == None) return false;
        bool isLast = record.Type == ChangelogType.RemoveDirectory || (record.Flags & LastLink) != 0;

        // Somebody has to learn of a copy in an archive that nothing names any more.
        if (isLast && (record.Flags & HasArchiveCopy) == 0 && TryCollapse(file))
        {
            _collapsed++;
            return true;
        }

        if (isLast || !TryCancelLink(file, record)) return false;
        _cancelled += 2;
        return true;
    }

    /// <summary>Leaves out the link that made the name, unless the file was renamed since.</summary>
    private bool TryCancelLink(int file, ChangelogRecord removal)
    {
        int slot = _files[file].NewestSlot, newer = None;
        for (int looked = 0; slot != None && looked < MaxLookBack; looked++)
        {
            if (_window[slot].Type is ChangelogType.Rename or ChangelogType.Migrate) return false;
            if (_window[slot].Type == ChangelogType.HardLink)
            {
                ChangelogRecord link = _window.Record(slot);
                if (link.Index <= _alreadyGiven) return false;
                if (link.Parent == removal.Parent && link.Name.SequenceEqual(removal.Name))
                {
                    Unlink(slot, newer);
                    Release(slot, keeps: None);
                    return true;
                }
            }

            (newer, slot) = (slot, _window.OlderOfFile(slot));
        }

        return false;
    }

    /// <summary>Leaves out everything about a file that was made in the window, when nothing else in it depends on the file.</summary>
    private bool TryCollapse(int file)
    {
        ref FileState state = ref _files[file];
        if (state.CreateSlot == None || state.Children > 0 || state.Overwrites > 0 || _window.Record(state.CreateSlot).Index <= _alreadyGiven) return false;
        for (int slot = state.NewestSlot; slot != None;)
        {
            int older = _window.OlderOfFile(slot);
            state.NewestSlot = older;
            Release(slot, keeps: file);
            _collapsed++;
            slot = older;
        }

        _files.RemoveIfUnused(file);
        return true;
    }

    private void AddRename(int slot, ChangelogRecord record)
    {
        bool overwrites = record.Target != default;
        if (overwrites && (record.Flags & (LastLink | HasArchiveCopy)) == LastLink && Find(record.Target, adds: false) is not None and var overwritten) TryCollapse(overwritten);
        int file = Find(record.Source, adds: true);
        Hold(slot, record, file);
        if (!overwrites) return;
        _window[slot].Overwrites = true;
        _files[file].Overwrites++;
    }

    private int Find(in Fid fid, bool adds) => adds ? _files.FindOrAdd(fid, FileTable.Hash(fid)) : _files.Find(fid, FileTable.Hash(fid));

    /// <summary>The record stays in the window, as the newest of its file.</summary>
    private void Hold(int position, ChangelogRecord record, int file)
    {
        if (_count == _capacity)
        {
            // The file must not be forgotten in between.
            if (file != None) _files[file].Children++;
            GiveQuarter();
            if (file != None) _files[file].Children--;
        }

        ref Slot slot = ref _window[position];
        slot.State = SlotState.Held;
        slot.File = file;
        slot.Parent = CountChild(record.Parent);
        slot.SourceParent = record.HasRename ? CountChild(record.SourceParent) : None;
        slot.Older = None;
        _count++;
        if (file == None) return;
        ref FileState state = ref _files[file];
        slot.Older = state.NewestSlot;
        state.NewestSlot = position;
    }

    /// <summary>Counts a record of a directory that may have been made in the window; others need no count.</summary>
    private int CountChild(in Fid directory)
    {
        int file = directory == default ? None : Find(directory, adds: false);
        if (file != None) _files[file].Children++;
        return file;
    }

    private void DropChild(int directory, int keeps)
    {
        if (directory == None) return;
        _files[directory].Children--;
        if (directory != keeps) _files.RemoveIfUnused(directory);
    }

    /// <summary>Takes a record out of those of its file.</summary>
    /// <param name="newer">The record of the file that links to it; none when it is the newest.</param>
    private void Unlink(int position, int newer)
    {
        int older = _window.OlderOfFile(position);
        if (newer != None) _window[newer].Older = older;
        else _files[_window[position].File].NewestSlot = older;
    }

    /// <summary>The record leaves the window; no other of its file links to it any more.</summary>
    /// <param name="keeps">A file that is still needed whether or not anything in the window names it.</param>
    private void Release(int position, int keeps)
    {
        ref Slot slot = ref _window[position];
        _count--;
        slot.State = SlotState.Gone;
        if (slot.File != None)
        {
            ref FileState state = ref _files[slot.File];
            if (state.CreateSlot == position) state.CreateSlot = None;
            if (slot.Overwrites) state.Overwrites--;
            if (slot.File != keeps) _files.RemoveIfUnused(slot.File);
        }

        DropChild(slot.Parent, keeps);
        DropChild(slot.SourceParent, keeps);
    }

    private void LeaveOut(int position)
    {
        _window[position].State = SlotState.Gone;
        _window.FreeGone();
    }

    private void GiveQuarter() => Give(Math.Max(1, _count / 4));

    private void Give(int count)
    {
        var scout = new WindowScout(_window, _files, _pending is not null && count > WindowScout.Ahead);
        for (; count > 0; count--)
        {
            scout.Step();
            _window.FreeGone();
            int oldest = _window.Head;
            _given++;
            _sink.Take(_window.Record(oldest));
            if (_window[oldest].File is not None and var file && _files[file].NewestSlot == oldest) _files[file].NewestSlot = None;
            Release(oldest, keeps: None);
        }

        _window.FreeGone();
    }

    private enum Kind
    {
        Other,
        Create,
        Remove,
        Rename,
        SplitRename,
        Attribute,
        Audit,
    }
}
