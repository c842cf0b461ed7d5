using Weir.Lustre;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Coalescing;

/// <summary>
/// The last few records that came into a large window, held back until the memory that they need has come: at each step one record
/// is new and its files' cells are asked for, an earlier one's files, and a still earlier one's latest record.
/// </summary>
internal sealed class PendingRecords(RecordWindow window, FileTable files)
{
    /// <summary>A window of fewer records lies in the processor's cache.</summary>
    public const int LeastWindow = 8192;

    private const int Step = 4;
    private const int Capacity = 4 * Step;
    private const int None = FileTable.None;

    private readonly int[] _slots = new int[Capacity];
    private int _added;
    private int _taken;

    public int Count => _added - _taken;

    /// <summary>Adds a record and gives the one that is ready; <see cref="FileTable.None"/> while there is none.</summary>
    public int Add(int slot)
    {
        FetchCells(slot);
        _slots[_added++ & (Capacity - 1)] = slot;
        if (Count > Step) FetchStates(_slots[(_added - 1 - Step) & (Capacity - 1)]);
        if (Count > 2 * Step) FetchLatest(_slots[(_added - 1 - 2 * Step) & (Capacity - 1)]);
        return Count > 3 * Step ? Take() : None;
    }

    /// <summary>The oldest record that waits.</summary>
    public int Take() => _slots[_taken++ & (Capacity - 1)];

    private void FetchCells(int position)
    {
        ChangelogRecord record = window.Record(position);
        ref Slot slot = ref window[position];
        Fid file = record.HasRename ? record.Source : record.Target, parent = record.Parent;
        slot.File = (int)FileTable.Hash(file);
        slot.Parent = (int)FileTable.Hash(parent);
        slot.SourceParent = record.HasRename && record.SourceParent != parent ? (int)FileTable.Hash(record.SourceParent) : slot.Parent;
        files.FetchCell((uint)slot.File);
        files.FetchCell((uint)slot.Parent);
        if (slot.SourceParent != slot.Parent) files.FetchCell((uint)slot.SourceParent);
    }

    private void FetchStates(int position)
    {
        ref Slot slot = ref window[position];
        FetchState(slot.File);
        FetchState(slot.Parent);
        if (slot.SourceParent != slot.Parent) FetchState(slot.SourceParent);
    }

    private void FetchState(int hash)
    {
        int file = files.Guess((uint)hash);
        if (file != None) files.FetchState(file);
    }

    private void FetchLatest(int position)
    {
        int file = files.Guess((uint)window[position].File);
        if (file == None) return;
        ref FileState state = ref files[file];
        if (state.NewestSlot >= 0) window.Fetch(state.NewestSlot);
        if (state.CreateSlot >= 0) window.Fetch(state.CreateSlot);
    }
}
