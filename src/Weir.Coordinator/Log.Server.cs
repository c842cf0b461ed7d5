using Microsoft.Extensions.Logging;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Server;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator;

/// <content>What the server and agents say: from 5050 on.</content>
internal static partial class CoordinatorLog
{
    [LoggerMessage(5051, LogLevel.Information, "Listening on {EndPoint} ({How}).")]
    public static partial void Listening(ILogger logger, string endPoint, string how);

    [LoggerMessage(5052, LogLevel.Warning, "{Peer} was refused: {Reason}. {Detail}")]
    public static partial void PeerRefused(ILogger logger, string peer, RefusalReason reason, string detail);

    [LoggerMessage(5053, LogLevel.Warning, "{Peer} ({Name}) may not use '{Command}'; it was told so.")]
    public static partial void CommandRefused(ILogger logger, string peer, string name, CommandKind command);

    [LoggerMessage(5054, LogLevel.Warning, "{Peer} ({Name}) may not be agent '{Id}', or not with the archive ids it asks for; it was told so.")]
    public static partial void EhloRefused(ILogger logger, string peer, string name, string id);

    [LoggerMessage(5055, LogLevel.Warning, "{Peer} wants to be agent '{Id}', which is connected already; it was told so.")]
    public static partial void IdInUse(ILogger logger, string peer, string id);

    [LoggerMessage(5056, LogLevel.Information, "Agent '{Id}' is there ({Peer}); it says that it runs {Running} requests.")]
    public static partial void AgentConnected(ILogger logger, string id, string peer, int running);

    [LoggerMessage(5057, LogLevel.Information, "Agent '{Id}' has gone ({Peer}); it ran {Running} requests.")]
    public static partial void AgentGone(ILogger logger, string id, string peer, long running);

    [LoggerMessage(5058, LogLevel.Information, "The lock is now: {Mode}.")]
    public static partial void LockSet(ILogger logger, LockMode mode);

    [LoggerMessage(5059, LogLevel.Warning, "The connection of {Peer} is ended: {Reason}")]
    public static partial void ConnectionEnded(ILogger logger, string peer, string reason);

    [LoggerMessage(5060, LogLevel.Debug, "{Peer} has connected.")]
    public static partial void Connected(ILogger logger, string peer);

    [LoggerMessage(5061, LogLevel.Debug, "{Peer} has left.")]
    public static partial void Disconnected(ILogger logger, string peer);

    [LoggerMessage(5062, LogLevel.Error, "The feed has no room: {Reason} Nothing is acknowledged until there is; trying again.")]
    public static partial void FeedFull(ILogger logger, string reason);

    [LoggerMessage(5063, LogLevel.Warning, "The feed has room again.")]
    public static partial void FeedHasRoom(ILogger logger);

    [LoggerMessage(5065, LogLevel.Warning, "A report could not be written to {Path}: {Reason} This is said once per file.")]
    public static partial void ReportNotWritten(ILogger logger, string path, string reason);

    [LoggerMessage(5066, LogLevel.Warning, "A connection could not be accepted: {Reason} Trying again.")]
    public static partial void NotAccepted(ILogger logger, string reason);

    [LoggerMessage(5067, LogLevel.Information, "Unlocked by quit: nothing runs any more, so the server ends.")]
    public static partial void Quitting(ILogger logger);

    [LoggerMessage(5068, LogLevel.Warning, "Agent '{Id}' lost its connection to {Server}: {Reason} Connecting again in {Delay}.")]
    public static partial void AgentReconnects(ILogger logger, string id, string server, string reason, TimeSpan delay);

    [LoggerMessage(5075, LogLevel.Information, "Agent '{Id}' is connected to the coordinator at {Server}.")]
    public static partial void AgentIsConnected(ILogger logger, string id, string server);

    [LoggerMessage(5069, LogLevel.Information, "{Count} requests are active according to {Path}; those that were not known are queued.")]
    public static partial void LeftoversRead(ILogger logger, long count, string path);

    [LoggerMessage(5070, LogLevel.Warning, "Active requests could not be read from {Path}: {Reason} They can be given by 'weir coordinator queue'.")]
    public static partial void LeftoversUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(5071, LogLevel.Information, "Registered with Lustre for file system '{FsName}'; its requests come here from now on.")]
    public static partial void Registered(ILogger logger, string fsName);

    [LoggerMessage(5072, LogLevel.Error, "A list of requests from Lustre is damaged ({Error}, byte {Position}); what stands before that was taken.")]
    public static partial void BadActionList(ILogger logger, ActionListError error, int position);

    [LoggerMessage(5073, LogLevel.Warning, "The registration with Lustre is lost: {Reason} Registering again in {Delay}.")]
    public static partial void LustreLost(ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(5074, LogLevel.Warning, "Lustre could not be told that the request with cookie {Cookie} ended with error {Errno}: {Reason}. The MDT's time-out will end it.")]
    public static partial void LustreNotTold(ILogger logger, ulong cookie, int errno, string reason);
}
