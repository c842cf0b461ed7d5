namespace Weir.Server.Roles;

/// <summary>The roles there are, in the order in which they start: what fills the feed first, its doors last.</summary>
public static class RoleNames
{
    public const string Retention = "retention";
    public const string Shipper = "shipper";
    public const string Janitor = "janitor";
    public const string Changelogs = "changelogs";
    public const string Coordinator = "coordinator";
    public const string Events = "events";
    public const string Health = "health";
    public const string Feeds = "feeds";
    public const string Api = "api";

    public static IReadOnlyList<string> All { get; } = [Retention, Shipper, Janitor, Changelogs, Coordinator, Events, Health, Feeds, Api];
}
