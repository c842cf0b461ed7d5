namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>
/// What is known about data objects of one file. Entries share them: most are looked at once for many entries. Of a fixed size; what is met later
/// takes the place of what was met before.
/// </summary>
internal sealed class SharedData
{
    private const int SlotCount = 1 << 12;

    private readonly Slot[] _slots = new Slot[SlotCount];

    /// <summary>Where an object is noted; it is there when the slot says so.</summary>
    /// <param name="offset">The object's place in the file.</param>
    public ref Slot At(long offset) => ref _slots[(int)((ulong)offset >> 3) & (SlotCount - 1)];

    /// <summary>One object.</summary>
    public struct Slot
    {
        /// <summary>Its place in the file.</summary>
        public long Offset;

        /// <summary>Its value, where it is kept.</summary>
        public byte[]? Value;

        /// <summary>Which field it is.</summary>
        public JournalField Field;

        /// <summary>Of a program's name or a way of transport: whether lines with it are wanted.</summary>
        public bool IsWanted;

        /// <summary>When that was asked; it is asked once in each round.</summary>
        public int Round;
    }
}
