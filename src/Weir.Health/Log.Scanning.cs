using Microsoft.Extensions.Logging;
using Weir.Erasure.Drives;

namespace Weir.Health;

/// <summary>What this room says. Pools and scans from 8200.</summary>
internal static partial class ScanLog
{
    [LoggerMessage(8200, LogLevel.Information, "{Pools} pools, {Online} of {Drives} drives are there.")]
    public static partial void PoolsOpened(ILogger logger, int pools, int online, int drives);

    [LoggerMessage(8201, LogLevel.Warning, "The drive {Path} is {State} and left out: {Detail}")]
    public static partial void DriveUnusable(ILogger logger, string path, DriveState state, string detail);

    [LoggerMessage(8202, LogLevel.Warning, "Records for '{Topic}' cannot be appended ({Error}); it is tried again, and nothing is lost.")]
    public static partial void FeedAway(ILogger logger, string topic, string error);

    [LoggerMessage(8203, LogLevel.Information, "'{Topic}' takes records again.")]
    public static partial void FeedBack(ILogger logger, string topic);

    [LoggerMessage(8204, LogLevel.Warning, "{Path} cannot be read ({Problem}) and is begun anew.")]
    public static partial void StateUnusable(ILogger logger, string path, string problem);

    [LoggerMessage(8205, LogLevel.Warning, "{Path} cannot be written ({Problem}); it is tried again.")]
    public static partial void StateNotWritten(ILogger logger, string path, string problem);

    [LoggerMessage(8206, LogLevel.Information, "Scan {Id} ({Strategy}, for {Reason}) begins.")]
    public static partial void ScanBegins(ILogger logger, string id, ScanStrategy strategy, string reason);

    [LoggerMessage(8207, LogLevel.Information, "Scan {Id} goes on after {Objects} objects.")]
    public static partial void ScanGoesOn(ILogger logger, string id, long objects);

    [LoggerMessage(8208, LogLevel.Information, "Scan {Id} is {State}: {Objects} objects, {Issues} issues.")]
    public static partial void ScanEnded(ILogger logger, string id, ScanState state, long objects, long issues);

    [LoggerMessage(8209, LogLevel.Warning, "Scan {Id} stops for now: {Problem}")]
    public static partial void ScanHeld(ILogger logger, string id, string problem);

    [LoggerMessage(8210, LogLevel.Warning, "The request {Id} on health:requests starts no scan: {Problem}")]
    public static partial void RequestRefused(ILogger logger, string id, string problem);

    [LoggerMessage(8211, LogLevel.Warning, "{Count} events of health were dropped while the feed took none.")]
    public static partial void EventsDropped(ILogger logger, long count);

    [LoggerMessage(8212, LogLevel.Warning, "'{Topic}' cannot be read ({Error}); it is tried again.")]
    public static partial void TopicUnread(ILogger logger, string topic, string error);

    [LoggerMessage(8213, LogLevel.Warning, "More than {Most} issues stand; further ones are not kept.")]
    public static partial void TooManyIssues(ILogger logger, int most);

    [LoggerMessage(8214, LogLevel.Error, "Scan {Id} failed.")]
    public static partial void ScanFailed(ILogger logger, Exception error, string id);
}
