using Weir.Server.Feeds;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>feed</c>: where the feed is.</summary>
public sealed class FeedOptions
{
    /// <summary>The feed that everything here writes to and reads from.</summary>
    public FeedUrl Url { get; set; } = FeedUrl.Default();

    /// <summary>Appends to a feed in a directory are refused while its disk has fewer bytes free than this; 0: only when it is full.</summary>
    public long MinFreeBytes { get; set; }

    /// <summary>Appends to a feed in a directory are refused while it has more bytes than this; 0: it may have any number.</summary>
    public long MaxBytes { get; set; }

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
        ConfigurationKey.Size(
            "feed", "min_free", "Appends are refused while the feed's disk has fewer bytes free than this: sources wait (0: only when it is full; file: feeds).",
            (options, bytes) => options.Feed.MinFreeBytes = bytes, options => options.Feed.MinFreeBytes),
        ConfigurationKey.Size(
            "feed", "max_bytes", "Appends are refused while the feed takes more bytes than this (0: it may take any number; file: feeds).",
            (options, bytes) => options.Feed.MaxBytes = bytes, options => options.Feed.MaxBytes),
    ];
}
