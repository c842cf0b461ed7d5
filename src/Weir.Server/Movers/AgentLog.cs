using Microsoft.Extensions.Logging;

namespace Weir.Server.Movers;

/// <summary>What an agent as a process says: event ids 9300 to 9349.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(9301, LogLevel.Warning, "Some actions did not stop in time; they are left as they are, and their temporary files are overwritten when they are tried again.")]
    public static partial void NotStopped(ILogger logger);

    [LoggerMessage(9302, LogLevel.Warning, "Nobody reads what has ended any more ({Reason}); the work goes on without it.")]
    public static partial void NobodyReads(ILogger logger, string reason);
}
