using System.Buffers.Binary;
using System.Runtime.CompilerServices;
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
    private readonly Slot[] _slots;
    private readonly byte[] _bytes;
    private readonly FileTable _files;
    private readonly ulong _alreadyGiven;
    private int _free;
    private int _count;
    private int _oldest = None;
    private int _newest = None;
    private long _written;
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
        _slots = new Slot[options.WindowRecords];
        for (int i = 0; i < _slots.Length; i++) _slots[i].Newer = i + 1 < _slots.Length ? i + 1 : None;
        _bytes = new byte[Math.Max(options.WindowRecords * options.AverageRecordBytes, 8 * ChangelogRecord.MaxBytes)];

        // A record names up to three files, one of its own and two directories; one more is looked up before there is room for its record.
        _files = new(3 * options.WindowRecords + 1);
    }

    public CoalescerCounts Counts => new(_taken, _given, _collapsed, _merged, _cancelled);

    /// <summary>Records in the window.</summary>
    public int WindowCount => _count;

    /// <summary>Takes the next record; its index is above those before it.</summary>
    public void Add(ChangelogRecord record)
    {
        _taken++;
        ChangelogType type = record.Type;
        switch (KindOf(record, type))
        {
            case Kind.Audit:
                AddUnmerged(record, None);
                return;
            case Kind.Attribute:
                AddAttribute(record, type);
                return;
            case Kind.Remove:
                if (!TryRemove(record, type)) AddUnmerged(record, _files.FindOrAdd(record.Target));
                return;
            case Kind.Rename:
                AddRename(record);
                return;
            case Kind.Create:
                Append(record, record.Flags, record.Target, isCreate: true);
                return;
            case Kind.SplitRename:
                // Which file they rename only the order of records can tell, so nothing is left out across them.
                Flush();
                _given++;
                _sink.Take(record);
                return;
            default:
                AddUnmerged(record, _files.FindOrAdd(record.Target));
                return;
        }
    }

    /// <summary>Gives out everything in the window.</summary>
    public void Flush()
    {
        while (_oldest != None) GiveOldest();
        _written = 0;
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
    private void AddAttribute(ChangelogRecord record, ChangelogType type)
    {
        int file = _files.FindOrAdd(record.Target);
        ushort flags = record.Flags;
        int slot = _files[file].NewestSlot;
        for (int looked = 0; slot != None && looked < MaxLookBack; looked++, slot = _slots[slot].OlderOfFile)
        {
            if (_slots[slot].Type != type) continue;
            ChangelogRecord earlier = RecordOf(slot);
            if (type == ChangelogType.SetXattr && !earlier.Xattr.SequenceEqual(record.Xattr)) continue;
            flags |= earlier.Flags;
            Release(slot, keepFile: true);
            _merged++;
            break;
        }

        Append(record, flags, file, isCreate: false);
    }

    private bool TryRemove(ChangelogRecord record, ChangelogType type)
    {
        int file = _files.Find(record.Target);
        if (file == None) return false;
        bool isLast = type == ChangelogType.RemoveDirectory || (record.Flags & LastLink) != 0;

        // Somebody has to learn of a copy in an archive that nothing names any more.
        if (isLast && (record.Flags & HasArchiveCopy) == 0 && TryCollapse(file))
        {
            _collapsed++;
            return true;
        }

        if (isLast) return false;
        int link = FindLink(file, record);
        if (link == None) return false;
        Release(link);
        _cancelled += 2;
        return true;
    }

    /// <summary>The link that made the name, unless the file was renamed since.</summary>
    private int FindLink(int file, ChangelogRecord removal)
    {
        int slot = _files[file].NewestSlot;
        for (int looked = 0; slot != None && looked < MaxLookBack; looked++, slot = _slots[slot].OlderOfFile)
        {
            if (_slots[slot].Type is ChangelogType.Rename or ChangelogType.Migrate) return None;
            if (_slots[slot].Type != ChangelogType.HardLink) continue;
            ChangelogRecord link = RecordOf(slot);
            if (link.Index <= _alreadyGiven) return None;
            if (link.Parent == removal.Parent && link.Name.SequenceEqual(removal.Name)) return slot;
        }

        return None;
    }

    /// <summary>Drops everything about a file that was made in the window, when nothing else in it depends on the file.</summary>
    private bool TryCollapse(int file)
    {
        ref FileState state = ref _files[file];
        if (state.CreateSlot == None || state.Children > 0 || state.Overwrites > 0 || RecordOf(state.CreateSlot).Index <= _alreadyGiven) return false;
        while (_files[file].NewestSlot is not None and var slot)
        {
            Release(slot, keepFile: true);
            _collapsed++;
        }

        _files.RemoveIfUnused(file);
        return true;
    }

    private void AddRename(ChangelogRecord record)
    {
        bool overwrites = record.Target != default;
        if (overwrites && (record.Flags & (LastLink | HasArchiveCopy)) == LastLink && _files.Find(record.Target) is not None and var overwritten) TryCollapse(overwritten);
        int slot = Append(record, record.Flags, record.Source, isCreate: false);
        if (overwrites) Pin(slot);
    }

    /// <summary>Keeps the record's file from being collapsed as long as the record is in the window.</summary>
    private void Pin(int slot)
    {
        _slots[slot].Overwrites = true;
        _files[_slots[slot].File].Overwrites++;
    }

    private void AddUnmerged(ChangelogRecord record, int file) => Append(record, record.Flags, file, isCreate: false);

    private int Append(ChangelogRecord record, ushort flags, in Fid fid, bool isCreate) => Append(record, flags, _files.FindOrAdd(fid), isCreate);

    private int Append(ChangelogRecord record, ushort flags, int file, bool isCreate)
    {
        if (file != None) _files[file].Children++;
        MakeRoom(record.Length);
        if (file != None) _files[file].Children--;
        int index = _free;
        ref Slot slot = ref _slots[index];
        _free = slot.Newer;
        long at = Place(record.Length);
        Span<byte> bytes = _bytes.AsSpan((int)(at % _bytes.Length), record.Length);
        record.Raw.CopyTo(bytes);
        if (flags != record.Flags) BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)((ushort)record.Format | flags));
        slot = new()
        {
            Older = _newest,
            Newer = None,
            OlderOfFile = None,
            NewerOfFile = None,
            File = file,
            Parent = Hold(record.Parent),
            SourceParent = record.HasRename ? Hold(record.SourceParent) : None,
            Offset = at,
            Length = record.Length,
            Type = record.Type,
        };
        if (_newest != None) _slots[_newest].Newer = index;
        else _oldest = index;
        _newest = index;
        _count++;
        if (file == None) return index;
        ref FileState state = ref _files[file];
        slot.OlderOfFile = state.NewestSlot;
        if (state.NewestSlot != None) _slots[state.NewestSlot].NewerOfFile = index;
        state.NewestSlot = index;
        if (isCreate) state.CreateSlot = index;
        return index;
    }

    /// <summary>Counts a record of a directory that may have been made in the window; others need no count.</summary>
    private int Hold(in Fid directory)
    {
        int file = directory == default ? None : _files.Find(directory);
        if (file != None) _files[file].Children++;
        return file;
    }

    private void Drop(int directory)
    {
        if (directory == None) return;
        _files[directory].Children--;
        _files.RemoveIfUnused(directory);
    }

    private void MakeRoom(int length)
    {
        if (_free != None && HasBytes(length)) return;
        for (int i = Math.Max(1, _count / 4); i > 0 && _oldest != None; i--) GiveOldest();
        while (!HasBytes(length)) GiveOldest();
    }

    /// <summary>Whether the record fits between the newest and the oldest in the ring of bytes, in one piece.</summary>
    private bool HasBytes(int length) => _oldest == None || PlaceFor(length) + length - _slots[_oldest].Offset <= _bytes.Length;

    private long PlaceFor(int length)
    {
        long untilWrap = _bytes.Length - _written % _bytes.Length;
        return untilWrap < length ? _written + untilWrap : _written;
    }

    private long Place(int length)
    {
        long at = PlaceFor(length);
        _written = at + length;
        return at;
    }

    private void GiveOldest()
    {
        _given++;
        _sink.Take(RecordOf(_oldest));
        Release(_oldest);
    }

    private void Release(int index, bool keepFile = false)
    {
        ref Slot slot = ref _slots[index];
        if (slot.Older != None) _slots[slot.Older].Newer = slot.Newer;
        else _oldest = slot.Newer;
        if (slot.Newer != None) _slots[slot.Newer].Older = slot.Older;
        else _newest = slot.Older;
        if (slot.File != None) Unlink(index, ref slot, keepFile);
        Drop(slot.Parent);
        Drop(slot.SourceParent);
        slot.Newer = _free;
        _free = index;
        _count--;
    }

    private void Unlink(int index, ref Slot slot, bool keepFile)
    {
        ref FileState state = ref _files[slot.File];
        if (slot.NewerOfFile != None) _slots[slot.NewerOfFile].OlderOfFile = slot.OlderOfFile;
        else state.NewestSlot = slot.OlderOfFile;
        if (slot.OlderOfFile != None) _slots[slot.OlderOfFile].NewerOfFile = slot.NewerOfFile;
        if (state.CreateSlot == index) state.CreateSlot = None;
        if (slot.Overwrites) state.Overwrites--;
        if (!keepFile) _files.RemoveIfUnused(slot.File);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ChangelogRecord RecordOf(int index)
    {
        ref Slot slot = ref _slots[index];
        ChangelogRecord.TryParse(_bytes.AsSpan((int)(slot.Offset % _bytes.Length), slot.Length), out ChangelogRecord record);
        return record;
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
