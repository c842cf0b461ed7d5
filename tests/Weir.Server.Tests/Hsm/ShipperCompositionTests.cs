using Weir.Hsm;
using Weir.Hsm.Shipping;
using Weir.Server.Configuration;
using Weir.Server.Feeds;
using Weir.Server.Hsm;

namespace Weir.Server.Tests.Hsm;

public sealed class ShipperCompositionTests
{
    private static readonly FeedUrl UserFeed = FeedUrl.Parse("file:/state/weir/feed");

    [Fact]
    public void Every_value_of_the_section_reaches_the_shipper()
    {
        var options = new WeirOptions();
        options.Hsm.Actions = ["/a"];
        options.Hsm.Snapshot = "/s";
        options.Hsm.Layout = ActionLayout.Single;
        options.Hsm.Topic = "t";
        options.Hsm.PollInterval = TimeSpan.FromSeconds(1);
        options.Hsm.HeartbeatInterval = TimeSpan.FromSeconds(2);
        options.Hsm.RefreshInterval = TimeSpan.FromSeconds(3);
        ShipperOptions shipper = ShipperComposition.Compose(options);
        Assert.Equal(("/a", "/s", ActionLayout.Single, "t"), (Assert.Single(shipper.Actions), shipper.SnapshotPath, shipper.Layout, shipper.Prefix));
        Assert.Equal((1, 2, 3), (shipper.PollInterval.TotalSeconds, shipper.HeartbeatInterval.TotalSeconds, shipper.RefreshInterval!.Value.TotalSeconds));
    }

    [Fact]
    public void The_defaults_of_the_section_are_the_shippers_own()
    {
        ShipperOptions shipper = ShipperComposition.Compose(new WeirOptions()), own = new() { Actions = [], SnapshotPath = "" };
        Assert.Equal(
            (own.Layout, own.Prefix, own.PollInterval, own.HeartbeatInterval, own.RefreshInterval),
            (shipper.Layout, shipper.Prefix, shipper.PollInterval, shipper.HeartbeatInterval, shipper.RefreshInterval));
    }

    [Fact]
    public void Two_feeds_never_share_a_snapshot()
    {
        string[] feeds = ["file:/a", "file:/b", "redis://h", "redis://h/1", "redis://i"];
        string[] snapshots = [.. feeds.Select(feed => ShipperComposition.DefaultSnapshot(FeedUrl.Parse(feed), UserFeed))];
        Assert.Equal("/a/hsm/ship.snapshot", snapshots[0]);
        Assert.All(snapshots[2..], snapshot => Assert.Matches("^/state/weir/hsm/[0-9a-f]{16}/ship.snapshot$", snapshot));
        Assert.Equal(feeds.Length, snapshots.Distinct().Count());
    }

    [Fact]
    public void Another_login_is_the_same_feed() => Assert.Equal(
        ShipperComposition.DefaultSnapshot(FeedUrl.Parse("redis://u:one@h"), UserFeed), ShipperComposition.DefaultSnapshot(FeedUrl.Parse("redis://h:6379/0"), UserFeed));
}
