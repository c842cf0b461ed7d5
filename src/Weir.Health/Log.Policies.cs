using Microsoft.Extensions.Logging;
using Weir.Feed;

namespace Weir.Health;

/// <summary>What this room says. Event ids 8000 to 8999; policies from 8000, repairs from 8100.</summary>
internal static partial class HealthLog
{
    [LoggerMessage(8001, LogLevel.Warning, "The policies cannot be read ({Error}); those in force stay, and it is tried again.")]
    public static partial void PoliciesUnread(ILogger logger, string error);

    [LoggerMessage(8002, LogLevel.Warning, "Record {Id} of the policies: {Problem}. What can be understood of it is in force, the rest as by default.")]
    public static partial void PolicyUnusable(ILogger logger, RecordId id, string problem);
}
