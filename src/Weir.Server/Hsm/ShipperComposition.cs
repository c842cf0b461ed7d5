using System.Security.Cryptography;
using System.Text;
using Weir.Hsm.Shipping;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;
using Weir.Server.Feeds;

namespace Weir.Server.Hsm;

/// <summary>What the configuration means for the shipper.</summary>
public static class ShipperComposition
{
    private const string SnapshotName = "ship.snapshot";
    private const int HashCharacters = 16;

    public static ShipperOptions Compose(WeirOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        HsmOptions hsm = options.Hsm;
        return new()
        {
            Actions = hsm.Actions,
            SnapshotPath = hsm.Snapshot ?? DefaultSnapshot(options.Feed.Url, FeedUrl.Default()),
            Layout = hsm.Layout,
            Prefix = hsm.Topic,
            PollInterval = hsm.PollInterval,
            HeartbeatInterval = hsm.HeartbeatInterval,
            RefreshInterval = hsm.RefreshInterval,
            ReconcileInterval = hsm.ReconcileInterval,
        };
    }

    /// <summary>
    /// Beside the feed, so that two feeds never share a snapshot. A feed on a server has no directory here; its snapshot lies beside the feed
    /// that this user would have, under a name made from the server's address (without its password, which may change).
    /// </summary>
    internal static string DefaultSnapshot(FeedUrl feed, FeedUrl userFeed) => Path.Combine(StateDirectory(feed, userFeed), SnapshotName);

    /// <summary>Where the tools for HSM actions keep what is theirs.</summary>
    internal static string StateDirectory(FeedUrl feed, FeedUrl userFeed)
    {
        if (feed.Kind == FeedKind.File) return Path.Combine(Path.GetFullPath(feed.Directory), "hsm");
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(feed.ToString())))[..HashCharacters];
        return Path.Combine(Path.GetDirectoryName(userFeed.Directory)!, "hsm", hash);
    }
}
