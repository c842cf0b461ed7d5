using System.Diagnostics.CodeAnalysis;

namespace Weir.Feed.Consuming;

/// <summary>
/// Which records a consumer wants: terms with spaces between, all of which must hold. Evaluated on a record's bytes, without allocating.
/// </summary>
/// <remarks>
/// <code>
/// type=NEW,UPDATE            one of several values; * and ? are wildcards, \ takes them literally
/// source!=lustre-MDT0000     none of them
/// subject=bucket/*           type, source and subject take patterns
/// time>=2026-01-31T12:00:00Z time&lt;2026-02-01T00:00:00Z
/// uid=1000 gid=100,101       the data's member of that name, a number or a string of digits
/// data.action="RESTORE"      a member of the data; data.a.b is a member's member
/// data.size=0 data.done=true numbers, true, false and null without quotes
/// </code>
/// A value that has spaces, commas or quotes stands between double quotes, as a JSON string.
/// </remarks>
public sealed class RecordFilter : IEquatable<RecordFilter>
{
    /// <summary>The longest filter, in characters.</summary>
    public const int MaxLength = 4096;

    public const int MaxTerms = 32;

    /// <summary>Values of one term.</summary>
    public const int MaxValues = 64;

    private readonly FilterTerm[] _terms;

    private RecordFilter(FilterTerm[] terms)
    {
        _terms = terms;
        Text = string.Join(' ', terms.Select(static term => term.ToString()));
    }

    /// <summary>Every record.</summary>
    public static RecordFilter All { get; } = new([]);

    /// <summary>The filter as it can be parsed again; the same for filters that say the same in the same order. Empty: every record.</summary>
    public string Text { get; }

    public bool IsAll => _terms.Length == 0;

    /// <summary>Reads a filter; an empty text is <see cref="All"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RecordFilter? filter, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        filter = null;
        if (text.Length > MaxLength)
        {
            problem = $"a filter may have {MaxLength} characters, and this has {text.Length}";
            return false;
        }

        var parser = new FilterParser(text);
        if (!parser.TryRead(out FilterTerm[] terms, out problem)) return false;
        filter = terms.Length == 0 ? All : new(terms);
        return true;
    }

    /// <exception cref="FormatException">It is no filter; the message says where and why.</exception>
    public static RecordFilter Parse(string text) => TryParse(text, out RecordFilter? filter, out string problem) ? filter : throw new FormatException($"filter: {problem}");

    /// <summary>The filter of records whose data has this uid, in the member <c>uid</c>.</summary>
    public static RecordFilter OfUser(long uid) => new([new IdTerm("uid", isNegated: false, [uid])]);

    /// <summary>Both must hold.</summary>
    /// <exception cref="ArgumentException">Together they have more than <see cref="MaxTerms"/> terms.</exception>
    public RecordFilter And(RecordFilter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (IsAll) return other;
        if (other.IsAll) return this;
        return _terms.Length + other._terms.Length <= MaxTerms ? new([.. _terms, .. other._terms])
            : throw new ArgumentException($"A filter may have {MaxTerms} terms.");
    }

    public bool Matches(RecordView record)
    {
        foreach (FilterTerm term in _terms)
        {
            if (!term.Matches(record)) return false;
        }

        return true;
    }

    public bool Equals(RecordFilter? other) => other is not null && Text == other.Text;

    public override bool Equals(object? obj) => Equals(obj as RecordFilter);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}
