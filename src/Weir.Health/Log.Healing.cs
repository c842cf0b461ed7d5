using Microsoft.Extensions.Logging;

namespace Weir.Health;

/// <content>What repairs say: from 8100 on.</content>
internal static partial class HealthLog
{
    [LoggerMessage(8101, LogLevel.Warning, "The feed takes no records of repairs ({Error}); they are kept and tried again until it does.")]
    public static partial void HealFeedAway(ILogger logger, string error);

    [LoggerMessage(8102, LogLevel.Information, "The feed takes records of repairs again; {Records} that waited are written.")]
    public static partial void HealFeedBack(ILogger logger, int records);

    [LoggerMessage(8103, LogLevel.Error, "{Records} records of repairs could not be written before the end ({Error}). Repairs that had begun are looked at again at the next start.")]
    public static partial void RecordsLost(ILogger logger, int records, string error);

    [LoggerMessage(8104, LogLevel.Information, "{Waiting} repairs wait and {Interrupted} were interrupted; read from {Source} and {Records} records in {Milliseconds} ms.")]
    public static partial void HealsRestored(ILogger logger, long waiting, long interrupted, string source, long records, double milliseconds);

    [LoggerMessage(8105, LogLevel.Warning, "{Path} cannot be used ({Error}); the repairs are read from the feed.")]
    public static partial void SnapshotUnusable(ILogger logger, string path, string error);

    [LoggerMessage(8106, LogLevel.Warning, "{Path} cannot be written ({Error}); a restart reads more of the feed for it.")]
    public static partial void SnapshotNotWritten(ILogger logger, string path, string error);

    [LoggerMessage(8107, LogLevel.Warning, "Record {Id} of topic '{Topic}' is passed over: {Problem}")]
    public static partial void RecordUnusable(ILogger logger, Weir.Feed.RecordId id, string topic, string problem);

    [LoggerMessage(8108, LogLevel.Warning, "Repair {Id} of {What} failed, try {Attempt}: {Error}")]
    public static partial void HealFailed(ILogger logger, string id, string what, int attempt, string error);

    [LoggerMessage(8109, LogLevel.Information, "Repair {Id} of {What}: {Pieces} pieces put into place, {Unrepaired} versions left.")]
    public static partial void HealCompleted(ILogger logger, string id, string what, int pieces, int unrepaired);

    [LoggerMessage(8110, LogLevel.Error, "Repair {Id} of {What} ended unexpectedly.")]
    public static partial void HealBroke(ILogger logger, Exception error, string id, string what);

    [LoggerMessage(8111, LogLevel.Warning, "Repairs wait: {Reason}")]
    public static partial void HealsWait(ILogger logger, string reason);

    [LoggerMessage(8112, LogLevel.Warning, "Topic '{Topic}' cannot be read ({Error}); it is tried again.")]
    public static partial void IntakeFailed(ILogger logger, string topic, string error);

    [LoggerMessage(8114, LogLevel.Warning, "{Drive} is empty and is left so: {Problem}. It is rebuilt when that is asked for by its path.")]
    public static partial void NotReplaced(ILogger logger, string drive, string problem);

    [LoggerMessage(8113, LogLevel.Warning, "An emergency repair, {Id} of {What}, has not ended after {Limit}; it is given up and tried again.")]
    public static partial void EmergencyTimedOut(ILogger logger, string id, string what, TimeSpan limit);
}
