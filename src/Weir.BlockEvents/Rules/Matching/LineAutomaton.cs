using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>
/// Finds which rule takes a line, for all rules in one pass over its bytes: the deterministic form of <see cref="Nfa"/>, built state by state
/// as lines need them and thrown away when it has grown too large, so that time is linear in the line and memory bounded whatever comes.
/// Not thread-safe.
/// </summary>
internal sealed class LineAutomaton
{
    /// <summary>No rule.</summary>
    public const int None = -1;

    /// <summary>A place in the table that was not worked out yet. The states of the table are numbered by where their row starts, the first from one row on.</summary>
    private const int Unknown = 0;

    /// <summary>The most states before all are forgotten: with 128 classes 8 MiB.</summary>
    private const int MaxStates = 16 * 1024;

    private readonly Nfa _nfa;
    private readonly ByteClasses _classes;
    private readonly int _shift;
    private readonly Dictionary<StateKey, int> _known = new(StateKey.Comparer);
    private readonly List<StateKey> _states = [];
    private readonly List<int> _outcomes = [];
    private readonly SortedSet<int> _collected = [];
    private readonly bool[] _seen;
    private readonly Stack<int> _pending = new();
    private int[] _table = [];
    private int _start;

    public LineAutomaton(Nfa nfa)
    {
        _nfa = nfa;
        _classes = ByteClasses.Of(Enumerable.Range(0, nfa.Count).Select(state => nfa[state]).Where(state => state.Kind == Nfa.StateKind.Byte).Select(state => state.Set!));
        _shift = System.Numerics.BitOperations.Log2((uint)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(_classes.Count, 2)));
        _seen = new bool[nfa.Count];
        Forget();
    }

    /// <summary>How many states are known now.</summary>
    public int StateCount => _states.Count - 1;

    /// <summary>How many classes of bytes there are.</summary>
    public int ClassCount => _classes.Count;

    /// <summary>How often everything was forgotten.</summary>
    public int ForgottenCount { get; private set; }

    /// <summary>The number of the rule that takes the line; <see cref="None"/> when none does.</summary>
    public int Find(ReadOnlySpan<byte> line)
    {
        ref byte classOf = ref MemoryMarshal.GetArrayDataReference(_classes.ClassOf);
        ref int table = ref MemoryMarshal.GetArrayDataReference(_table);
        int state = _start;
        for (int i = 0; i < line.Length; i++)
        {
            int next = Unsafe.Add(ref table, state + Unsafe.Add(ref classOf, line[i]));
            if (next <= Unknown)
            {
                if (next < Unknown) return Outcome(next);
                next = Step(state, Unsafe.Add(ref classOf, line[i]));
                if (next < Unknown) return Outcome(next);
                table = ref MemoryMarshal.GetArrayDataReference(_table);
            }

            state = next;
        }

        return _outcomes[state >> _shift];
    }

    /// <summary>Results that need no further byte are negative: -1 is none, -2 the rule 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Outcome(int final) => -final - 2;

    /// <summary>Works out where a byte of a class leads, and remembers it.</summary>
    private int Step(int state, int byteClass)
    {
        StateKey from = _states[state >> _shift];
        byte sample = _classes.Samples[byteClass];
        int best = from.Best;
        Begin();
        foreach (int member in from.Members)
        {
            Nfa.State at = _nfa[member];
            if (at.Kind == Nfa.StateKind.Byte && at.Set!.Contains(sample)) Follow(at.Next, ref best);
        }

        int next = End(best, out bool wasForgotten);
        if (!wasForgotten) _table[state + byteClass] = next;
        return next;
    }

    private void Begin()
    {
        foreach (int member in _collected) _seen[member] = false;
        _collected.Clear();
    }

    /// <summary>Collects what can be reached without a byte. A rule that is met makes those that count less pointless.</summary>
    private void Follow(int first, ref int best)
    {
        _pending.Push(first);
        while (_pending.TryPop(out int state))
        {
            if (_seen[state]) continue;
            _seen[state] = true;
            _collected.Add(state);
            Nfa.State at = _nfa[state];
            switch (at.Kind)
            {
                case Nfa.StateKind.Fork:
                    _pending.Push(at.Other);
                    _pending.Push(at.Next);
                    break;
                case Nfa.StateKind.Accept:
                    if (best < 0 || at.Rule < best) best = at.Rule;
                    break;
            }
        }
    }

    /// <summary>The state that consists of what was collected.</summary>
    private int End(int best, out bool wasForgotten)
    {
        wasForgotten = false;
        int limit = best;
        int[] members = [.. _collected.Where(member => _nfa[member].Kind is Nfa.StateKind.Byte or Nfa.StateKind.LineEnd && (limit < 0 || _nfa[member].Rule < limit))];
        if (members.Length == 0) return -best - 2;
        var key = new StateKey(members, best);
        if (_known.TryGetValue(key, out int known)) return known;
        if (_states.Count > MaxStates)
        {
            Forget();
            ForgottenCount++;
            wasForgotten = true;
            if (_known.TryGetValue(key, out known)) return known;
        }

        return NewState(key);
    }

    private int NewState(StateKey key)
    {
        int state = _states.Count << _shift;
        _states.Add(key);
        _outcomes.Add(AtLineEnd(key));
        _known.Add(key, state);
        int needed = state + (1 << _shift);
        if (_table.Length < needed) Array.Resize(ref _table, Math.Max(needed, _table.Length * 2));
        return state;
    }

    private int AtLineEnd(StateKey key)
    {
        int best = key.Best;
        Begin();
        foreach (int member in key.Members)
        {
            if (_nfa[member].Kind == Nfa.StateKind.LineEnd) Follow(_nfa[member].Next, ref best);
        }

        return best;
    }

    private void Forget()
    {
        _known.Clear();
        _states.Clear();
        _outcomes.Clear();
        _table = new int[64 << _shift];
        // The place of number 0, which means that a state is not known.
        _states.Add(new([], None));
        _outcomes.Add(None);
        Begin();
        int best = None;
        foreach (int start in _nfa.Starts) Follow(start, ref best);
        int[] members = [.. _collected.Where(member => _nfa[member].Kind is Nfa.StateKind.Byte or Nfa.StateKind.LineEnd)];
        _start = NewState(new(members, best));
    }

    /// <summary>What a state stands for: the states of the non-deterministic automaton, in order, and the best rule met so far.</summary>
    private sealed record StateKey(int[] Members, int Best)
    {
        public static IEqualityComparer<StateKey> Comparer { get; } = EqualityComparer<StateKey>.Create(
            (x, y) => x!.Best == y!.Best && x.Members.AsSpan().SequenceEqual(y.Members),
            key =>
            {
                var hash = default(HashCode);
                hash.AddBytes(MemoryMarshal.AsBytes(key.Members.AsSpan()));
                hash.Add(key.Best);
                return hash.ToHashCode();
            });
    }
}
