using Microsoft.Extensions.Logging;

namespace Weir.Feed.Consuming;

/// <summary>What consumers and retention say. Event ids 1050 to 1099.</summary>
internal static partial class ConsumingLog
{
    [LoggerMessage(1050, LogLevel.Error, "That {Type} {Subject} could not be told on 'feed:events': {Reason}")]
    public static partial void EventLost(ILogger logger, string type, string subject, string reason);

    [LoggerMessage(1051, LogLevel.Warning, "Consumer '{Consumer}' is aborted: {Reason}. Nothing is kept for it any more.")]
    public static partial void Aborted(ILogger logger, string consumer, string reason);

    [LoggerMessage(1052, LogLevel.Information, "Topic '{Topic}': {Records} records below {Below} trimmed; {Reason}.")]
    public static partial void Trimmed(ILogger logger, string topic, long records, RecordId below, string reason);

    [LoggerMessage(1053, LogLevel.Warning, "{Feed} takes {Bytes} bytes and is past its high-water mark, or its disk is nearly full, and nothing more may be trimmed yet.")]
    public static partial void AboveMark(ILogger logger, string feed, long bytes);

    [LoggerMessage(1054, LogLevel.Warning, "A round of retention on {Feed} failed: {Reason} The next round tries again; this is said once.")]
    public static partial void RoundFailed(ILogger logger, string feed, string reason);

    [LoggerMessage(1055, LogLevel.Error, "Topic '{Topic}' did not take {Records} records from {Source} for want of room; they are given up. A GAP on 'feed:events' will name them.")]
    public static partial void GivenUp(ILogger logger, string topic, long records, string source);
}
