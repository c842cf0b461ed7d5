using Microsoft.Extensions.Logging;
using Weir.Lustre;

namespace Weir.Coordinator;

/// <summary>What movers say: event ids 5100 to 5199.</summary>
internal static partial class MoverLog
{
    [LoggerMessage(5101, LogLevel.Debug, "{Action} of {Fid} is done: {Bytes} bytes in {Elapsed}.")]
    public static partial void Done(ILogger logger, string action, Fid fid, long bytes, TimeSpan elapsed);

    [LoggerMessage(5102, LogLevel.Information, "{Action} of {Fid} (cookie {Cookie}) was cancelled.")]
    public static partial void Cancelled(ILogger logger, string action, Fid fid, ulong cookie);

    [LoggerMessage(5103, LogLevel.Error, "{Action} of {Fid} (cookie {Cookie}) failed with {Error} after {Attempts} attempts: {Reason}")]
    public static partial void Failed(ILogger logger, string action, Fid fid, ulong cookie, string error, int attempts, string reason);

    [LoggerMessage(5104, LogLevel.Warning, "{Action} of {Fid} did not go: {Reason}. Trying again in {Delay} ({Attempt} of {Retries} retries).")]
    public static partial void Retrying(ILogger logger, string action, Fid fid, string reason, TimeSpan delay, int attempt, int retries);

    [LoggerMessage(5105, LogLevel.Warning, "{Action} of {Fid} (cookie {Cookie}) has come again while it is at work here; it is passed over.")]
    public static partial void AtWorkAlready(ILogger logger, string action, Fid fid, ulong cookie);

    [LoggerMessage(5106, LogLevel.Warning, "The MDT was not told of the end of {Action} of {Fid} (cookie {Cookie}): {Reason}")]
    public static partial void MdtNotTold(ILogger logger, string action, Fid fid, ulong cookie, string reason);

    [LoggerMessage(5107, LogLevel.Error, "{Action} of {Fid} met what nobody had thought of.")]
    public static partial void Unexpected(ILogger logger, Exception exception, string action, Fid fid);

    [LoggerMessage(5108, LogLevel.Warning, "The copy of {Fid} in the archive has no manifest that can be used ({Reason}); it is restored without verification.")]
    public static partial void NotVerified(ILogger logger, Fid fid, string reason);

    [LoggerMessage(5109, LogLevel.Warning, "Of {Fid}, {What} could not be kept: {Reason}")]
    public static partial void NotKept(ILogger logger, Fid fid, string what, string reason);

    [LoggerMessage(5110, LogLevel.Warning, "A half-written copy that another agent left behind is removed: {Path}")]
    public static partial void LeftBehind(ILogger logger, string path);

    [LoggerMessage(5111, LogLevel.Warning, "The mount point {Path} is another one now, or is gone: it is opened again.")]
    public static partial void MountPointChanged(ILogger logger, string path);

    [LoggerMessage(5112, LogLevel.Information, "The program for {Action} of {Fid} said: {Line}")]
    public static partial void ProgramSaid(ILogger logger, string action, Fid fid, string line);

    [LoggerMessage(5113, LogLevel.Information, "Registered with Lustre for file system '{FsName}' as a copytool.")]
    public static partial void Registered(ILogger logger, string fsName);

    [LoggerMessage(5114, LogLevel.Warning, "The registration with Lustre is lost: {Reason} Registering again in {Delay}.")]
    public static partial void RegistrationLost(ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(5116, LogLevel.Error, "A list of {Count} requests is for file system '{FsName}', which is not this one's; it is passed over.")]
    public static partial void OtherFileSystem(ILogger logger, string fsName, uint count);

    [LoggerMessage(5115, LogLevel.Error, "A list of requests from Lustre is damaged ({Error}, byte {Position}); what stands before that was taken.")]
    public static partial void BadActionList(ILogger logger, string error, int position);
}
