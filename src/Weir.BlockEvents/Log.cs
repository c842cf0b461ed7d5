using Microsoft.Extensions.Logging;

namespace Weir.BlockEvents;

/// <summary>What this room says. Event ids 7000 to 7999.</summary>
internal static partial class BlockEventsLog
{
    [LoggerMessage(7001, LogLevel.Warning, "The kernel does not tell of devices: {Problem}. All are read again when mounts change.")]
    public static partial void NoUevents(ILogger logger, string problem);

    [LoggerMessage(7002, LogLevel.Warning, "The devices cannot be read: {Problem}")]
    public static partial void TopologyUnread(ILogger logger, string problem);

    [LoggerMessage(7003, LogLevel.Information, "More was told of devices than could be taken in; all are read again.")]
    public static partial void UeventsLost(ILogger logger);

    [LoggerMessage(7010, LogLevel.Warning, "A file of the journal is passed over: {Problem}")]
    public static partial void JournalUnread(ILogger logger, string problem);

    [LoggerMessage(7011, LogLevel.Warning, "{Source}: {Count} lines were lost: {Reason}.")]
    public static partial void LinesLost(ILogger logger, string source, long count, string reason);

    [LoggerMessage(7012, LogLevel.Warning, "Raw lines are missing in the feed: {Gap}.")]
    public static partial void RawGap(ILogger logger, string gap);

    [LoggerMessage(7020, LogLevel.Warning, "Notifier {Notifier}: {Reason} It is tried again in {Seconds:0.#} s.")]
    public static partial void ToldAgain(ILogger logger, string notifier, string reason, double seconds);

    [LoggerMessage(7022, LogLevel.Error, "Notifier {Notifier} was away for so long that it was aborted ({Reason}); {Records} events are not told to it. It goes on with what comes from now on.")]
    public static partial void NotifierAborted(ILogger logger, string notifier, string reason, long records);

    [LoggerMessage(7021, LogLevel.Error, "Notifier {Notifier} could not tell of event {EventId} in {Attempts} attempts; it is a dead letter now: {Reason}")]
    public static partial void NotTold(ILogger logger, string notifier, Guid eventId, int attempts, string reason);
}
