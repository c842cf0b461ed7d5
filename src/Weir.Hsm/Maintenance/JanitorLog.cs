using Microsoft.Extensions.Logging;
using Weir.Feed;

namespace Weir.Hsm.Maintenance;

/// <summary>What the janitor says. Event ids 2100 to 2199.</summary>
internal static partial class JanitorLog
{
    [LoggerMessage(2100, LogLevel.Information, "Topic '{Topic}': {Removed} records below {Below} trimmed, {Left} are left for {Live} live actions. The trim stops there because {Reason}.")]
    public static partial void Trimmed(ILogger logger, string topic, long removed, RecordId below, long left, long live, string reason);

    [LoggerMessage(2101, LogLevel.Warning, "Topic '{Topic}': nothing was told of {Stale} actions for {Seconds:0} s; they are taken for gone and hold no trim back. Is the shipper of their MDT running?")]
    public static partial void Stale(ILogger logger, string topic, long stale, double seconds);

    [LoggerMessage(2102, LogLevel.Warning, "The feed {Address} cannot be used: {Reason} Trying again every round; this is said once.")]
    public static partial void FeedUnavailable(ILogger logger, string address, string reason);

    [LoggerMessage(2103, LogLevel.Warning, "The feed {Address} can be used again.")]
    public static partial void FeedAvailable(ILogger logger, string address);
}
