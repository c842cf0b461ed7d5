using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>
/// Where each byte leads from each state of a <see cref="LineAutomaton"/>, two bytes a place, so that much of it fits the processor's caches. A state is
/// known by where its row starts, in lines of the cache; rows have no power of two for their length, or they would compete for the same
/// few places of the cache.
/// </summary>
internal sealed class TransitionTable
{
    /// <summary>A place that was not worked out yet.</summary>
    public const int Unknown = 0;

    /// <summary>States are numbered in steps of a cache line: 32 places of two bytes.</summary>
    public const int UnitShift = 5;

    private const int CacheLineBytes = 64;
    private const int FirstState = 1;

    private readonly int _unitsPerState;
    private readonly List<int> _outcomes = [];
    private ushort[] _places = [];
    private int _origin;
    private int _next = FirstState;

    public TransitionTable(int classCount)
    {
        int units = (classCount + (1 << UnitShift) - 1) >> UnitShift;
        _unitsPerState = units % 2 == 0 ? units + 1 : units;
        Grow(64 * _unitsPerState);
    }

    /// <summary>Numbers from here on are no states but results: no further byte changes them.</summary>
    public int FirstOutcome { get; private set; } = ushort.MaxValue + 1;

    /// <summary>The place of state 0 and class 0.</summary>
    public ref ushort Origin => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_places), _origin);

    /// <summary>How many states there are.</summary>
    public int StateCount => (_next - FirstState) / _unitsPerState;

    /// <summary>Whether there is room for one more state and one more result.</summary>
    public bool HasRoom => _next + _unitsPerState < FirstOutcome - 1;

    /// <summary>The result that a number from <see cref="FirstOutcome"/> on stands for.</summary>
    public int OutcomeOf(int number) => _outcomes[ushort.MaxValue - number];

    /// <summary>The number of a result.</summary>
    public int NumberOf(int outcome)
    {
        int known = _outcomes.IndexOf(outcome);
        if (known >= 0) return ushort.MaxValue - known;
        _outcomes.Add(outcome);
        return --FirstOutcome;
    }

    /// <summary>A state, all of whose places are unknown.</summary>
    public int NewState()
    {
        int state = _next;
        _next += _unitsPerState;
        if (_next << UnitShift > _places.Length - _origin) Grow(_next * 2);
        return state;
    }

    /// <summary>The number, from 0, of a state among all.</summary>
    public int IndexOf(int state) => (state - FirstState) / _unitsPerState;

    public void Set(int state, int byteClass, int next) => Unsafe.Add(ref Origin, (state << UnitShift) + byteClass) = (ushort)next;

    private void Grow(int units)
    {
        int length = (Math.Min(units, ushort.MaxValue + 1 + _unitsPerState) << UnitShift) + (CacheLineBytes / sizeof(ushort));
        ushort[] grown = GC.AllocateArray<ushort>(length, pinned: true);
        int origin = (int)((CacheLineBytes - (Marshal.UnsafeAddrOfPinnedArrayElement(grown, 0) % CacheLineBytes)) % CacheLineBytes / sizeof(ushort));
        _places.AsSpan(_origin).CopyTo(grown.AsSpan(origin));
        (_places, _origin) = (grown, origin);
    }
}
