using Weir.Server.Feeds;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>feed</c>: where the feed is.</summary>
public sealed class FeedOptions
{
    /// <summary>The feed that everything here writes to and reads from.</summary>
    public FeedUrl Url { get; set; } = FeedUrl.Default();

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.Scalar(
            "feed", "url", "The feed: file:DIR or redis://HOST.",
            (options, text) =>
            {
                if (!FeedUrl.TryParse(text, out FeedUrl? url, out string problem)) return problem;
                if (url.IsRelative) return $"'{text}' names a directory that depends on where weir is started; write the whole path";
                options.Feed.Url = url;
                return null;
            },
            options => options.Feed.Url.ToString()),
    ];
}
