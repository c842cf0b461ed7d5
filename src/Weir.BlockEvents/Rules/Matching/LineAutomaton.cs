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

    private readonly Nfa _nfa;
    private readonly int _maxStates;
    private readonly ByteClasses _classes;
    private readonly Dictionary<StateKey, int> _known = new(StateKey.Comparer);
    private readonly List<StateKey> _states = [];
    private readonly List<int> _atLineEnd = [];
    private readonly SortedSet<int> _collected = [];
    private readonly bool[] _seen;
    private readonly Stack<int> _pending = new();
    private TransitionTable _table;
    private int _start;

    /// <param name="nfa">All wordings.</param>
    /// <param name="maxStates">How many states are kept at most; the table has a limit of its own.</param>
    public LineAutomaton(Nfa nfa, int maxStates = int.MaxValue)
    {
        _nfa = nfa;
        _maxStates = maxStates;
        _classes = ByteClasses.Of(Enumerable.Range(0, nfa.Count).Select(state => nfa[state]).Where(state => state.Kind == Nfa.StateKind.Byte).Select(state => state.Set!));
        _seen = new bool[nfa.Count];
        _table = new(_classes.Count);
        _start = Begin();
    }

    /// <summary>How many states are known now.</summary>
    public int StateCount => _table.StateCount;

    /// <summary>How many classes of bytes there are.</summary>
    public int ClassCount => _classes.Count;

    /// <summary>How often everything was forgotten.</summary>
    public int ForgottenCount { get; private set; }

    /// <summary>The number of the wording that takes the line; <see cref="None"/> when none does.</summary>
    public int Find(ReadOnlySpan<byte> line)
    {
        ref byte classOf = ref MemoryMarshal.GetArrayDataReference(_classes.ClassOf);
        ref ushort origin = ref _table.Origin;
        // One comparison for both: unknown places (0) and results.
        uint ordinary = (uint)_table.FirstOutcome - 1;
        int state = _start;
        for (int i = 0; i < line.Length; i++)
        {
            int byteClass = Unsafe.Add(ref classOf, line[i]);
            int next = Unsafe.Add(ref origin, (state << TransitionTable.UnitShift) + byteClass);
            if ((uint)(next - 1) >= ordinary)
            {
                if (next == TransitionTable.Unknown)
                {
                    next = Step(state, byteClass);
                    origin = ref _table.Origin;
                    ordinary = (uint)_table.FirstOutcome - 1;
                }

                if (next > ordinary) return _table.OutcomeOf(next);
            }

            state = next;
        }

        return _atLineEnd[_table.IndexOf(state)];
    }

    /// <summary>Works out where a byte of a class leads, and remembers it.</summary>
    private int Step(int state, int byteClass)
    {
        StateKey from = _states[_table.IndexOf(state)];
        byte sample = _classes.Samples[byteClass];
        int best = from.Best;
        Clear();
        foreach (int member in from.Members)
        {
            Nfa.State at = _nfa[member];
            if (at.Kind == Nfa.StateKind.Byte && at.Set!.Contains(sample)) Follow(at.Next, ref best);
        }

        var key = new StateKey(Collected(best), best);
        bool isForgotten = !_known.ContainsKey(key) && (!_table.HasRoom || _table.StateCount >= _maxStates);
        // Then everything is built anew, and the line goes on from a state of its own.
        if (isForgotten) Forget();
        int next = key.Members.Length == 0 ? _table.NumberOf(best) : _known.TryGetValue(key, out int known) ? known : NewState(key);
        if (!isForgotten) _table.Set(state, byteClass, next);
        return next;
    }

    /// <summary>What was collected and can still change the result: a rule that was met makes those that count less pointless.</summary>
    private int[] Collected(int best) =>
        [.. _collected.Where(member => _nfa[member].Kind is Nfa.StateKind.Byte or Nfa.StateKind.LineEnd && (best < 0 || _nfa[member].Rule < best))];

    /// <summary>Collects what can be reached without a byte.</summary>
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

    private int NewState(StateKey key)
    {
        int state = _table.NewState();
        _states.Add(key);
        _known.Add(key, state);
        int best = key.Best;
        Clear();
        foreach (int member in key.Members)
        {
            if (_nfa[member].Kind == Nfa.StateKind.LineEnd) Follow(_nfa[member].Next, ref best);
        }

        _atLineEnd.Add(best);
        return state;
    }

    /// <summary>The state before the first byte.</summary>
    private int Begin()
    {
        Clear();
        int best = None;
        foreach (int start in _nfa.Starts) Follow(start, ref best);
        return NewState(new(Collected(best), best));
    }

    private void Forget()
    {
        ForgottenCount++;
        _known.Clear();
        _states.Clear();
        _atLineEnd.Clear();
        _table = new(_classes.Count);
        _start = Begin();
    }

    private void Clear()
    {
        foreach (int member in _collected) _seen[member] = false;
        _collected.Clear();
    }

    /// <summary>What a state stands for: the states of the non-deterministic automaton, in order, and the best wording met so far.</summary>
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
