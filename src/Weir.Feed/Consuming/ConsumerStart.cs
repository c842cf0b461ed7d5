using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weir.Feed.Consuming;

/// <summary>
/// Where a consumer begins in the topics that are there when it is registered: <c>last</c> (after what is there, the default), <c>first</c>, a
/// record id, or a time. Topics that come later are read from their beginning.
/// </summary>
public readonly record struct ConsumerStart
{
    private readonly Kind _kind;
    private readonly RecordId _id;

    private ConsumerStart(Kind kind, RecordId id = default)
    {
        _kind = kind;
        _id = id;
    }

    private enum Kind
    {
        Last,
        First,
        Id,
        Time,
    }

    /// <summary>After everything that is there.</summary>
    public static ConsumerStart Last => default;

    /// <summary>With the first record there is.</summary>
    public static ConsumerStart First => new(Kind.First);

    /// <summary>Whether it is <see cref="First"/>, for which nobody has to know what is there.</summary>
    internal bool IsFirst => _kind == Kind.First;

    /// <summary>With the first record whose id is not below this one.</summary>
    public static ConsumerStart At(RecordId id) => new(Kind.Id, id);

    /// <summary>With the first record of this time or later; to the millisecond.</summary>
    public static ConsumerStart At(DateTimeOffset time) => new(Kind.Time, RecordId.AtTime(time));

    /// <summary>Reads <c>last</c>, <c>first</c>, an id (<c>1735689600000-0</c>) or a time (RFC 3339: <c>2026-01-31T12:00:00Z</c>).</summary>
    public static bool TryParse(string text, out ConsumerStart start)
    {
        start = Last;
        switch (text)
        {
            case "last":
                return true;
            case "first":
                start = First;
                return true;
        }

        if (RecordId.TryParse(text, out RecordId id))
        {
            start = At(id);
            return true;
        }

        if (!FilterTime.TryParse(text, out DateTimeOffset time)) return false;
        start = At(time);
        return true;
    }

    /// <exception cref="FormatException">It is no start.</exception>
    public static ConsumerStart Parse(string text) =>
        TryParse(text, out ConsumerStart start) ? start : throw new FormatException($"'{text}' is no start: last, first, a record id or a time (2026-01-31T12:00:00Z) is expected.");

    /// <summary>The id after which to read.</summary>
    /// <param name="last">The last id of the topic.</param>
    public RecordId After(RecordId last) => _kind switch
    {
        Kind.First => RecordId.Zero,
        Kind.Last => last,
        _ => _id.Previous(),
    };

    [SuppressMessage("Globalization", "CA1305", Justification = "The format is given.")]
    public override string ToString() => _kind switch
    {
        Kind.First => "first",
        Kind.Last => "last",
        Kind.Id => _id.ToString(),
        _ => _id.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
    };
}
