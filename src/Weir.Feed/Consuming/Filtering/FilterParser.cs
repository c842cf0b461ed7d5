using System.Globalization;
using System.Text.Json;

namespace Weir.Feed.Consuming;

/// <summary>Reads the text of a filter.</summary>
internal sealed class FilterParser(string text)
{
    private const int MaxPathNames = 8;
    private const string Keys = "type, source, subject, time, uid, gid and data.NAME";

    private int _at;
    private string _problem = "";

    public bool TryRead(out FilterTerm[] terms, out string problem)
    {
        var read = new List<FilterTerm>();
        while (SkipBlanks())
        {
            if (read.Count == RecordFilter.MaxTerms)
            {
                Fail($"more than {RecordFilter.MaxTerms} terms");
                break;
            }

            if (ReadTerm() is not { } term) break;
            read.Add(term);
        }

        terms = [.. read];
        problem = _problem;
        return _problem.Length == 0;
    }

    private FilterTerm? ReadTerm()
    {
        int start = _at;
        while (_at < text.Length && text[_at] is not ('=' or '!' or '<' or '>') && !char.IsWhiteSpace(text[_at])) _at++;
        string key = text[start.._at];
        string? comparison = ReadComparison();
        if (comparison is null) return Fail($"'{key}' is followed by no =, !=, >= or <");
        if (ReadValues() is not { } values) return null;
        if (key == "time") return ReadTime(comparison, values);
        if (comparison is not ("=" or "!=")) return Fail($"'{key}' cannot be compared by {comparison}; only time can");
        bool isNegated = comparison == "!=";
        return key switch
        {
            "type" => Name(RecordName.Type, isNegated, values),
            "source" => Name(RecordName.Source, isNegated, values),
            "subject" => Name(RecordName.Subject, isNegated, values),
            "uid" or "gid" => Id(key, isNegated, values),
            _ when key.StartsWith("data.", StringComparison.Ordinal) => Member(key, isNegated, values),
            _ => Fail($"'{key}' is nothing that a filter knows; there are {Keys}"),
        };
    }

    private string? ReadComparison()
    {
        foreach (string comparison in (string[])["!=", ">=", "=", "<"])
        {
            if (string.CompareOrdinal(text, _at, comparison, 0, comparison.Length) != 0) continue;
            _at += comparison.Length;
            return comparison;
        }

        return null;
    }

    private List<(string Text, bool IsQuoted)>? ReadValues()
    {
        var values = new List<(string, bool)>();
        while (true)
        {
            if (values.Count == RecordFilter.MaxValues)
            {
                Fail($"more than {RecordFilter.MaxValues} values in one term");
                return null;
            }

            if (ReadValue() is not { } value) return null;
            values.Add(value);
            if (_at >= text.Length || char.IsWhiteSpace(text[_at])) return values;
            if (text[_at] != ',')
            {
                Fail("a comma or a space is expected");
                return null;
            }

            _at++;
        }
    }

    private (string Text, bool IsQuoted)? ReadValue()
    {
        if (_at < text.Length && text[_at] == '"') return ReadQuoted();
        int length = text.AsSpan(_at).IndexOfAny(FilterText.Special);
        int start = _at;
        _at = length < 0 ? text.Length : _at + length;
        if (_at > start) return (text[start.._at], false);
        Fail("a value is expected");
        return null;
    }

    private (string Text, bool IsQuoted)? ReadQuoted()
    {
        int start = _at++;
        while (_at < text.Length && text[_at] != '"') _at += text[_at] == '\\' ? 2 : 1;
        if (_at >= text.Length)
        {
            _at = start;
            Fail("the quote is not closed");
            return null;
        }

        _at++;
        try
        {
            var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text[start.._at]));
            reader.Read();
            return (reader.GetString()!, true);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            _at = start;
            Fail("between quotes a JSON string is expected");
            return null;
        }
    }

    private TimeTerm? ReadTime(string comparison, List<(string Text, bool IsQuoted)> values)
    {
        if (comparison is not (">=" or "<") || values.Count != 1)
        {
            Fail("time is compared with one moment, by >= or <");
            return null;
        }

        if (FilterTime.TryParse(values[0].Text, out DateTimeOffset time)) return new(comparison == ">=", new(time.UtcDateTime.Ticks / TimeSpan.TicksPerMillisecond * TimeSpan.TicksPerMillisecond, TimeSpan.Zero));
        Fail($"'{values[0].Text}' is no time; 2026-01-31T12:00:00Z is");
        return null;
    }

    private static NameTerm Name(RecordName name, bool isNegated, List<(string Text, bool IsQuoted)> values) => new(name, isNegated, [.. values.Select(static value => value.Text)]);

    private IdTerm? Id(string key, bool isNegated, List<(string Text, bool IsQuoted)> values)
    {
        var ids = new long[values.Count];
        for (int i = 0; i < ids.Length; i++)
        {
            if (long.TryParse(values[i].Text, NumberStyles.None, CultureInfo.InvariantCulture, out ids[i])) continue;
            Fail($"{key} is a number, and '{values[i].Text}' is none");
            return null;
        }

        return new(key, isNegated, ids);
    }

    private MemberTerm? Member(string key, bool isNegated, List<(string Text, bool IsQuoted)> values)
    {
        string[] path = key.Split('.')[1..];
        if (path.Length > MaxPathNames || path.Any(static name => name.Length == 0))
        {
            Fail($"'{key}' names no member: data.NAME or data.NAME.NAME is expected, {MaxPathNames} names at most");
            return null;
        }

        return new(path, isNegated, [.. values.Select(static value => value.IsQuoted ? MemberValue.Text(value.Text) : MemberValue.Bare(value.Text))]);
    }

    private bool SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        return _at < text.Length;
    }

    private FilterTerm? Fail(string problem)
    {
        if (_problem.Length == 0) _problem = string.Create(CultureInfo.InvariantCulture, $"{problem} (character {_at + 1})");
        return null;
    }
}
