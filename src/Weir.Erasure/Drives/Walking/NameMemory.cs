namespace Weir.Erasure.Drives.Walking;

/// <summary>What a <see cref="NameWindow"/> keeps its names in; used again by the next one, since a large directory takes many windows.</summary>
internal sealed class NameMemory
{
    private const int FirstSlots = 64;

    public byte[] Bytes { get; set; } = new byte[1024];

    /// <summary>What names move into when some are left out; empty before.</summary>
    public byte[] SpareBytes { get; set; } = [];

    public Entry[] Entries { get; set; } = new Entry[FirstSlots / 2];

    /// <summary>The number of an entry, from 1, by hash; 0 where there is none. Twice as many as entries.</summary>
    public int[] Slots { get; set; } = new int[FirstSlots];

    internal struct Entry
    {
        public int Offset;
        public uint Hash;
        public ushort Length;
        public ushort Drives;
    }
}
