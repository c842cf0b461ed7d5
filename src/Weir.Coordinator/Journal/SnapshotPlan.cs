using Weir.Coordinator.Core;
using Weir.Feed;

namespace Weir.Coordinator.Journal;

/// <summary>
/// Snapshots of the state within the journal, a part with each turn, so that nobody waits for one. A part holds its requests as they are
/// at its place in the journal; steps before it of requests that a reader does not know yet do not matter, and those after it apply.
/// </summary>
internal sealed class SnapshotPlan(CoordinatorCore core, JournalOptions options, long bytes)
{
    private Step _step;
    private Step _taken;
    private int _next;
    private int _end;
    private long _grown = bytes;
    private long _size;
    private RecordId _begin;

    private enum Step : byte
    {
        None,
        Begin,
        Part,
        End,
    }

    /// <summary>Whether turns are wanted although nothing happens.</summary>
    public bool IsUnderWay => _step != Step.None;

    /// <summary>Adds what is next to the core's present turn, behind everything else in it.</summary>
    public void AddTo()
    {
        _taken = Step.None;
        if (_step == Step.None)
        {
            if (_grown < Math.Max(options.SnapshotBytes, _size)) return;
            core.WriteFrame(isEnd: false);
            _taken = Step.Begin;
            _step = Step.Begin;
            _end = core.EndOfSlots;
            _next = 0;
            _size = 0;
            return;
        }

        // Its beginning must be in the journal, and its id known, before the rest.
        if (_step == Step.Begin) return;
        int to = Math.Min(_end, _next + options.SlotsPerTurn);
        core.WriteSlots(_next, to);
        _next = to;
        _taken = Step.Part;
        if (_next < _end) return;
        core.WriteFrame(isEnd: true);
        _taken = Step.End;
    }

    /// <summary>The turn was taken.</summary>
    public void Taken(Turn turn)
    {
        _grown += turn.Journal.SizeBytes;
        if (_taken is Step.Part or Step.End) _size += turn.Journal.SizeBytes;
    }

    /// <summary>The turn is durable and its last record has that id; gives below what the journal can be trimmed now, if anything.</summary>
    public RecordId? Written(Turn turn, RecordId last)
    {
        switch (_taken)
        {
            case Step.Begin:
                // It is the last record of its turn.
                _begin = last;
                _step = Step.Part;
                _grown = turn.Journal.SizeBytes;
                return null;
            case Step.End:
                _step = Step.None;
                _grown = 0;
                return _begin;
            default:
                return null;
        }
    }
}
