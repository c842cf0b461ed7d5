using System.Runtime.CompilerServices;

namespace Weir.Hsm.Live;

/// <summary>
/// The entries of one MDT's live actions, in chunks, so that growing copies nothing. A slot is an entry's number; it stays the same
/// while the action lives, and is used again afterwards.
/// </summary>
internal sealed class EntryTable
{
    public const int ChunkBits = 12;
    public const int ChunkEntries = 1 << ChunkBits;

    /// <summary>What <see cref="SlotIndex{TKey}"/> can number.</summary>
    public const int MaxSlots = (1 << 26) - 1;

    private readonly bool _keepsDigests;
    private readonly Dictionary<int, OddTexts> _oddTexts = [];
    private ActionEntry[][] _chunks = [];
    private UInt128[][] _digests = [];
    private int _firstFree = -1;

    /// <param name="keepsDigests">Whether there is room for the MD5 of each action's line, 16 bytes more.</param>
    public EntryTable(bool keepsDigests) => _keepsDigests = keepsDigests;

    /// <summary>Live actions.</summary>
    public int Live { get; private set; }

    /// <summary>Slots ever used; all are below it.</summary>
    public int Slots { get; private set; }

    /// <summary>The slot whose line comes first in the file; -1 when not known.</summary>
    public int First { get; set; } = -1;

    public int FirstFree => _firstFree;

    public bool KeepsDigests => _keepsDigests;

    public IReadOnlyDictionary<int, OddTexts> OddTexts => _oddTexts;

    public ref ActionEntry this[int slot]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _chunks[slot >> ChunkBits][slot & (ChunkEntries - 1)];
    }

    /// <summary>The MD5 of the action's line as it lies in memory; zero when it was never computed.</summary>
    public ref UInt128 Digest(int slot) => ref _digests[slot >> ChunkBits][slot & (ChunkEntries - 1)];

    /// <summary>The entries of a chunk, for reading and writing them whole.</summary>
    public Span<ActionEntry> Chunk(int number) => _chunks[number];

    public Span<UInt128> DigestChunk(int number) => _digests[number];

    /// <summary>A blank entry in use.</summary>
    /// <exception cref="InvalidOperationException">The table is full.</exception>
    public int Allocate()
    {
        int slot = _firstFree;
        if (slot >= 0)
        {
            _firstFree = this[slot].Next;
        }
        else
        {
            if (Slots == MaxSlots) throw new InvalidOperationException($"More than {MaxSlots} live actions of one MDT cannot be kept.");
            slot = Slots;
            Reserve(slot + 1);
            Slots++;
        }

        this[slot] = new() { Flags = EntryFlags.InUse, Next = -1 };
        if (_keepsDigests) Digest(slot) = default;
        Live++;
        return slot;
    }

    public void Free(int slot)
    {
        ref ActionEntry entry = ref this[slot];
        if ((entry.Flags & (EntryFlags.OddNames | EntryFlags.BinaryFid)) != EntryFlags.BinaryFid) _oddTexts.Remove(slot);
        entry = new() { Next = _firstFree };
        _firstFree = slot;
        Live--;
    }

    public OddTexts? OddTextsOf(int slot) => _oddTexts.GetValueOrDefault(slot);

    public void SetOddTexts(int slot, OddTexts? texts)
    {
        if (texts is null) _oddTexts.Remove(slot);
        else _oddTexts[slot] = texts;
    }

    /// <summary>Takes over what a snapshot says; its chunks have been filled through <see cref="Chunk"/>.</summary>
    public void Restore(int slots, int live, int first, int firstFree)
    {
        Slots = slots;
        Live = live;
        First = first;
        _firstFree = firstFree;
    }

    /// <summary>Makes room for so many slots.</summary>
    public void Reserve(int slots)
    {
        int chunks = (slots + ChunkEntries - 1) >> ChunkBits;
        int had = _chunks.Length;
        if (chunks <= had) return;
        Array.Resize(ref _chunks, chunks);
        if (_keepsDigests) Array.Resize(ref _digests, chunks);
        for (int i = had; i < chunks; i++)
        {
            _chunks[i] = new ActionEntry[ChunkEntries];
            if (_keepsDigests) _digests[i] = new UInt128[ChunkEntries];
        }
    }
}
