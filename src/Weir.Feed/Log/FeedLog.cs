using Microsoft.Extensions.Logging;

namespace Weir.Feed.Log;

/// <summary>What the embedded log says. Event ids 1000 to 1999.</summary>
internal static partial class FeedLog
{
    [LoggerMessage(1001, LogLevel.Warning, "Topic '{Topic}': {Bytes} bytes at the end of {File} were cut away from offset {Offset} on: {Why}. They had not been acknowledged as durable, or nothing says that they had.")]
    public static partial void TailCut(ILogger logger, string topic, string file, long offset, long bytes, string why);

    [LoggerMessage(1002, LogLevel.Warning, "Topic '{Topic}': {Bytes} bytes of {File} from offset {Offset} on cannot be read ({Reason}); the records behind them are intact and stay.")]
    public static partial void DamageSkipped(ILogger logger, string topic, string file, long offset, long bytes, string reason);

    [LoggerMessage(1003, LogLevel.Error, "Topic '{Topic}': {Bytes} acknowledged bytes at the end of {File} from offset {Offset} on cannot be read ({Reason}); they are left as they are, and the topic goes on in a new segment.")]
    public static partial void AcknowledgedDamaged(ILogger logger, string topic, string file, long offset, long bytes, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "{File}: {Wrong}; its records are read by what its name says.")]
    public static partial void HeaderDamaged(ILogger logger, string file, string wrong);

    [LoggerMessage(1005, LogLevel.Error, "Topic '{Topic}': a flush to the disk failed ({Error}). Nothing behind offset {Offset} of {File} is trusted; the topic is opened again through recovery by the next append.")]
    public static partial void Poisoned(ILogger logger, string topic, string file, long offset, string error);

    [LoggerMessage(1006, LogLevel.Warning, "Topic '{Topic}' was opened again after a failed flush; it ends at {LastId}.")]
    public static partial void Reopened(ILogger logger, string topic, RecordId lastId);

    [LoggerMessage(1007, LogLevel.Warning, "Topic '{Topic}': an append failed ({Error}); what it had written was cut back, and the topic is as before.")]
    public static partial void AppendCutBack(ILogger logger, string topic, string error);

    [LoggerMessage(1008, LogLevel.Warning, "The format file {File} was missing or damaged and has been written again.")]
    public static partial void FormatRestored(ILogger logger, string file);

    [LoggerMessage(1009, LogLevel.Error, "{File} is damaged and is passed over: nothing is hidden and nothing counts as acknowledged because of it. It is written anew with the next trim or acknowledgement.")]
    public static partial void MarkDamaged(ILogger logger, string file);

    [LoggerMessage(1010, LogLevel.Error, "{File} is damaged; what it said is not known.")]
    public static partial void DocumentDamaged(ILogger logger, string file);
}
