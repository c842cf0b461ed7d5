using Microsoft.Extensions.Logging;

namespace Weir.Feed.Consuming;

/// <summary>What consumers and retention say. Event ids 1050 to 1099.</summary>
internal static partial class ConsumingLog
{
    [LoggerMessage(1050, LogLevel.Error, "That {Type} {Subject} could not be told on 'feed:events': {Reason}")]
    public static partial void EventLost(ILogger logger, string type, string subject, string reason);
}
