using System.Buffers.Binary;
using Weir.Lustre;

namespace Weir.Hsm.Live;

/// <summary>
/// Finds actions by fid and action, which need not be unique: chains of slots. Only purges by <c>action_key</c> ask for it,
/// so it is made when the first of them comes.
/// </summary>
internal sealed class FidActionIndex(EntryTable entries)
{
    private int[] _heads = Blank(64);
    private int[] _next = [];
    private int _count;

    public void Add(int slot)
    {
        if (_count >= _heads.Length) Grow();
        Link(slot);
        _count++;
    }

    public void Remove(int slot)
    {
        ref int at = ref _heads[HomeOf(slot)];
        while (at != slot)
        {
            if (at < 0) return;
            at = ref _next[at];
        }

        at = _next[slot];
        _count--;
    }

    /// <summary>The action with this fid and name that was seen first; -1 when there is none.</summary>
    public int FindOldest(MdtActions actions, ReadOnlySpan<byte> fid, ReadOnlySpan<byte> action)
    {
        int oldest = -1;
        for (int slot = _heads[Home(HashOf(fid, action))]; slot >= 0; slot = _next[slot])
        {
            if (!actions.IsFidAndAction(slot, fid, action)) continue;
            if (oldest < 0 || IsOlder(entries[slot], entries[oldest])) oldest = slot;
        }

        return oldest;
    }

    /// <summary>Whether more than one action has this fid and name.</summary>
    public bool IsShared(MdtActions actions, ReadOnlySpan<byte> fid, ReadOnlySpan<byte> action)
    {
        int count = 0;
        for (int slot = _heads[Home(HashOf(fid, action))]; slot >= 0 && count < 2; slot = _next[slot])
        {
            if (actions.IsFidAndAction(slot, fid, action)) count++;
        }

        return count > 1;
    }

    private static bool IsOlder(in ActionEntry left, in ActionEntry right) =>
        (left.FirstSeen, left.Cookie, left.Place).CompareTo((right.FirstSeen, right.Cookie, right.Place)) < 0;

    private void Grow()
    {
        int[] old = _heads;
        int[] oldNext = [.. _next];
        _heads = Blank(old.Length * 2);
        foreach (int head in old)
        {
            for (int slot = head; slot >= 0; slot = oldNext[slot]) Link(slot);
        }
    }

    private void Link(int slot)
    {
        if (slot >= _next.Length) Array.Resize(ref _next, Math.Max(2 * _next.Length, slot + EntryTable.ChunkEntries));
        int home = HomeOf(slot);
        _next[slot] = _heads[home];
        _heads[home] = slot;
    }

    private int HomeOf(int slot)
    {
        ref readonly ActionEntry entry = ref entries[slot];
        OddTexts? odd = entries.OddTextsOf(slot);
        ReadOnlySpan<byte> action = odd?.Action is { } name ? name : HsmNames.Utf8(entry.Action);
        if (odd?.Fid is { } text) return Home(HashOf(text, action));
        return Home(HashOf(new Fid(entry.FidSequence, entry.FidObject, entry.FidVersion), action));
    }

    private int Home(ulong hash) => (int)(hash >> 32) & (_heads.Length - 1);

    private static ulong HashOf(ReadOnlySpan<byte> fidText, ReadOnlySpan<byte> action) =>
        FidText.TryParseExact(fidText, out Fid fid) ? HashOf(fid, action) : LineHash.Compute(fidText) ^ LineHash.Compute(action);

    private static ulong HashOf(Fid fid, ReadOnlySpan<byte> action)
    {
        Span<byte> binary = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(binary, fid.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(binary[8..], fid.ObjectId);
        BinaryPrimitives.WriteUInt32LittleEndian(binary[12..], fid.Version);
        return LineHash.Compute(binary) ^ LineHash.Compute(action);
    }

    private static int[] Blank(int length)
    {
        var blank = new int[length];
        Array.Fill(blank, -1);
        return blank;
    }
}
