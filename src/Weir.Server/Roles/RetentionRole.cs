using Weir.Feed.Consuming;
using Weir.Server.Configuration.Sections;
using Weir.Server.Feeds;
using Weir.Server.Hosting;

namespace Weir.Server.Roles;

/// <summary>Keeps the feed as small as its consumers and rules allow, and aborts consumers that are past a limit.</summary>
internal sealed class RetentionRole(RoleContext context) : IRole
{
    public string Name => RoleNames.Retention;

    public Task RunAsync(IRoleReport report, CancellationToken stopping)
    {
        RetentionSection retention = context.Options.Retention;
        var options = new RetentionOptions
        {
            Topics = retention.Topics,
            HighWaterBytes = retention.HighWaterBytes,
            MinFreeBytes = retention.MinFreeBytes,
            Patience = retention.Patience,
            Interval = retention.Interval,
            FreeBytes = FreeBytes(context.Options.Feed.Url),
            Logger = context.Loggers.CreateLogger("Weir.Feed"),
        };
        report.Running();
        return new RetentionKeeper(context.Consumers, options).RunAsync(round => Report(round, report), stopping);
    }

    private static void Report(RetentionReport round, IRoleReport report)
    {
        if (round.IsAboveMark) report.Degraded($"the feed takes {round.FeedBytes} bytes and is past its high-water mark, or the disk is past its floor");
        else report.Running();
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
