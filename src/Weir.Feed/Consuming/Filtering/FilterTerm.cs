using System.Globalization;
using System.Text;

namespace Weir.Feed.Consuming;

/// <summary>One condition of a filter. <see cref="object.ToString"/> is its text.</summary>
internal abstract class FilterTerm
{
    public abstract bool Matches(RecordView record);

    protected static string Write(string key, bool isNegated, IEnumerable<string> values) => $"{key}{(isNegated ? "!=" : "=")}{string.Join(',', values)}";
}

/// <summary>Which of a record's names a term looks at.</summary>
internal enum RecordName
{
    Type,
    Source,
    Subject,
}

/// <summary>Type, source or subject is (not) one of some patterns.</summary>
internal sealed class NameTerm(RecordName name, bool isNegated, string[] patterns) : FilterTerm
{
    private readonly BytePattern[] _patterns = [.. patterns.Select(static pattern => new BytePattern(pattern))];

    public override bool Matches(RecordView record)
    {
        ReadOnlySpan<byte> value = name switch
        {
            RecordName.Type => record.Type,
            RecordName.Source => record.Source,
            _ => record.Subject,
        };
        foreach (BytePattern pattern in _patterns)
        {
            if (pattern.Matches(value)) return !isNegated;
        }

        return isNegated;
    }

    public override string ToString() => Write(name.ToString().ToLowerInvariant(), isNegated, patterns.Select(FilterText.Quote));
}

/// <summary>The time of the record's id is not before, or is before, a moment.</summary>
internal sealed class TimeTerm(bool isFrom, DateTimeOffset time) : FilterTerm
{
    private readonly RecordId _bound = RecordId.AtTime(time);

    public override bool Matches(RecordView record) => record.Id >= _bound == isFrom;

    public override string ToString() => $"time{(isFrom ? ">=" : "<")}{FilterTime.Format(time)}";
}

/// <summary>A member of the data, uid or gid, is (not) one of some numbers, which may stand there as a number or as a string.</summary>
internal sealed class IdTerm(string key, bool isNegated, long[] ids) : FilterTerm
{
    private readonly MemberPath _path = new([Encoding.UTF8.GetBytes(key)]);
    private readonly MemberValue[] _values =
        [.. ids.SelectMany(static id => new[] { MemberValue.Number(id.ToString(CultureInfo.InvariantCulture)), MemberValue.Text(id.ToString(CultureInfo.InvariantCulture)) })];

    public override bool Matches(RecordView record) => _path.Matches(record.Data, _values) != isNegated;

    public override string ToString() => Write(key, isNegated, ids.Select(static id => id.ToString(CultureInfo.InvariantCulture)));
}

/// <summary>A member of the data equals (none of) some JSON values.</summary>
internal sealed class MemberTerm(string[] path, bool isNegated, MemberValue[] values) : FilterTerm
{
    private readonly MemberPath _path = new([.. path.Select(Encoding.UTF8.GetBytes)]);

    public override bool Matches(RecordView record) => _path.Matches(record.Data, values) != isNegated;

    public override string ToString() => Write($"data.{string.Join('.', path)}", isNegated, values.Select(static value => value.ToString()));
}
