using System.Diagnostics.CodeAnalysis;
using Weir.Feed.Redis;

namespace Weir.Server.Feeds;

/// <summary>What keeps a feed's topics.</summary>
public enum FeedKind
{
    /// <summary>The embedded log, in a directory.</summary>
    File = 0,

    /// <summary>A Redis or Valkey server.</summary>
    Redis = 1,
}

/// <summary>
/// The address of a feed: <c>file:DIR</c> (the path as it is, nothing escaped; <c>file:///DIR</c> too) or
/// a Redis address, <c>redis://[user:pass@]host[:port][/db]</c> and what else <see cref="RedisUrl"/> lists.
/// </summary>
public sealed record FeedUrl
{
    /// <summary>The variable of the environment that names the feed.</summary>
    public const string Variable = "WEIR_FEED";

    private const string FileScheme = "file:";

    private FeedUrl(FeedKind kind, string text, string directory, RedisUrl? redis = null)
    {
        Kind = kind;
        Text = text;
        Directory = directory;
        Redis = redis;
    }

    public FeedKind Kind { get; }

    /// <summary>The address, with its password if it has one.</summary>
    public string Text { get; }

    /// <summary>Of a <c>file:</c> feed, the directory; empty otherwise.</summary>
    public string Directory { get; }

    /// <summary>Of a feed on Redis, its servers; null otherwise.</summary>
    public RedisUrl? Redis { get; }

    /// <summary>Whether it names a directory below the current one.</summary>
    public bool IsRelative => Kind == FeedKind.File && !Path.IsPathRooted(Directory);

    /// <summary>Where the feed is when nobody says: in /var/lib for root, in the user's state directory for others.</summary>
    public static FeedUrl Default() => Default(Environment.IsPrivilegedProcess, Environment.GetEnvironmentVariable);

    /// <exception cref="FormatException">It is not the address of a feed; the message says why.</exception>
    public static FeedUrl Parse(string text) => TryParse(text, out FeedUrl? url, out string problem) ? url : throw new FormatException(problem);

    public static bool TryParse(string text, [NotNullWhen(true)] out FeedUrl? url, out string problem)
    {
        url = null;
        if (text.StartsWith(FileScheme, StringComparison.Ordinal)) return TryParseFile(text, out url, out problem);
        if (text.StartsWith("redis", StringComparison.OrdinalIgnoreCase) && RedisUrl.IsRedis(text)) return TryParseRedis(text, out url, out problem);
        // What looks like another scheme may hold a password, which is not for messages.
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        problem = colon >= 0 ? $"'{text[..colon]}:' is no kind of feed; a feed is file:DIR or redis://HOST"
            : $"'{text}' is not a feed URL; did you mean 'file:{text}'?";
        return false;
    }

    /// <summary>The same address, independent of the current directory.</summary>
    public FeedUrl ToAbsolute()
    {
        if (!IsRelative) return this;
        string directory = Path.GetFullPath(Directory);
        return new(Kind, FileScheme + directory, directory);
    }

    /// <summary>The address without a password.</summary>
    public override string ToString() => Redis?.ToString() ?? Text;

    /// <summary>The same, for another user or environment.</summary>
    public static FeedUrl Default(bool isRoot, Func<string, string?> readVariable)
    {
        if (isRoot) return Parse("file:/var/lib/weir/feed");
        // The XDG base directory specification: a relative path in the variable is to be ignored.
        string? state = readVariable("XDG_STATE_HOME");
        if (state is null || !Path.IsPathRooted(state)) state = Path.Combine(readVariable("HOME") is { Length: > 0 } home ? home : "/", ".local/state");
        return Parse(FileScheme + Path.Combine(state, "weir/feed"));
    }

    private static bool TryParseFile(string text, [NotNullWhen(true)] out FeedUrl? url, out string problem)
    {
        url = null;
        string directory = text[FileScheme.Length..];
        if (directory.StartsWith("//", StringComparison.Ordinal)) directory = directory[2..];
        bool hasHost = text.StartsWith(FileScheme + "//", StringComparison.Ordinal) && !directory.StartsWith('/');
        problem = directory.Length == 0 ? $"'{text}' names no directory"
            : hasHost ? $"'{text}' names a host; a feed's directory is on this machine: file:/DIR"
            : directory.Contains('\0', StringComparison.Ordinal) ? "a feed's directory cannot have a NUL in its name" : "";
        if (problem.Length > 0) return false;
        url = new(FeedKind.File, text, directory);
        return true;
    }

    private static bool TryParseRedis(string text, [NotNullWhen(true)] out FeedUrl? url, out string problem)
    {
        url = RedisUrl.TryParse(text, out RedisUrl? redis, out problem) ? new(FeedKind.Redis, text, "", redis) : null;
        return url is not null;
    }
}
