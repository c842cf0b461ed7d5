using Microsoft.Extensions.Logging;

namespace Weir.Health.Metrics;

/// <summary>What the measuring says. Event ids 8300 to 8399.</summary>
internal static partial class MetricsLog
{
    [LoggerMessage(8300, LogLevel.Warning, "The history of metrics in {Path} is not used, it begins anew: {Problem}.")]
    public static partial void HistoryDropped(ILogger logger, string path, string problem);

    [LoggerMessage(8301, LogLevel.Warning, "The history of metrics cannot be kept in {Path}, it is lost when the process ends: {Problem}")]
    public static partial void HistoryUnwritable(ILogger logger, string path, string problem);

    [LoggerMessage(8302, LogLevel.Warning, "What repairs came to cannot be read from the feed, and is counted later: {Problem}")]
    public static partial void EventsUnreadable(ILogger logger, string problem);
}
