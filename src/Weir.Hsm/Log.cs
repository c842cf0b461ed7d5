using Microsoft.Extensions.Logging;
using Weir.Feed;

namespace Weir.Hsm;

/// <summary>What this room says. Event ids 2000 to 2999.</summary>
internal static partial class ShipLog
{
    [LoggerMessage(2001, LogLevel.Information, "{Report}")]
    public static partial void Cycle(ILogger logger, string report);

    [LoggerMessage(2002, LogLevel.Warning, "The snapshot {Path} is not used: {Reason}. The topics are read from the beginning instead, which takes longer once and loses nothing.")]
    public static partial void SnapshotUnusable(ILogger logger, string path, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "The snapshot {Path} could not be written: {Reason}. Shipping goes on; the next start will read more of the topics.")]
    public static partial void SnapshotNotWritten(ILogger logger, string path, string reason);

    [LoggerMessage(2004, LogLevel.Information, "Topic '{Topic}': {Records} records after {After} taken in.")]
    public static partial void Folded(ILogger logger, string topic, long records, RecordId after);

    [LoggerMessage(2005, LogLevel.Warning, "Topic '{Topic}' ends at {Last} although it had {Known}: it was emptied or restored from a copy. {Actions} live actions are shipped again.")]
    public static partial void TopicShorter(ILogger logger, string topic, RecordId last, RecordId known, long actions);

    [LoggerMessage(2006, LogLevel.Warning, "Topic '{Topic}' begins at {First} now, behind what told of {Actions} live actions: it was trimmed too far. They are shipped again.")]
    public static partial void TopicTrimmedTooFar(ILogger logger, string topic, RecordId first, long actions);

    [LoggerMessage(2007, LogLevel.Warning, "While reading what was shipped before: {Gap}. What is missing is found out from the files.")]
    public static partial void GapWhileFolding(ILogger logger, string gap);

    [LoggerMessage(2008, LogLevel.Warning, "No file matches {Patterns}. Looking again every poll; this is said once.")]
    public static partial void NothingMatches(ILogger logger, string patterns);

    [LoggerMessage(2009, LogLevel.Information, "Files match {Patterns} again.")]
    public static partial void MatchesAgain(ILogger logger, string patterns);

    [LoggerMessage(2010, LogLevel.Error, "{Path} could not be read: {Reason}. Its actions stay as they were.")]
    public static partial void FileUnreadable(ILogger logger, string path, string reason);

    [LoggerMessage(2011, LogLevel.Warning, "{Path}: {Skipped}. First: line {LineNumber}, {Error}: {Excerpt}")]
    public static partial void LinesSkipped(ILogger logger, string path, string skipped, long lineNumber, string error, string excerpt);

    [LoggerMessage(2012, LogLevel.Warning, "{Path} ends in the middle of a line; what is missing from it counts as still there.")]
    public static partial void FileIncomplete(ILogger logger, string path);

    [LoggerMessage(2013, LogLevel.Warning, "The actions of {Mdt} are in several files: {Paths}. {Chosen} is used. This is said once for these files.")]
    public static partial void SeveralFiles(ILogger logger, string mdt, string paths, string chosen);

    [LoggerMessage(2014, LogLevel.Warning, "{Mdt} has no file any more (it was {Path}): source lost. Its {Actions} live actions stay.")]
    public static partial void SourceLost(ILogger logger, string mdt, string path, long actions);

    [LoggerMessage(2015, LogLevel.Information, "{Mdt} is back: {Path}.")]
    public static partial void SourceBack(ILogger logger, string mdt, string path);

    [LoggerMessage(2016, LogLevel.Error, "Topic '{Topic}': {Reason} Nothing of it is lost; it is read again and the files are compared anew.")]
    public static partial void TopicFailed(ILogger logger, string topic, string reason);

    [LoggerMessage(2017, LogLevel.Warning, "The feed {Address} cannot be used: {Reason} Trying again, less and less often; this is said once.")]
    public static partial void FeedUnavailable(ILogger logger, string address, string reason);

    [LoggerMessage(2018, LogLevel.Warning, "The feed {Address} can be used again.")]
    public static partial void FeedAvailable(ILogger logger, string address);

    [LoggerMessage(2019, LogLevel.Information, "Topic '{Topic}' was appended to by somebody else; it is read and the file compared again.")]
    public static partial void AppendedByOther(ILogger logger, string topic);

    [LoggerMessage(2020, LogLevel.Error, "{Path} is not looked at: {Reason}")]
    public static partial void FileRefused(ILogger logger, string path, string reason);

    [LoggerMessage(2021, LogLevel.Warning, "While looking for action files: {Error}")]
    public static partial void GlobFailed(ILogger logger, string error);

    [LoggerMessage(2030, LogLevel.Warning, "{Program} {Verb} cannot be run: {Reason}. It is not tried again; what it would have told is left out.")]
    public static partial void LfsMissing(ILogger logger, string program, string verb, string reason);

    [LoggerMessage(2031, LogLevel.Warning, "{Program} {Verb} did not answer within {Seconds} s; what it would have told is left out.")]
    public static partial void LfsTooSlow(ILogger logger, string program, string verb, double seconds);

    [LoggerMessage(2040, LogLevel.Information, "Everything is compared anew: request {Request} on topic '{Topic}' asks for it.")]
    public static partial void FullCompare(ILogger logger, string topic, RecordId request);

    [LoggerMessage(2041, LogLevel.Warning, "Maintenance: topic '{Topic}' tells of {Orphans} actions of {Mdt} that are in no file; they are purged.")]
    public static partial void OrphansPurged(ILogger logger, string topic, string mdt, long orphans);

    [LoggerMessage(2042, LogLevel.Warning, "Maintenance: topic '{Topic}' does not tell of {Missing} actions of {Mdt} that are in its file; they are shipped again at the next poll.")]
    public static partial void MissingFound(ILogger logger, string topic, string mdt, long missing);

    [LoggerMessage(2043, LogLevel.Error, "Maintenance failed: {Reason} It is tried again after the next poll.")]
    public static partial void MaintenanceFailed(ILogger logger, string reason);
}
