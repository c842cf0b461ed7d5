using System.Runtime.CompilerServices;
using Weir.Lustre;

namespace Weir.Changelogs.Coalescing;

/// <summary>
/// The files that have records in the window, found by fid without allocating. Open addressing, linear probing; a cell carries
/// its file's hash, so that probing touches no other file's memory.
/// </summary>
internal sealed unsafe class FileTable
{
    public const int None = -1;

    private const ulong Empty = 0;

    /// <summary>The hash in the high half, the file's number plus one in the low one.</summary>
    private readonly ulong[] _cells;
    private readonly FileState[] _files;
    private readonly ulong* _cellsAt;
    private readonly FileState* _filesAt;
    private readonly uint _mask;
    private int _free;

    public FileTable(int capacity)
    {
        uint cells = System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity + (uint)capacity / 3 + 2);
        _mask = cells - 1;
        _cells = LargeArray.Allocate<ulong>((int)cells);
        _files = LargeArray.Allocate<FileState>(capacity);
        _cellsAt = LargeArray.Address(_cells);
        _filesAt = LargeArray.Address(_files);
        for (int i = 0; i < capacity; i++) _files[i].NewestSlot = i + 1 < capacity ? i + 1 : None;
    }

    public ref FileState this[int file] => ref _files[file];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Hash(in Fid fid)
    {
        ulong hash = (fid.Sequence ^ ((ulong)fid.ObjectId << 32 | fid.Version)) * 0x9E37_79B9_7F4A_7C15;
        hash ^= hash >> 32;
        return (uint)((hash * 0xD6E8_FEB8_6659_FD93) >> 32);
    }

    /// <summary>Asks for the cell where looking for a fid of this hash will start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchCell(uint hash) => CacheHint.Fetch(_cellsAt + (hash & _mask));

    /// <summary>Asks for a file's state.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchState(int file) => CacheHint.Fetch(_filesAt + file);

    /// <summary>A file of this hash, which is likely the one meant; <see cref="None"/> when there is none of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Guess(uint hash)
    {
        ulong cell = _cells[hash & _mask];
        return (uint)(cell >> 32) == hash ? FileOf(cell) : None;
    }

    public int Find(in Fid fid, uint hash)
    {
        for (uint cell = hash & _mask; _cells[cell] != Empty; cell = (cell + 1) & _mask)
        {
            if ((uint)(_cells[cell] >> 32) == hash && _files[FileOf(_cells[cell])].Fid == fid) return FileOf(_cells[cell]);
        }

        return None;
    }

    public int FindOrAdd(in Fid fid, uint hash)
    {
        uint cell = hash & _mask;
        for (; _cells[cell] != Empty; cell = (cell + 1) & _mask)
        {
            if ((uint)(_cells[cell] >> 32) == hash && _files[FileOf(_cells[cell])].Fid == fid) return FileOf(_cells[cell]);
        }

        int file = _free;
        _free = _files[file].NewestSlot;
        _files[file] = new() { Fid = fid, NewestSlot = None, CreateSlot = None };
        _cells[cell] = (ulong)hash << 32 | (uint)(file + 1);
        return file;
    }

    /// <summary>Forgets the file when nothing in the window names it any more.</summary>
    public void RemoveIfUnused(int file)
    {
        ref FileState state = ref _files[file];
        if (state.NewestSlot != None || state.Children > 0) return;
        uint cell = Hash(state.Fid) & _mask;
        while (FileOf(_cells[cell]) != file) cell = (cell + 1) & _mask;
        state.NewestSlot = _free;
        _free = file;

        // Moves back what probing would not reach over the hole.
        for (uint next = (cell + 1) & _mask; _cells[next] != Empty; next = (next + 1) & _mask)
        {
            uint home = (uint)(_cells[next] >> 32);
            if (((next - home) & _mask) < ((next - cell) & _mask)) continue;
            _cells[cell] = _cells[next];
            cell = next;
        }

        _cells[cell] = Empty;
    }

    private static int FileOf(ulong cell) => (int)(uint)cell - 1;
}

/// <summary>What the window knows of one file.</summary>
internal struct FileState
{
    public Fid Fid;

    /// <summary>Its record touched last; from there back over <see cref="RecordWindow.OlderOfFile"/>. Of a free state: the next free one.</summary>
    public int NewestSlot;

    /// <summary>The record that made it, when that is in the window.</summary>
    public int CreateSlot;

    /// <summary>Records in the window that name it as a directory.</summary>
    public int Children;

    /// <summary>Renames in the window that put it over another file: what they removed must be told.</summary>
    public int Overwrites;
}
