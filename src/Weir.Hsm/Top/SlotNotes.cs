using System.Runtime.CompilerServices;
using Weir.Hsm.Live;

namespace Weir.Hsm.Top;

/// <summary>What the tallies know of a slot: 16 bytes a live action.</summary>
internal struct SlotNote
{
    /// <summary>Which tally counts it, plus one; 0 for none.</summary>
    public int Tally;

    /// <summary>Its minute in the tally's <see cref="AgeBuckets"/>; 0 where ages are not kept.</summary>
    public uint Minute;

    /// <summary>Neighbours of the same minute; -1 for none.</summary>
    public int Next;
    public int Previous;
}

/// <summary>A note for each slot of an MDT's actions, in chunks, so that growing copies nothing.</summary>
internal sealed class SlotNotes
{
    private const int ChunkBits = EntryTable.ChunkBits;

    private SlotNote[][] _chunks = [];
    private int _count;

    public ref SlotNote this[int slot]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[slot >> ChunkBits][slot & ((1 << ChunkBits) - 1)];
    }

    /// <summary>Makes room for a slot.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reserve(int slot)
    {
        if (slot >> ChunkBits >= _count) Grow(slot >> ChunkBits);
    }

    private void Grow(int chunk)
    {
        if (chunk >= _chunks.Length) Array.Resize(ref _chunks, Math.Max(chunk + 1, _chunks.Length * 2));
        while (_count <= chunk) _chunks[_count++] = new SlotNote[1 << ChunkBits];
    }
}
