using System.Runtime.CompilerServices;
using System.Text;
using Weir.Feed;
using Weir.Hsm.Events;

namespace Weir.Hsm.Live;

/// <summary>
/// The live actions of any number of MDTs: the one state machine that every reader of action topics runs. Feed it every record in
/// order, from the topic's beginning; for several topics that tell of the same MDT, in the order of their ids. Not thread-safe.
/// </summary>
public sealed class LiveActions
{
    /// <summary>No file system has more MDTs (Lustre numbers them with 16 bits).</summary>
    public const int MaxMdts = 65_536;

    private readonly List<MdtActions> _mdts = [];
    private readonly Dictionary<byte[], MdtActions>.AlternateLookup<ReadOnlySpan<byte>> _byName =
        new Dictionary<byte[], MdtActions>(Utf8Comparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    private readonly HsmEventReader _reader = new();
    private readonly Func<MdtActions, IActionsObserver>? _observe;
    private MdtActions? _last;

    public LiveActions() { }

    /// <param name="observe">Makes the one who is told of what becomes of an MDT's actions.</param>
    internal LiveActions(Func<MdtActions, IActionsObserver> observe) => _observe = observe;

    /// <summary>Every MDT an event has named, in the order they came.</summary>
    public IReadOnlyList<MdtActions> Mdts => _mdts;

    /// <summary>How many actions are live.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            foreach (MdtActions mdt in _mdts) count += mdt.Count;
            return count;
        }
    }

    /// <summary>Records that were no events, and were passed over.</summary>
    public long Unreadable => _reader.Unreadable;

    /// <summary>The MDT's actions; null when no event has named it.</summary>
    public MdtActions? Find(string mdt) =>
        _byName.TryGetValue(Encoding.UTF8.GetBytes(mdt), out MdtActions? found) ? found : null;

    /// <summary>Takes in the next record of a topic; <see cref="LiveChange.Unknown"/> when it is no event.</summary>
    public LiveChange Apply(in RecordView record) =>
        _reader.TryRead(record.Data, out HsmEvent told) ? Apply(told, record.Id) : LiveChange.Unknown;

    /// <summary>Takes in the next record of a topic.</summary>
    public LiveChange Apply(Record record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return _reader.TryRead(record.Data.Span, out HsmEvent told) ? Apply(told, record.Id) : LiveChange.Unknown;
    }

    /// <summary>The action that a PURGED or HEARTBEAT speaks of, before it is taken in; null when none is known.</summary>
    public LiveAction? Find(in HsmEvent told)
    {
        if (!_byName.TryGetValue(told.Mdt, out MdtActions? mdt)) return null;
        int slot = mdt.FindTold(told);
        return slot < 0 ? null : new(mdt, slot);
    }

    /// <summary>Takes in the next event of a topic.</summary>
    public LiveChange Apply(in HsmEvent told, RecordId id) => Apply(told, id, out _);

    /// <param name="action">The action that the event is about; null when it is gone or unknown.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public LiveChange Apply(in HsmEvent told, RecordId id, out LiveAction? action)
    {
        action = null;
        if (FindOrAdd(told.Mdt) is not { } mdt) return LiveChange.Unknown;
        mdt.Observer?.Telling(id);
        LiveChange change = mdt.Apply(told, id, out int slot);
        mdt.Observer?.Told(told.Type, change, id);
        if (slot >= 0) action = new(mdt, slot);
        return change;
    }

    /// <summary>The MDT's actions, now known if they were not; null when there are too many MDTs already.</summary>
    internal MdtActions? FindOrAdd(ReadOnlySpan<byte> name)
    {
        if (_last is not null && name.SequenceEqual(_last.Name.Utf8)) return _last;
        if (!_byName.TryGetValue(name, out MdtActions? mdt))
        {
            if (_mdts.Count == MaxMdts || name.IsEmpty) return null;
            mdt = new(new MdtName(name));
            mdt.Observer = _observe?.Invoke(mdt);
            _mdts.Add(mdt);
            _byName[mdt.Name.Utf8] = mdt;
        }

        return _last = mdt;
    }
}
