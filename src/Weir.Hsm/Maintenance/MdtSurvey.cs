using System.Runtime.CompilerServices;
using Weir.Feed;
using Weir.Hsm.Live;

namespace Weir.Hsm.Maintenance;

/// <summary>One walk over an MDT's live actions: which holds the trim back, and which are stale.</summary>
internal sealed class MdtSurvey
{
    /// <summary>How many stale actions are named.</summary>
    public const int MaxExamples = 5;

    private readonly List<int> _staleExamples = [];

    private MdtSurvey(MdtActions actions) => Actions = actions;

    public MdtActions Actions { get; }

    /// <summary>The lowest <see cref="LiveAction.LastState"/> of those that are not stale; <see cref="RecordId.Max"/> when there is none.</summary>
    public RecordId Oldest { get; private set; } = RecordId.Max;

    /// <summary>Whose that is; -1 when there is none.</summary>
    public int OldestSlot { get; private set; } = -1;

    public long Live { get; private set; }

    public long Stale { get; private set; }

    public IEnumerable<ActionExample> StaleExamples => _staleExamples.Select(slot => ActionExample.Of(new(Actions, slot)));

    /// <param name="actions">An MDT's live actions.</param>
    /// <param name="staleBefore">An action whose last event is older is stale; unix seconds.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static MdtSurvey Take(MdtActions actions, uint staleBefore)
    {
        var survey = new MdtSurvey(actions);
        EntryTable entries = actions.Entries;
        int left = entries.Slots;
        for (int chunk = 0; left > 0; chunk++, left -= EntryTable.ChunkEntries)
        {
            Span<ActionEntry> slice = entries.Chunk(chunk)[..Math.Min(left, EntryTable.ChunkEntries)];
            for (int i = 0; i < slice.Length; i++)
            {
                // What the topic has lost is shipped as new; until then nothing of it is there to keep.
                ref readonly ActionEntry entry = ref slice[i];
                if ((entry.Flags & (EntryFlags.InUse | EntryFlags.Unshipped)) != EntryFlags.InUse) continue;
                if (entry.LastEvent < staleBefore)
                {
                    survey.NoteStale((chunk * EntryTable.ChunkEntries) + i);
                    continue;
                }

                survey.Live++;
                RecordId state = entry.LastState;
                if (state >= survey.Oldest) continue;
                survey.Oldest = state;
                survey.OldestSlot = (chunk * EntryTable.ChunkEntries) + i;
            }
        }

        return survey;
    }

    private void NoteStale(int slot)
    {
        Stale++;
        if (_staleExamples.Count < MaxExamples) _staleExamples.Add(slot);
    }
}
