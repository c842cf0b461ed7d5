using Microsoft.Extensions.Logging;

namespace Weir.Server;

/// <summary>What this room says. Event ids 9000 to 9999.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(9001, LogLevel.Information, "Weir {Version} starts, process {ProcessId}, feed {Feed}: {Roles}.")]
    public static partial void Starting(ILogger logger, string version, int processId, string feed, string roles);

    [LoggerMessage(9002, LogLevel.Information, "Stopping: {Reason}.")]
    public static partial void Stopping(ILogger logger, string reason);

    [LoggerMessage(9003, LogLevel.Information, "Stopped.")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(9004, LogLevel.Information, "The configuration was read again; {Changes}.")]
    public static partial void Reloaded(ILogger logger, string changes);

    [LoggerMessage(9005, LogLevel.Error, "The configuration was read again and is not used, everything stays as it is: {Problem}")]
    public static partial void ReloadRefused(ILogger logger, string problem);

    [LoggerMessage(9006, LogLevel.Warning, "{Keys} changed; that takes effect when the daemon is started anew.")]
    public static partial void RestartNeeded(ILogger logger, string keys);

    [LoggerMessage(9010, LogLevel.Information, "Role {Role} runs.")]
    public static partial void RoleRunning(ILogger logger, string role);

    [LoggerMessage(9011, LogLevel.Error, "Role {Role} failed: {Problem} It is run again in {Seconds:0.#} s; the others go on.")]
    public static partial void RoleFailed(ILogger logger, string role, string problem, double seconds);

    [LoggerMessage(9012, LogLevel.Warning, "Role {Role} runs and cannot do all of its work: {Problem}")]
    public static partial void RoleDegraded(ILogger logger, string role, string problem);

    [LoggerMessage(9013, LogLevel.Warning, "Role {Role} does not run after {Seconds:0.#} s; the next ones are started all the same.")]
    public static partial void RoleSlowToStart(ILogger logger, string role, double seconds);

    [LoggerMessage(9014, LogLevel.Error, "Role {Role} did not stop within the {Seconds:0.#} s that all of them have; it is left behind.")]
    public static partial void RoleSlowToStop(ILogger logger, string role, double seconds);

    [LoggerMessage(9015, LogLevel.Debug, "Role {Role} ended.")]
    public static partial void RoleTrace(ILogger logger, string role, Exception failed);

    [LoggerMessage(9020, LogLevel.Warning, "The service manager cannot be told: {Problem} This is said once.")]
    public static partial void NotifyFailed(ILogger logger, string problem);

    [LoggerMessage(9030, LogLevel.Information, "HTTP on {Addresses}.")]
    public static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(9031, LogLevel.Error, "The tokens cannot be read, nobody is let in with one: {Problem}")]
    public static partial void TokensUnreadable(ILogger logger, string problem);

    [LoggerMessage(9032, LogLevel.Error, "The TLS certificate was not read again, the one before it stays: {Problem}")]
    public static partial void CertificateUnreadable(ILogger logger, string problem);

    [LoggerMessage(9033, LogLevel.Error, "{Method} {Path} failed.")]
    public static partial void RequestFailed(ILogger logger, Exception failed, string method, string path);

    [LoggerMessage(9034, LogLevel.Information, "The TLS certificate was read again: {Subject}, valid until {NotAfter:u}.")]
    public static partial void CertificateRead(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(9036, LogLevel.Error, "{Operation} at {Path} by '{Caller}' (status {Status}) is not in the topic 'audit': {Problem}")]
    public static partial void AuditFailed(ILogger logger, string operation, string path, string caller, int? status, string problem);

    [LoggerMessage(9037, LogLevel.Information, "A client of {Method} {Path} took nothing of what it was sent for {Seconds:0.#} s (api.stall_timeout), and was cut off.")]
    public static partial void ClientStalled(ILogger logger, string method, string path, double seconds);

    [LoggerMessage(9040, LogLevel.Information, "The feed is served on {Path}.")]
    public static partial void SocketServed(ILogger logger, string path);

    [LoggerMessage(9041, LogLevel.Warning, "{Path} takes nobody in for the moment: {Problem}")]
    public static partial void AcceptFailed(ILogger logger, string path, string problem);

    [LoggerMessage(9042, LogLevel.Error, "A client of the socket was cut off by an error here.")]
    public static partial void SessionFailed(ILogger logger, Exception failed);

    [LoggerMessage(9043, LogLevel.Information, "{Path} has a reader.")]
    public static partial void PipeOpened(ILogger logger, string path);

    [LoggerMessage(9044, LogLevel.Information, "{Path} has no reader any more; what was not read waits for the next.")]
    public static partial void PipeClosed(ILogger logger, string path);

    [LoggerMessage(9050, LogLevel.Information, "Taken over from coordinatool's Redis server at {Server}: {Report}. Nothing was changed there.")]
    public static partial void CoordinatoolTaken(ILogger logger, string server, string report);

    [LoggerMessage(9051, LogLevel.Debug, "What coordinatool kept in the Redis server at {Server} was taken over before; it is not looked at again (--import-again does).")]
    public static partial void CoordinatoolTakenBefore(ILogger logger, string server);

    [LoggerMessage(9052, LogLevel.Warning, "There is no Redis server at {Server}, where coordinatool has one unless told otherwise: {Problem}. Nothing is taken over. If it is elsewhere, start with --redis-host.")]
    public static partial void CoordinatoolNotThere(ILogger logger, string server, string problem);

    [LoggerMessage(9035, LogLevel.Information, "The tokens were read again: {Count} of them.")]
    public static partial void TokensRead(ILogger logger, int count);

    [LoggerMessage(9050, LogLevel.Warning, "A rule is not used: {Problem}")]
    public static partial void RuleRefused(ILogger logger, string problem);

    [LoggerMessage(9053, LogLevel.Warning, "The index of the events is not kept until the next start, so queries read all events: {Problem}")]
    public static partial void EventIndexNotKept(ILogger logger, string problem);
}
