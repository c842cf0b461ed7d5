using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Feeds.Web;

/// <summary>
/// How far a stream of several topics is, as the id that clients send back in <c>Last-Event-ID</c>: <c>TOPIC=ID</c>, with commas between, the
/// topics' names percent-encoded. Format: docs/feed-http.md.
/// </summary>
internal static class StreamPlaces
{
    /// <summary>A header with more is not taken by what may stand between.</summary>
    public const int MaxLength = 6 * 1024;

    /// <summary>Null when it would be too long.</summary>
    public static string? Format(IReadOnlyList<TopicPosition> places)
    {
        string text = string.Join(',', places.Select(place => $"{TopicName.Escape(place.Topic)}={place.Id}"));
        return text.Length <= MaxLength ? text : null;
    }

    /// <summary>Null when it is none.</summary>
    public static Dictionary<string, RecordId>? Parse(string text)
    {
        var places = new Dictionary<string, RecordId>(StringComparer.Ordinal);
        if (text.Length > MaxLength) return null;
        foreach (string part in text.Split(','))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !RecordId.TryParse(part.AsSpan(equals + 1), out RecordId id)) return null;
            if (TopicName.Unescape(part[..equals]) is not { } topic) return null;
            places[topic] = id;
        }

        return places;
    }
}
