using Weir.BlockEvents.Rules.Wordings;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>The steps by which the fields of one wording are found in a line.</summary>
internal sealed class WordingProgram
{
    /// <summary>The most places where a line may be looked at anew.</summary>
    private const int MaxSteps = 4096;

    private readonly bool _isQuick;
    private readonly Instruction[] _code;
    private readonly List<Instruction> _program = [];
    private readonly List<string> _names = [];

    /// <param name="wording">The wording.</param>
    /// <param name="isQuick">Whether one of several ways is taken for good by the text with which it begins, the longest that fits; otherwise the others are tried when it fails further on.</param>
    public WordingProgram(WordingNode wording, bool isQuick)
    {
        _isQuick = isQuick;
        Emit(wording);
        _program.Add(new(Kind.Done));
        CutBehindLastField();
        MarkRunsThatNeedNoSecondThought();
        FindFirstBytes();
        _code = [.. _program];
    }

    private enum Kind : byte
    {
        Literal,
        Run,
        ShortestRun,
        Fork,
        Switch,
        Jump,
        FieldStart,
        FieldEnd,
        LineEnd,
        Done,
    }

    /// <summary>The fields' names, in order; a name can stand for several places of which a line has one.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Writes where the fields stand; returns how many there are. Empty ones are left out. -1 when the line cannot be divided so.</summary>
    public int Match(ReadOnlySpan<byte> line, Span<Field> fields)
    {
        Span<int> starts = stackalloc int[_names.Count];
        Span<int> ends = stackalloc int[_names.Count];
        starts.Fill(-1);
        ends.Fill(-1);
        int steps = MaxSteps;
        if (!Run(0, 0, line, starts, ends, ref steps)) return -1;
        int count = 0;
        for (int i = 0; i < starts.Length && count < fields.Length; i++)
        {
            if (starts[i] >= 0 && ends[i] > starts[i]) fields[count++] = new(_names[i], starts[i], ends[i] - starts[i]);
        }

        return count;
    }

    private bool Run(int at, int place, ReadOnlySpan<byte> line, Span<int> starts, Span<int> ends, ref int steps)
    {
        while (true)
        {
            if (--steps < 0) return false;
            ref readonly Instruction instruction = ref _code[at];
            switch (instruction.Kind)
            {
                case Kind.Literal:
                    if (!line[place..].StartsWith(instruction.Bytes)) return false;
                    place += instruction.Bytes!.Length;
                    at++;
                    break;
                case Kind.Run:
                    int longest = place + instruction.Set!.CountFrom(line, place);
                    int least = place + instruction.Number;
                    if (longest < least) return false;
                    if (!instruction.IsFinal)
                    {
                        for (int end = longest; end > least; end--)
                        {
                            if (Run(at + 1, end, line, starts, ends, ref steps)) return true;
                            if (steps < 0) return false;
                        }

                        longest = least;
                    }

                    place = longest;
                    at++;
                    break;
                case Kind.ShortestRun:
                    return RunShortest(at, place, line, starts, ends, ref steps);
                case Kind.Fork:
                    if ((instruction.Set is not { } first || (place < line.Length && first.Contains(line[place]))) && Run(at + 1, place, line, starts, ends, ref steps)) return true;
                    // What the way that failed has found is none of the other's.
                    starts[instruction.FirstField..instruction.EndField].Fill(-1);
                    at = instruction.Number;
                    break;
                case Kind.Switch:
                    at = Choose(instruction, line[place..]);
                    if (at < 0) return false;
                    break;
                case Kind.Jump:
                    at = instruction.Number;
                    break;
                case Kind.FieldStart:
                    starts[instruction.Number] = place;
                    ends[instruction.Number] = -1;
                    at++;
                    break;
                case Kind.FieldEnd:
                    ends[instruction.Number] = place;
                    at++;
                    break;
                case Kind.LineEnd:
                    if (place < line.Length) return false;
                    at++;
                    break;
                default:
                    return true;
            }
        }
    }

    /// <summary>Where the way begins whose first text is the longest that fits.</summary>
    private static int Choose(in Instruction fork, ReadOnlySpan<byte> rest)
    {
        foreach ((byte[] lead, int target) in fork.Ways!)
        {
            if (rest.StartsWith(lead)) return target;
        }

        return -1;
    }

    private bool RunShortest(int at, int place, ReadOnlySpan<byte> line, Span<int> starts, Span<int> ends, ref int steps)
    {
        int literal = at + 1;
        while (_code[literal].Kind is Kind.FieldEnd or Kind.FieldStart) literal++;
        byte[]? wanted = _code[literal].Kind == Kind.Literal ? _code[literal].Bytes : null;
        for (int end = place; end <= line.Length; end++)
        {
            if (wanted is not null)
            {
                int skip = line[end..].IndexOf(wanted);
                if (skip < 0) return false;
                end += skip;
            }

            if (Run(at + 1, end, line, starts, ends, ref steps)) return true;
            if (steps < 0) return false;
        }

        return false;
    }

    private void Emit(WordingNode node)
    {
        switch (node)
        {
            case Literal { Bytes.Length: > 0 } literal:
                _program.Add(new(Kind.Literal) { Bytes = literal.Bytes });
                break;
            case Run run:
                _program.Add(new(run.IsShortest ? Kind.ShortestRun : Kind.Run) { Set = run.Set, Number = run.Least });
                break;
            case Sequence sequence:
                foreach (WordingNode part in sequence.Parts) Emit(part);
                break;
            case Choice choice:
                EmitChoice(choice);
                break;
            case Named named:
                int field = _names.Count;
                _names.Add(named.Name);
                _program.Add(new(Kind.FieldStart) { Number = field });
                Emit(named.Part);
                _program.Add(new(Kind.FieldEnd) { Number = field });
                break;
            case LineEnd:
                _program.Add(new(Kind.LineEnd));
                break;
        }
    }

    private void EmitChoice(Choice choice)
    {
        byte[]?[] leads = [.. choice.Options.Select(Lead)];
        if (_isQuick && Array.TrueForAll(leads, lead => lead is not null) && leads.DistinctBy(lead => Convert.ToHexString(lead!)).Count() == leads.Length)
        {
            EmitSwitch(choice, leads!);
            return;
        }

        var jumps = new List<int>();
        for (int i = 0; i < choice.Options.Count; i++)
        {
            bool isLast = i == choice.Options.Count - 1;
            int fork = _program.Count;
            int firstField = _names.Count;
            if (!isLast) _program.Add(new(Kind.Fork));
            Emit(choice.Options[i]);
            if (isLast) break;
            jumps.Add(_program.Count);
            _program.Add(new(Kind.Jump));
            _program[fork] = _program[fork] with { Number = _program.Count, FirstField = firstField, EndField = _names.Count };
        }

        foreach (int jump in jumps) _program[jump] = _program[jump] with { Number = _program.Count };
    }

    private void EmitSwitch(Choice choice, byte[][] leads)
    {
        int fork = _program.Count;
        _program.Add(new(Kind.Switch));
        var ways = new List<(byte[] Lead, int Target)>();
        var jumps = new List<int>();
        for (int i = 0; i < choice.Options.Count; i++)
        {
            ways.Add((leads[i], _program.Count));
            Emit(choice.Options[i]);
            jumps.Add(_program.Count);
            _program.Add(new(Kind.Jump));
        }

        foreach (int jump in jumps) _program[jump] = _program[jump] with { Number = _program.Count };
        _program[fork] = _program[fork] with { Ways = [.. ways.OrderByDescending(way => way.Lead.Length)], Number = _program.Count };
    }

    /// <summary>The text with which a part begins: empty when it has none at all, null when it begins with what varies.</summary>
    private static byte[]? Lead(WordingNode node) => node switch
    {
        Literal literal => literal.Bytes,
        Sequence { Parts.Count: 0 } => [],
        Sequence sequence => Lead(sequence.Parts[0]),
        Named named => Lead(named.Part),
        _ => null,
    };

    /// <summary>That the line is of this wording is known; behind the last field only what tells where it ends is looked at.</summary>
    private void CutBehindLastField()
    {
        int last = _program.FindLastIndex(instruction => instruction.Kind == Kind.FieldEnd);
        int cut = _program.FindIndex(last + 1, instruction => instruction.Kind is Kind.ShortestRun or Kind.Run);
        if (cut >= 0 && !_program.Take(cut).Any(instruction => instruction.Kind is Kind.Fork or Kind.Jump or Kind.Switch && instruction.Number > cut)) _program[cut] = new(Kind.Done);
    }

    /// <summary>A run that is followed by text which cannot stand in it ends in one place only.</summary>
    private void MarkRunsThatNeedNoSecondThought()
    {
        for (int i = 0; i < _program.Count; i++)
        {
            if (_program[i].Kind != Kind.Run) continue;
            int next = i + 1;
            while (_program[next].Kind is Kind.FieldEnd or Kind.FieldStart) next++;
            bool isFinal = _program[next].Kind switch
            {
                Kind.Literal => !_program[i].Set!.Contains(_program[next].Bytes![0]),
                Kind.Run => _program[next].Number > 0 && !_program[i].Set!.Overlaps(_program[next].Set!),
                Kind.Done or Kind.LineEnd or Kind.ShortestRun => true,
                _ => false,
            };
            _program[i] = _program[i] with { IsFinal = isFinal };
        }
    }

    /// <summary>Most ways of a fork are out of the question by the next byte.</summary>
    private void FindFirstBytes()
    {
        for (int i = 0; i < _program.Count; i++)
        {
            if (_program[i].Kind != Kind.Fork) continue;
            int first = i + 1;
            while (_program[first].Kind == Kind.FieldStart) first++;
            ByteSet? set = _program[first].Kind switch
            {
                Kind.Literal => ByteSet.One(_program[first].Bytes![0]),
                Kind.Run when _program[first].Number > 0 => _program[first].Set,
                _ => null,
            };
            _program[i] = _program[i] with { Set = set };
        }
    }

    private readonly record struct Instruction(Kind Kind)
    {
        public byte[]? Bytes { get; init; }

        /// <summary>Of a run: its members. Of a fork: with which bytes its first way can begin; null when with any or none.</summary>
        public ByteSet? Set { get; init; }

        public int Number { get; init; }

        public bool IsFinal { get; init; }

        /// <summary>Of a fork: the fields of its first way.</summary>
        public int FirstField { get; init; }

        public int EndField { get; init; }

        /// <summary>Of a switch: its ways, the longest text first.</summary>
        public (byte[] Lead, int Target)[]? Ways { get; init; }
    }
}
