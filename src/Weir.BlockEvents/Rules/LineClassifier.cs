using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules.Matching;

namespace Weir.BlockEvents.Rules;

/// <summary>
/// Finds out what lines mean by a set of rules, in one pass over a line for all wordings together. Users' regular expressions, where there
/// are any, are tried before, each on the lines that start as it says. Not thread-safe: each thread has its own, over one shared set.
/// </summary>
public sealed class LineClassifier(RuleSet rules) : ILineClassifier
{
    /// <summary>How much of a line is looked at. The kernel's own limit is about 1,000 bytes.</summary>
    public const int MaxBytes = 4096;

    private const int MaxFields = 32;

    private readonly Dictionary<ProgramRules, LineAutomaton> _automata = [];
    private readonly ProgramRules _kernelRules = rules.Programs.GetValueOrDefault(RuleSet.Kernel, rules.Others);
    private readonly Field[] _fields = new Field[MaxFields];
    private LineAutomaton? _kernelAutomaton;
    private char[]? _characters;
    private WordingMatcher? _matcher;
    private int _fieldCount;

    /// <summary>The rules.</summary>
    public RuleSet Rules { get; } = rules;

    /// <summary>How many states the automata have now; it grows with the variety of lines and has a limit.</summary>
    public int StateCount => _automata.Values.Sum(automaton => automaton.StateCount);

    /// <summary>How many classes of bytes the rules for the kernel's lines tell apart.</summary>
    internal int ClassCount => AutomatonOf(_kernelRules).ClassCount;

    /// <summary>Whether any rule is about lines of a program; of the others no line can be classified.</summary>
    public bool HasRulesFor(ReadOnlySpan<byte> identifier) => ProgramOf(identifier, out _).HasRules;

    /// <inheritdoc/>
    public bool TryClassify(in LogLine line, out Classification classification)
    {
        ReadOnlySpan<byte> text = line.Text;
        if (text.Length > MaxBytes) text = text[..MaxBytes];
        if (text.Length > 0 && text[^1] <= (byte)' ') text = text.TrimEnd(" \t\r\n\0"u8);
        ProgramRules program = ProgramOf(line.Identifier, out bool isKernel);
        if (program.Expressions.Count > 0 && TryExpressions(program, text, out Rule? rule))
        {
            classification = new(rule, text, this);
            return true;
        }

        int wording = (isKernel ? _kernelAutomaton ??= AutomatonOf(program) : AutomatonOf(program)).Find(text);
        if (wording < 0)
        {
            classification = default;
            return false;
        }

        _matcher = program.MatcherOf(wording);
        _fieldCount = -1;
        PreparedRule found = program.RuleOf(wording);
        classification = new(found.Rule, text, this);
        if (found.Otherwise is { } otherwise && IsEqual(classification, found.UnlessEqual)) classification = new(otherwise, text, this);
        return true;
    }

    /// <summary>The fields of the line that was classified last; they are looked for when first asked for.</summary>
    internal ReadOnlySpan<Field> FieldsOf(ReadOnlySpan<byte> text)
    {
        if (_fieldCount < 0) _fieldCount = _matcher!.Match(text, _fields);
        return _fields.AsSpan(0, _fieldCount);
    }

    private static bool IsEqual(in Classification classification, IReadOnlyList<string> fields) =>
        classification.Find(fields[0]) is { IsEmpty: false } first && first.SequenceEqual(classification.Find(fields[1]));

    private LineAutomaton AutomatonOf(ProgramRules program)
    {
        if (!_automata.TryGetValue(program, out LineAutomaton? automaton)) _automata.Add(program, automaton = new(program.Nfa));
        return automaton;
    }

    private ProgramRules ProgramOf(ReadOnlySpan<byte> identifier, out bool isKernel)
    {
        isKernel = identifier.IsEmpty || identifier.SequenceEqual("kernel"u8);
        return isKernel ? _kernelRules : FindProgram(identifier);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ProgramRules FindProgram(ReadOnlySpan<byte> identifier)
    {
        Span<char> name = stackalloc char[64];
        if (identifier.Length > name.Length || Encoding.ASCII.GetChars(identifier, name) is not (> 0 and var length)) return Rules.Others;
        return Rules.Programs.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..length], out ProgramRules? found) ? found : Rules.Others;
    }

    private bool TryExpressions(ProgramRules program, ReadOnlySpan<byte> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Rule? rule)
    {
        rule = null;
        string? decoded = null;
        int length = -1;
        foreach (PreparedRule prepared in program.Expressions)
        {
            if (!text.StartsWith(prepared.StartsWith)) continue;
            if (length < 0) length = Decode(text);
            if (!prepared.Regex!.IsMatch(_characters.AsSpan(0, length))) continue;
            decoded ??= new(_characters!, 0, length);
            rule = TakeGroups(prepared, prepared.Regex.Match(decoded), length == text.Length);
            return true;
        }

        return false;
    }

    private int Decode(ReadOnlySpan<byte> text)
    {
        _characters ??= new char[MaxBytes];
        // What is not UTF-8 is read byte by byte: the places of fields stay right.
        return Utf8.IsValid(text) ? Encoding.UTF8.GetChars(text, _characters) : Encoding.Latin1.GetChars(text, _characters);
    }

    private Rule TakeGroups(PreparedRule prepared, Match match, bool isOneByteEach)
    {
        Rule rule = prepared.Rule;
        _fieldCount = 0;
        foreach (Group group in match.Groups.Values)
        {
            if (!group.Success || group.Length == 0 || char.IsAsciiDigit(group.Name[0]) || _fieldCount == _fields.Length) continue;
            if (group.Name == "sub_system")
            {
                rule = rule with { SubSystem = group.Value };
                continue;
            }

            int start = isOneByteEach ? group.Index : Encoding.UTF8.GetByteCount(_characters.AsSpan(0, group.Index));
            _fields[_fieldCount++] = new(group.Name, start, isOneByteEach ? group.Length : Encoding.UTF8.GetByteCount(group.ValueSpan));
        }

        return rule;
    }
}
