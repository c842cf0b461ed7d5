using Microsoft.Extensions.Logging;

namespace Weir.Feed.Redis;

/// <summary>What the Redis engine says. Event ids 1100 to 1199.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(1101, LogLevel.Warning, "Redis at {Server} cannot be reached: {Reason}. It is tried again until it answers; this is not repeated.")]
    public static partial void ServerLost(ILogger logger, RedisEndpoint server, string reason);

    /// <remarks>As loud as the loss: who has read of the one wants to read of the other.</remarks>
    [LoggerMessage(1102, LogLevel.Warning, "Redis at {Server} answers again.")]
    public static partial void ServerBack(ILogger logger, RedisEndpoint server);

    [LoggerMessage(1103, LogLevel.Warning, "Appends to {Feed} are acknowledged before they are safe on a disk: {Durability}. Set appendonly yes and appendfsync always where no record may be lost.")]
    public static partial void NotDurable(ILogger logger, string feed, string durability);

    [LoggerMessage(1104, LogLevel.Information, "The master of {Feed} is {Server}.")]
    public static partial void MasterFound(ILogger logger, string feed, RedisEndpoint server);

    /// <remarks>As loud as the loss of the one before.</remarks>
    [LoggerMessage(1105, LogLevel.Warning, "The master of {Feed} is {Server} now.")]
    public static partial void MasterChanged(ILogger logger, string feed, RedisEndpoint server);
}
