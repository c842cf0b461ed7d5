using Microsoft.Extensions.Logging;
using Weir.Coordinator.Journal;
using Weir.Feed.Consuming;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Feeds;

/// <summary>What the configuration means for the keeper of retention.</summary>
public static class RetentionComposition
{
    public static RetentionOptions Compose(WeirOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        RetentionSection retention = options.Retention;
        return new()
        {
            Topics = retention.Topics,
            Untouched = [JournaledCoordinator.JournalTopic],
            HighWaterBytes = retention.HighWaterBytes,
            MinFreeBytes = retention.MinFreeBytes,
            Patience = retention.Patience,
            Interval = retention.Interval,
            FreeBytes = FreeBytes(options.Feed.Url),
            Logger = logger,
        };
    }

    /// <summary>What is free on the disk of a feed in a directory; null for others.</summary>
    private static Func<long>? FreeBytes(FeedUrl feed)
    {
        if (feed.Kind != FeedKind.File) return null;
        string directory = Path.GetFullPath(feed.Directory);
        return () =>
        {
            // The nearest directory above that is there: the feed's own comes with its first append.
            string? there = directory;
            while (there is not null && !Directory.Exists(there)) there = Path.GetDirectoryName(there);
            return new DriveInfo(there ?? "/").AvailableFreeSpace;
        };
    }
}
