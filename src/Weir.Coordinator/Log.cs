using Microsoft.Extensions.Logging;
using Weir.Feed;

namespace Weir.Coordinator;

/// <summary>What this room says. Event ids 5000 to 5999; the journal's are below 5050.</summary>
internal static partial class CoordinatorLog
{
    [LoggerMessage(5001, LogLevel.Information, "The coordinator's state is read: {Report}")]
    public static partial void Recovered(ILogger logger, string report);

    [LoggerMessage(5002, LogLevel.Error, "The journal is damaged: {Gap}. Requests that only the lost part told of are not known; those that the MDT lists as active can be imported.")]
    public static partial void JournalGap(ILogger logger, string gap);

    [LoggerMessage(5003, LogLevel.Error, "Record {Id} ({Type}) of the journal cannot be understood and is passed over: {Reason}")]
    public static partial void JournalRecordUnreadable(ILogger logger, RecordId id, string type, string reason);

    [LoggerMessage(5004, LogLevel.Warning, "The journal begins with a snapshot that does not end; it was cut. What is missing can be imported from what the MDT lists as active.")]
    public static partial void SnapshotIncomplete(ILogger logger);

    [LoggerMessage(5005, LogLevel.Warning, "Events could not be written to topic '{Topic}': {Reason}. {Count} of them are lost; the journal, and so the state, is not affected.")]
    public static partial void EventsLost(ILogger logger, string topic, string reason, int count);

    [LoggerMessage(5006, LogLevel.Warning, "The journal could not be trimmed: {Reason}. It is tried again with the next snapshot.")]
    public static partial void NotTrimmed(ILogger logger, string reason);

    [LoggerMessage(5007, LogLevel.Debug, "A snapshot of {Requests} requests is in the journal; what is before {Id} is trimmed.")]
    public static partial void SnapshotTaken(ILogger logger, int requests, RecordId id);
}
