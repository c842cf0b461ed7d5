using Weir.Hsm.Live;

namespace Weir.Hsm.Shipping;

/// <content>The file's end: what was not in it.</content>
internal sealed partial class MdtPoll
{
    /// <summary>How many absent actions are gone through between two looks at the batch.</summary>
    private const int SliceEntries = EntryTable.ChunkEntries;

    private int _swept;
    private bool _isWeighed;

    /// <summary>
    /// Tells what the file no longer holds. A file that is cut or could not be read to its end says nothing about absence. Where lines
    /// were lost or left out, an action must be missing from two files in a row.
    /// </summary>
    /// <param name="isComplete">Whether the file was read to its end and ended with a whole line.</param>
    /// <param name="isDoubtful">Whether lines in it were lost.</param>
    /// <returns>False when the batch should be sent and this be called again.</returns>
    public bool Finish(bool isComplete, bool isDoubtful)
    {
        if (!_isWeighed) WeighDeferred();
        _isWeighed = true;
        _digests.Settle();
        if (!isComplete || _seen == _actions.Count) return true;
        isDoubtful |= IsWrapped;
        while (_swept < _entries.Slots)
        {
            int end = Math.Min(_swept + SliceEntries, _entries.Slots);
            for (; _swept < end; _swept++) Sweep(_swept, isDoubtful);
            if (_appender.IsFull) return false;
        }

        return true;
    }

    private void Sweep(int slot, bool isDoubtful)
    {
        ref ActionEntry entry = ref _entries[slot];
        if ((entry.Flags & EntryFlags.InUse) == 0 || entry.Seen == _mark) return;
        if (isDoubtful && (entry.Flags & EntryFlags.AbsentOnce) == 0)
        {
            entry.Flags |= EntryFlags.AbsentOnce;
            _counts.FlagsChanged = true;
            return;
        }

        Purge(slot);
    }
}
