using Microsoft.Extensions.Logging;
using Weir.Erasure.Drives;

namespace Weir.Health;

/// <summary>What this room says of pools and scans. Event ids 8000 to 8099.</summary>
internal static partial class ScanLog
{
    [LoggerMessage(8000, LogLevel.Information, "{Pools} pools, {Online} of {Drives} drives are there.")]
    public static partial void PoolsOpened(ILogger logger, int pools, int online, int drives);

    [LoggerMessage(8001, LogLevel.Warning, "The drive {Path} is {State} and left out: {Detail}")]
    public static partial void DriveUnusable(ILogger logger, string path, DriveState state, string detail);
}
