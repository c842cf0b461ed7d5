using System.Security.Cryptography;
using System.Text;
using Weir.Health.Pools;
using Weir.Server.Configuration;
using Weir.Server.Feeds;

namespace Weir.Server.Health;

/// <summary>What the configuration means for the health system.</summary>
public static class HealthComposition
{
    private const string DirectoryName = "health";
    private const int HashCharacters = 16;

    public static HealthSettings Compose(WeirOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new()
        {
            Pools = options.Health.Pools,
            StateDirectory = options.Health.StateDirectory ?? DefaultDirectory(options.Feed.Url, FeedUrl.Default()),
            ReplacesEmptyDrives = options.Health.ReplacesEmptyDrives,
            DriveCheckInterval = options.Health.DriveCheckInterval,
        };
    }

    /// <summary>Beside the feed, so that two feeds never share one; for a feed on a server, beside that of this user, under a name made from the address.</summary>
    internal static string DefaultDirectory(FeedUrl feed, FeedUrl userFeed)
    {
        if (feed.Kind == FeedKind.File) return Path.Combine(Path.GetFullPath(feed.Directory), DirectoryName);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(feed.ToString())))[..HashCharacters];
        return Path.Combine(Path.GetDirectoryName(userFeed.Directory)!, DirectoryName, hash);
    }
}

/// <summary>What the health system is made of.</summary>
public sealed record HealthSettings
{
    public required IReadOnlyList<HealthPool> Pools { get; init; }

    /// <summary>Where catalogues, snapshots and the history of metrics are.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Whether an empty drive in the place of a lost one is formatted and rebuilt without being asked for.</summary>
    public bool ReplacesEmptyDrives { get; init; }

    public TimeSpan DriveCheckInterval { get; init; } = TimeSpan.FromSeconds(10);
}
