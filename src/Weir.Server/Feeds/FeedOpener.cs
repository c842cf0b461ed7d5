using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Feed.Log;

namespace Weir.Server.Feeds;

/// <summary>Opens the engine behind a feed's address.</summary>
public static class FeedOpener
{
    private const string LogCategory = "Weir.Feed";

    /// <summary>Opens a feed; a <c>file:</c> one comes into being with its first append.</summary>
    /// <exception cref="FeedException">This version has no engine for such an address.</exception>
    public static IFeedEngine Open(FeedUrl url, ILoggerFactory loggers) => new LogEngine(LogOptions(url, loggers));

    /// <summary>Opens a feed that is to be looked at, and so must be there.</summary>
    /// <exception cref="FeedException">There is none, or this version has no engine for such an address.</exception>
    public static IFeedEngine OpenExisting(FeedUrl url, ILoggerFactory loggers)
    {
        ThrowIfMissing(url);
        return Open(url, loggers);
    }

    /// <summary>How the embedded log behind a <c>file:</c> address is opened.</summary>
    /// <exception cref="FeedException">The address is of another kind.</exception>
    public static LogEngineOptions LogOptions(FeedUrl url, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ThrowIfNotFile(url);
        return new() { Directory = Path.GetFullPath(url.Directory), Logger = loggers.CreateLogger(LogCategory) };
    }

    /// <exception cref="FeedException">There is no such feed.</exception>
    public static void ThrowIfMissing(FeedUrl url)
    {
        ThrowIfNotFile(url);
        if (!Directory.Exists(url.Directory))
            throw new FeedException($"There is no feed in {Path.GetFullPath(url.Directory)}; the first append makes one. Another is named by --feed or {FeedUrl.Variable}.");
    }

    private static void ThrowIfNotFile(FeedUrl url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.Kind != FeedKind.File) throw new FeedException($"This version of weir has no engine for {url}; use a feed in a directory: file:DIR.");
    }
}
