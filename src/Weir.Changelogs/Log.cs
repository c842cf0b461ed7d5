using Microsoft.Extensions.Logging;

namespace Weir.Changelogs;

/// <summary>What this room says. Ids 4000 to 4099.</summary>
internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "{Mdt}: following from record {Index}")]
    public static partial void Following(ILogger logger, string mdt, ulong index);

    [LoggerMessage(4002, LogLevel.Warning, "{Mdt}: records {First} to {Last} are missing: {Reason}")]
    public static partial void Gap(ILogger logger, string mdt, ulong first, ulong last, string reason);

    [LoggerMessage(4003, LogLevel.Warning, "{Mdt}: {Bytes} bytes after record {Index} are no record ({Error}); nothing is missing between its neighbours")]
    public static partial void Damage(ILogger logger, string mdt, int bytes, ulong index, string error);

    [LoggerMessage(4004, LogLevel.Warning, "{Mdt}: {Problem}; trying again in {Delay}")]
    public static partial void Retrying(ILogger logger, string mdt, string problem, TimeSpan delay);

    [LoggerMessage(4005, LogLevel.Warning, "{Mdt}: records up to {Index} are in the feed, but could not be cleared: {Problem}")]
    public static partial void NotCleared(ILogger logger, string mdt, ulong index, string problem);

    [LoggerMessage(4006, LogLevel.Information, "{Mdt}: {Count} records that the feed already has were given again and passed over")]
    public static partial void Repeated(ILogger logger, string mdt, long count);
}
