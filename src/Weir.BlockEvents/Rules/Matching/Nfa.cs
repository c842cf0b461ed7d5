using Weir.BlockEvents.Rules.Wordings;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>
/// All wordings as one non-deterministic automaton. A state either takes a byte of a set and goes on, or is empty and leads to others, or
/// says that a wording has been met. States know their wording's rule: the lower its number, the more it counts.
/// </summary>
internal sealed class Nfa
{
    /// <summary>More states than a table of any sensible size has.</summary>
    private const int MaxStates = 200_000;

    private readonly List<State> _states = [];

    /// <summary>Where each wording begins.</summary>
    public List<int> Starts { get; } = [];

    public State this[int state] => _states[state];

    public int Count => _states.Count;

    /// <summary>Adds a wording of a rule.</summary>
    /// <exception cref="WordingException">There are too many.</exception>
    public void Add(WordingNode wording, int rule)
    {
        int accept = NewState(new(rule, StateKind.Accept, null, -1, -1));
        Starts.Add(Build(wording, accept, rule));
    }

    /// <summary>Builds what leads to <paramref name="next"/>; returns where it begins.</summary>
    private int Build(WordingNode node, int next, int rule)
    {
        switch (node)
        {
            case Literal literal:
                for (int i = literal.Bytes.Length - 1; i >= 0; i--) next = NewState(new(rule, StateKind.Byte, ByteSet.One(literal.Bytes[i]), next, -1));
                return next;
            case Run run:
                int loop = NewState(new(rule, StateKind.Byte, run.Set, -1, -1));
                int again = NewState(new(rule, StateKind.Fork, null, loop, next));
                _states[loop] = _states[loop] with { Next = again };
                return run.Least == 0 ? again : loop;
            case Sequence sequence:
                for (int i = sequence.Parts.Count - 1; i >= 0; i--) next = Build(sequence.Parts[i], next, rule);
                return next;
            case Choice choice:
                int start = Build(choice.Options[^1], next, rule);
                for (int i = choice.Options.Count - 2; i >= 0; i--) start = NewState(new(rule, StateKind.Fork, null, Build(choice.Options[i], next, rule), start));
                return start;
            case Named named:
                return Build(named.Part, next, rule);
            default:
                return NewState(new(rule, StateKind.LineEnd, null, next, -1));
        }
    }

    private int NewState(State state)
    {
        if (_states.Count == MaxStates) throw new WordingException("is one too many: all wordings together are too long");
        _states.Add(state);
        return _states.Count - 1;
    }

    internal enum StateKind : byte
    {
        Byte,
        Fork,
        LineEnd,
        Accept,
    }

    internal readonly record struct State(int Rule, StateKind Kind, ByteSet? Set, int Next, int Other);
}
