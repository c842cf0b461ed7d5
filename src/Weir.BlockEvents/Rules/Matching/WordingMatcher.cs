using Weir.BlockEvents.Rules.Wordings;

namespace Weir.BlockEvents.Rules.Matching;

/// <summary>
/// Finds the fields of one wording in a line. Where text could be divided in several ways, earlier fields take what they can (those of
/// the type <c>any</c> as little as they can). The work for one line is limited; a line that needs more has no fields.
/// </summary>
internal sealed class WordingMatcher(WordingNode wording)
{
    private readonly WordingProgram _quick = new(wording, isQuick: true);
    private WordingProgram? _exact;

    /// <summary>The fields' names, in order; a name can stand for several places of which a line has one.</summary>
    public IReadOnlyList<string> Names => _quick.Names;

    /// <summary>Writes where the fields stand; returns how many there are. Empty ones are left out. 0 also when the line is not of this wording.</summary>
    public int Match(ReadOnlySpan<byte> line, Span<Field> fields)
    {
        int count = _quick.Match(line, fields);
        if (count >= 0) return count;
        _exact ??= new(wording, isQuick: false);
        return Math.Max(0, _exact.Match(line, fields));
    }
}
