using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Feed.Redis;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Feeds;

/// <summary>Opens the engine behind a feed's address.</summary>
public static class FeedOpener
{
    private const string LogCategory = "Weir.Feed";

    /// <summary>Opens a feed; a <c>file:</c> one comes into being with its first append.</summary>
    /// <param name="url">Its address.</param>
    /// <param name="loggers">For what it says.</param>
    /// <param name="actionPrefix">What topics of HSM actions start with, where that is not the usual: on Redis they have a layout of their own.</param>
    /// <exception cref="FeedException">A file that the address names cannot be read.</exception>
    public static IFeedEngine Open(FeedUrl url, ILoggerFactory loggers, string? actionPrefix = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        ArgumentNullException.ThrowIfNull(loggers);
        return url.Redis is { } redis ? OpenRedis(redis with { ActionPrefix = redis.ActionPrefix ?? actionPrefix }, loggers) : new LogEngine(LogOptions(url, loggers));
    }

    /// <summary>Opens the configured feed, with the room that the configuration leaves it.</summary>
    /// <exception cref="FeedException">A file that the address names cannot be read.</exception>
    public static IFeedEngine Open(WeirOptions options, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        FeedOptions feed = options.Feed;
        if (feed.Url.Kind != FeedKind.File) return Open(feed.Url, loggers, options.Hsm.Topic);
        return new LogEngine(LogOptions(feed.Url, loggers) with { MinFreeBytes = feed.MinFreeBytes, MaxFeedBytes = feed.MaxBytes });
    }

    /// <summary>Opens a feed that is to be looked at: a directory must be there; a server says itself when it is not.</summary>
    /// <exception cref="FeedException">There is none.</exception>
    public static IFeedEngine OpenExisting(FeedUrl url, ILoggerFactory loggers, string? actionPrefix = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.Kind == FeedKind.File) ThrowIfMissing(url);
        return Open(url, loggers, actionPrefix);
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
        if (url.Kind != FeedKind.File) throw new FeedException($"{url} is no feed in a directory; this is for file:DIR only.");
    }

    /// <remarks>Not inlined, so that who works on a directory does not load the engine for Redis.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static RedisEngine OpenRedis(RedisUrl url, ILoggerFactory loggers) => new(new() { Url = url, Logger = loggers.CreateLogger(LogCategory) });
}
