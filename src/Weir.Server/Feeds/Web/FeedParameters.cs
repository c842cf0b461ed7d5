using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Server.Http;

namespace Weir.Server.Feeds.Web;

/// <summary>Reads the parameters of requests about feeds; what is wrong is answered with 400.</summary>
internal static class FeedParameters
{
    private const int MostPatterns = 64;

    /// <summary>The topic in the path.</summary>
    public static string Topic(HttpContext context) => Name(context, "topics", "topic");

    /// <summary>The consumer in the path.</summary>
    public static string Consumer(HttpContext context) => Name(context, "consumers", "consumer");

    /// <summary>The topics and prefixes in the query.</summary>
    public static TopicSelection Topics(HttpContext context)
    {
        string?[] patterns = [.. context.Request.Query["topic"]];
        if (patterns.Length is 0 or > MostPatterns) throw Wrong($"topic: from 1 to {MostPatterns} topics, or prefixes with a star behind them, are expected, each as a parameter of its own");
        try
        {
            return TopicSelection.Parse(patterns.Select(pattern => pattern ?? ""));
        }
        catch (ArgumentException wrong)
        {
            throw Wrong($"topic: {wrong.Message}");
        }
    }

    public static int Integer(HttpContext context, string name, int otherwise, int most)
    {
        string text = context.Request.Query[name].ToString();
        if (text.Length == 0) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most
            ? number : throw Wrong($"{name}: '{text}' is not a number from 1 to {most}");
    }

    public static TimeSpan Duration(HttpContext context, string name, TimeSpan most)
    {
        string text = context.Request.Query[name].ToString();
        if (text.Length == 0) return TimeSpan.Zero;
        return Configuration.Duration.TryParse(text, out TimeSpan wait) && wait <= most
            ? wait : throw Wrong($"{name}: '{text}' is not {Configuration.Duration.Expected} of at most {Configuration.Duration.Format(most)}");
    }

    public static RecordFilter Filter(HttpContext context) =>
        RecordFilter.TryParse(context.Request.Query["filter"].ToString(), out RecordFilter? filter, out string problem) ? filter : throw Wrong($"filter: {problem}");

    public static ConsumerStart Start(HttpContext context, ConsumerStart otherwise)
    {
        string text = context.Request.Query["from"].ToString();
        if (text.Length == 0) return otherwise;
        return ConsumerStart.TryParse(text, out ConsumerStart start) ? start : throw Wrong($"from: '{text}' is neither first, last, an id nor a time such as 2026-01-31T12:00:00Z");
    }

    public static IReadOnlyDictionary<string, RecordId>? After(HttpContext context, string topic)
    {
        string text = context.Request.Query["after"].ToString();
        if (text.Length == 0) return null;
        return RecordId.TryParse(text, out RecordId id) ? new Dictionary<string, RecordId> { [topic] = id } : throw Wrong($"after: '{text}' is not a record's id");
    }

    public static ApiException Wrong(string problem) => new(StatusCodes.Status400BadRequest, "bad_request", problem);

    /// <summary>
    /// The segment behind <paramref name="collection"/> of the path as it was sent: routing leaves an encoded slash encoded, so a name with one
    /// could not be told from a name with the three characters of its code.
    /// </summary>
    private static string Name(HttpContext context, string collection, string what)
    {
        string path = (context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").Split('?')[0];
        string[] segments = path.Split('/');
        int at = Array.IndexOf(segments, collection);
        string name = at >= 0 && at + 1 < segments.Length ? Uri.UnescapeDataString(segments[at + 1]) : context.Request.RouteValues[what]?.ToString() ?? "";
        if (!TopicName.IsValid(name)) throw Wrong($"'{name}' cannot be the name of a {what}");
        return name;
    }
}
