using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Weir.Feed;

/// <summary>
/// The place of a record in its topic: <c>&lt;unix milliseconds&gt;-&lt;sequence&gt;</c>, the form and the order of a
/// Redis Stream id. Ids increase strictly within a topic, so a seek by time is a seek by id.
/// </summary>
/// <param name="Milliseconds">Unix time of the append, in milliseconds.</param>
/// <param name="Sequence">Position among the records of that millisecond.</param>
public readonly record struct RecordId(ulong Milliseconds, ulong Sequence)
    : IComparable<RecordId>, ISpanFormattable, IUtf8SpanFormattable, IUtf8SpanParsable<RecordId>, ISpanParsable<RecordId>
{
    /// <summary>The most bytes or characters an id takes as text.</summary>
    public const int MaxTextLength = 41;

    /// <summary>Below every record: reading after it starts at the first.</summary>
    public static RecordId Zero => default;

    /// <summary>Above every record.</summary>
    public static RecordId Max => new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>The lowest id of the millisecond in which <paramref name="time"/> lies.</summary>
    public static RecordId AtTime(DateTimeOffset time) => new((ulong)Math.Max(0, time.ToUnixTimeMilliseconds()), 0);

    /// <summary>The time that the id names, clamped to what <see cref="DateTimeOffset"/> can hold.</summary>
    public DateTimeOffset Time =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(Milliseconds, (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    /// <summary>The lowest id above this one.</summary>
    /// <exception cref="InvalidOperationException">This is <see cref="Max"/>.</exception>
    public RecordId Next()
    {
        if (Sequence != ulong.MaxValue) return new(Milliseconds, Sequence + 1);
        if (Milliseconds == ulong.MaxValue) throw new InvalidOperationException("The last record id there can be is taken.");
        return new(Milliseconds + 1, 0);
    }

    /// <summary>The highest id below this one; <see cref="Zero"/> stays itself.</summary>
    public RecordId Previous() =>
        Sequence != 0 ? new(Milliseconds, Sequence - 1) : Milliseconds != 0 ? new(Milliseconds - 1, ulong.MaxValue) : Zero;

    public int CompareTo(RecordId other)
    {
        int byTime = Milliseconds.CompareTo(other.Milliseconds);
        return byTime != 0 ? byTime : Sequence.CompareTo(other.Sequence);
    }

    public static bool operator <(RecordId left, RecordId right) => left.CompareTo(right) < 0;

    public static bool operator >(RecordId left, RecordId right) => left.CompareTo(right) > 0;

    public static bool operator <=(RecordId left, RecordId right) => left.CompareTo(right) <= 0;

    public static bool operator >=(RecordId left, RecordId right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}");

    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"{Milliseconds}-{Sequence}", out charsWritten);

    public bool TryFormat(Span<byte> utf8Destination, out int bytesWritten, ReadOnlySpan<char> format = default, IFormatProvider? provider = null)
    {
        bytesWritten = 0;
        if (!Utf8Formatter.TryFormat(Milliseconds, utf8Destination, out int first) || first == utf8Destination.Length) return false;
        utf8Destination[first] = (byte)'-';
        if (!Utf8Formatter.TryFormat(Sequence, utf8Destination[(first + 1)..], out int second)) return false;
        bytesWritten = first + 1 + second;
        return true;
    }

    /// <summary>Reads <c>ms-seq</c> or <c>ms</c> alone (sequence 0), digits only.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8Text, out RecordId result)
    {
        result = default;
        int dash = utf8Text.IndexOf((byte)'-');
        ReadOnlySpan<byte> first = dash < 0 ? utf8Text : utf8Text[..dash];
        if (!TryParseDigits(first, out ulong milliseconds)) return false;
        ulong sequence = 0;
        if (dash >= 0 && !TryParseDigits(utf8Text[(dash + 1)..], out sequence)) return false;
        result = new(milliseconds, sequence);
        return true;
    }

    public static bool TryParse(ReadOnlySpan<char> s, out RecordId result)
    {
        Span<byte> utf8 = stackalloc byte[MaxTextLength];
        result = default;
        return s.Length <= utf8.Length && Encoding.UTF8.TryGetBytes(s, utf8, out int written) && TryParse(utf8[..written], out result);
    }

    /// <exception cref="FormatException">The text is not an id.</exception>
    public static RecordId Parse(ReadOnlySpan<char> s) =>
        TryParse(s, out RecordId id) ? id : throw new FormatException($"'{s}' is not a record id: expected <milliseconds>-<sequence>.");

    static RecordId ISpanParsable<RecordId>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s);

    static bool ISpanParsable<RecordId>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out RecordId result) => TryParse(s, out result);

    static RecordId IParsable<RecordId>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<RecordId>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out RecordId result) =>
        TryParse(s.AsSpan(), out result);

    static RecordId IUtf8SpanParsable<RecordId>.Parse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider) =>
        TryParse(utf8Text, out RecordId id) ? id : throw new FormatException($"'{Encoding.UTF8.GetString(utf8Text)}' is not a record id.");

    static bool IUtf8SpanParsable<RecordId>.TryParse(ReadOnlySpan<byte> utf8Text, IFormatProvider? provider, out RecordId result) =>
        TryParse(utf8Text, out result);

    private static bool TryParseDigits(ReadOnlySpan<byte> text, out ulong value) =>
        Utf8Parser.TryParse(text, out value, out int consumed) && consumed == text.Length && (uint)(text[0] - '0') <= 9;
}
