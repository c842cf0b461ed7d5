using System.Runtime.CompilerServices;
using Weir.Lustre;

namespace Weir.Changelogs.Coalescing;

/// <summary>The files that have records in the window, found by fid without allocating. Open addressing, linear probing.</summary>
internal sealed class FileTable
{
    public const int None = -1;

    private readonly int[] _cells;
    private readonly FileState[] _files;
    private readonly int _mask;
    private int _free;

    public FileTable(int capacity)
    {
        int cells = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2 + 2);
        _mask = cells - 1;
        _cells = new int[cells];
        _cells.AsSpan().Fill(None);
        _files = new FileState[capacity];
        for (int i = 0; i < capacity; i++) _files[i].NewestSlot = i + 1 < capacity ? i + 1 : None;
    }

    public ref FileState this[int file] => ref _files[file];

    public int Find(in Fid fid)
    {
        for (int cell = Home(fid); _cells[cell] != None; cell = (cell + 1) & _mask)
        {
            if (_files[_cells[cell]].Fid == fid) return _cells[cell];
        }

        return None;
    }

    public int FindOrAdd(in Fid fid)
    {
        int cell = Home(fid);
        for (; _cells[cell] != None; cell = (cell + 1) & _mask)
        {
            if (_files[_cells[cell]].Fid == fid) return _cells[cell];
        }

        int file = _free;
        _free = _files[file].NewestSlot;
        _files[file] = new() { Fid = fid, NewestSlot = None, CreateSlot = None };
        _cells[cell] = file;
        return file;
    }

    /// <summary>Forgets the file when nothing in the window names it any more.</summary>
    public void RemoveIfUnused(int file)
    {
        ref FileState state = ref _files[file];
        if (state.NewestSlot != None || state.Children > 0) return;
        int cell = Home(state.Fid);
        while (_cells[cell] != file) cell = (cell + 1) & _mask;
        state.NewestSlot = _free;
        _free = file;

        // Moves back what probing would not reach over the hole.
        for (int next = (cell + 1) & _mask; _cells[next] != None; next = (next + 1) & _mask)
        {
            int home = Home(_files[_cells[next]].Fid);
            if (((next - home) & _mask) < ((next - cell) & _mask)) continue;
            _cells[cell] = _cells[next];
            cell = next;
        }

        _cells[cell] = None;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Home(in Fid fid)
    {
        ulong hash = (fid.Sequence ^ ((ulong)fid.ObjectId << 32 | fid.Version)) * 0x9E37_79B9_7F4A_7C15;
        hash ^= hash >> 32;
        return (int)((hash * 0xD6E8_FEB8_6659_FD93) >> 33) & _mask;
    }
}

/// <summary>What the window knows of one file.</summary>
internal struct FileState
{
    public Fid Fid;

    /// <summary>Its record touched last; from there back over <see cref="Slot.OlderOfFile"/>. Of a free state: the next free one.</summary>
    public int NewestSlot;

    /// <summary>The record that made it, when that is in the window.</summary>
    public int CreateSlot;

    /// <summary>Records in the window that name it as a directory.</summary>
    public int Children;

    /// <summary>Renames in the window that put it over another file: what they removed must be told.</summary>
    public int Overwrites;
}

/// <summary>One record in the window.</summary>
internal struct Slot
{
    /// <summary>Neighbours in the order of indices.</summary>
    public int Older;
    public int Newer;

    /// <summary>Neighbours among the records of the same file.</summary>
    public int OlderOfFile;
    public int NewerOfFile;

    public int File;
    public int Parent;
    public int SourceParent;
    public long Offset;
    public int Length;
    public Weir.Lustre.Changelog.ChangelogType Type;
    public bool Overwrites;
}
