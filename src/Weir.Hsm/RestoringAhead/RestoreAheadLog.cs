using Microsoft.Extensions.Logging;

namespace Weir.Hsm.RestoringAhead;

/// <summary>What restoring ahead says. Event ids 2300 to 2399.</summary>
internal static partial class RestoreAheadLog
{
    [LoggerMessage(2300, LogLevel.Information, "Job {Job}: {File} in {Directory} is being restored; {Files} files beside it match and are restored as far as they are released.")]
    public static partial void Created(ILogger logger, string job, string file, string directory, int files);

    [LoggerMessage(2301, LogLevel.Information, "Job {Job}, {Directory}: {Asked} more files asked for; {InFlight} are under way, {Remaining} left to look at.")]
    public static partial void Asked(ILogger logger, string job, string directory, int asked, int inFlight, int remaining);

    [LoggerMessage(2302, LogLevel.Information, "Job {Job}, {Directory}, is done: {Restored} files restored, {Failed} failed, {Skipped} had nothing to restore.")]
    public static partial void Done(ILogger logger, string job, string directory, long restored, long failed, long skipped);

    [LoggerMessage(2303, LogLevel.Warning, "Job {Job}, {Directory}, is given up after {Hours:0.#} h: {InFlight} files are under way still, {Remaining} were not asked for.")]
    public static partial void TimedOut(ILogger logger, string job, string directory, double hours, int inFlight, int remaining);

    [LoggerMessage(2304, LogLevel.Information, "Job {Job}, {Directory}, is cancelled; {InFlight} files are under way still, {Remaining} are not asked for.")]
    public static partial void Cancelled(ILogger logger, string job, string directory, int inFlight, int remaining);

    [LoggerMessage(2305, LogLevel.Information, "Would restore {Files} files in {Directory}, because {File} is being restored; {Skipped} others match and have nothing to restore.")]
    public static partial void WouldRestore(ILogger logger, int files, string directory, string file, int skipped);

    [LoggerMessage(2306, LogLevel.Warning, "{Directory} is left alone: {Reason}")]
    public static partial void DirectoryRefused(ILogger logger, string directory, string reason);

    [LoggerMessage(2307, LogLevel.Warning, "{Path} is not used: {Reason}")]
    public static partial void JobUnusable(ILogger logger, string path, string reason);

    [LoggerMessage(2308, LogLevel.Warning, "There are {Jobs} jobs, and no more are begun until some are done; {Directory} is left alone.")]
    public static partial void TooManyJobs(ILogger logger, int jobs, string directory);

    [LoggerMessage(2309, LogLevel.Warning, "lfs {Verb}: {Errors}")]
    public static partial void LfsSaid(ILogger logger, string verb, string errors);

    [LoggerMessage(2310, LogLevel.Warning, "The feed {Address} cannot be read: {Reason} Jobs go on; trying again, and this is said once.")]
    public static partial void FeedUnavailable(ILogger logger, string address, string reason);

    [LoggerMessage(2311, LogLevel.Error, "Job {Job} cannot be kept: {Reason} Nothing more is asked for until it can.")]
    public static partial void NotKept(ILogger logger, string job, string reason);
}
