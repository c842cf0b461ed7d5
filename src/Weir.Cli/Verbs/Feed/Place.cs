using System.Globalization;
using Weir.Cli.Running;
using Weir.Feed;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Feed;

/// <summary>
/// A place in a topic, as command lines name it: a record id, a time (<c>2026-01-31T12:00:00Z</c>, <c>2026-01-31 12:00</c>; local when it has no
/// zone), a duration (<c>2h</c>: so long ago), or <c>first</c>, <c>last</c> (the newest record) and <c>end</c> (after it).
/// </summary>
internal static class Place
{
    public const string Forms = "a record id, a time (2026-01-31T12:00:00Z), or how long ago (2h)";

    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK",
    ];

    /// <summary>The id after which to read so that the place comes first.</summary>
    /// <param name="text">The place.</param>
    /// <param name="option">Which option it came from, for the message.</param>
    /// <param name="info">The topic; null when it does not exist yet.</param>
    /// <param name="time">For what is so long ago.</param>
    public static RecordId Before(string text, string option, TopicInfo? info, TimeProvider time) => text switch
    {
        "first" => RecordId.Zero,
        "last" => info?.LastId.Previous() ?? RecordId.Zero,
        "end" => info?.LastId ?? RecordId.Zero,
        _ => Lowest(text, option, time, ", first, last or end").Previous(),
    };

    /// <summary>The lowest id at the place.</summary>
    public static RecordId Lowest(string text, string option, TimeProvider time, string others = "") =>
        RecordId.TryParse(text, out RecordId id) ? id
        : TryParseTime(text, time, out DateTimeOffset moment) ? RecordId.AtTime(moment)
        : throw new UsageException($"{option}: '{text}' is not {Forms}{others}");

    /// <summary>The highest id at the place: of a millisecond, the last it can have.</summary>
    public static RecordId Highest(string text, string option, TimeProvider time)
    {
        RecordId lowest = Lowest(text, option, time);
        bool isExact = RecordId.TryParse(text, out _) && text.Contains('-', StringComparison.Ordinal);
        return isExact ? lowest : lowest with { Sequence = ulong.MaxValue };
    }

    private static bool TryParseTime(string text, TimeProvider time, out DateTimeOffset moment)
    {
        if (Duration.TryParse(text, out TimeSpan ago))
        {
            moment = time.GetUtcNow() - ago;
            return true;
        }

        if (!DateTime.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime parsed))
        {
            moment = default;
            return false;
        }

        moment = parsed.Kind == DateTimeKind.Unspecified
            ? new DateTimeOffset(parsed, time.LocalTimeZone.GetUtcOffset(parsed))
            : new DateTimeOffset(parsed.ToUniversalTime());
        return true;
    }
}
