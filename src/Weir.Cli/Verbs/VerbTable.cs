namespace Weir.Cli.Verbs;

/// <summary>A verb that is not built before it is called for: most of the start-up time would go into those nobody asked for.</summary>
internal sealed record VerbEntry(string Name, string Summary, Func<Verb> Create);

/// <summary>Verbs under one first word.</summary>
internal sealed record VerbGroup(string Name, string Summary, IReadOnlyList<VerbEntry> Verbs);

/// <summary>Everything that the program can be asked for.</summary>
internal static class VerbTable
{
    public static IReadOnlyList<VerbGroup> Groups { get; } =
    [
        new("feed", "topics and their records",
        [
            new("topics", Feed.TopicsVerb.Summary, () => new Feed.TopicsVerb()),
            new("info", Feed.InfoVerb.Summary, () => new Feed.InfoVerb()),
            new("append", Feed.AppendVerb.Summary, () => new Feed.AppendVerb()),
            new("read", Feed.ReadVerb.Summary, () => new Feed.ReadVerb()),
            new("tail", Feed.TailVerb.Summary, () => new Feed.TailVerb()),
            new("register", Feed.RegisterVerb.Summary, () => new Feed.RegisterVerb()),
            new("consumers", Feed.ConsumersVerb.Summary, () => new Feed.ConsumersVerb()),
            new("ack", Feed.AckVerb.Summary, () => new Feed.AckVerb()),
            new("unregister", Feed.UnregisterVerb.Summary, () => new Feed.UnregisterVerb()),
            new("pipe", Feed.PipeVerb.Summary, () => new Feed.PipeVerb()),
            new("trim", Feed.TrimVerb.Summary, () => new Feed.TrimVerb()),
            new("copy", Feed.CopyVerb.Summary, () => new Feed.CopyVerb()),
            new("verify", Feed.VerifyVerb.Summary, () => new Feed.VerifyVerb()),
        ]),
        new("hsm", "HSM actions of Lustre",
        [
            new("ship", Hsm.ShipVerb.Summary, () => new Hsm.ShipVerb()),
            new("stats", Hsm.StatsVerb.Summary, () => new Hsm.StatsVerb()),
            new("tail", Hsm.TailVerb.Summary, () => new Hsm.TailVerb()),
            new("top", Hsm.TopVerb.Summary, () => new Hsm.TopVerb()),
            new("reconcile", Hsm.ReconcileVerb.Summary, () => new Hsm.ReconcileVerb()),
            new("janitor", Hsm.JanitorVerb.Summary, () => new Hsm.JanitorVerb()),
            new("restore-ahead", Hsm.RestoreAheadVerb.Summary, () => new Hsm.RestoreAheadVerb()),
        ]),
        new("coordinator", "the HSM coordinator",
        [
            new("serve", Coordinator.ServeVerb.Summary, () => new Coordinator.ServeVerb()),
            new("status", Coordinator.StatusVerb.Summary, () => new Coordinator.StatusVerb()),
            new("queue", Coordinator.QueueVerb.Summary, () => new Coordinator.QueueVerb()),
            new("recv", Coordinator.RecvVerb.RecvSummary, Coordinator.RecvVerb.Recv),
            new("drain", Coordinator.RecvVerb.DrainSummary, Coordinator.RecvVerb.Drain),
            new("lock", Coordinator.LockVerb.LockSummary, Coordinator.LockVerb.Lock),
            new("unlock", Coordinator.LockVerb.UnlockSummary, Coordinator.LockVerb.Unlock),
            new("lock-quit", Coordinator.LockVerb.QuitSummary, Coordinator.LockVerb.Quit),
        ]),
        new("agent", "a copytool of Weir's own",
        [
            new("posix", Agent.PosixVerb.Summary, () => new Agent.PosixVerb()),
            new("command", Agent.CommandVerb.Summary, () => new Agent.CommandVerb()),
        ]),
        new("events", "events of block devices and file systems",
        [
            new("classify", Events.ClassifyVerb.Summary, () => new Events.ClassifyVerb()),
            new("collect", Events.CollectVerb.Summary, () => new Events.CollectVerb()),
            new("monitor", Events.MonitorVerb.Summary, () => new Events.MonitorVerb()),
            new("query", Events.QueryVerb.Summary, () => new Events.QueryVerb()),
            new("notify", Events.NotifyVerb.Summary, () => new Events.NotifyVerb()),
            new("info", Events.InfoVerb.Summary, () => new Events.InfoVerb()),
            new("list", Events.ListVerb.Summary, () => new Events.ListVerb()),
        ]),
        new("drives", "drives of erasure-coded object stores",
        [
            new("inspect", Drives.InspectVerb.Summary, () => new Drives.InspectVerb()),
            new("meta", Drives.MetaVerb.Summary, () => new Drives.MetaVerb()),
            new("verify", Drives.VerifyVerb.Summary, () => new Drives.VerifyVerb()),
            new("heal", Drives.HealVerb.Summary, () => new Drives.HealVerb()),
            new("get", Drives.GetVerb.Summary, () => new Drives.GetVerb()),
            new("make", Drives.MakeVerb.Summary, () => new Drives.MakeVerb()),
        ]),
        new("health", "health of erasure-coded object stores",
        [
            new("status", Health.StatusVerb.Summary, () => new Health.StatusVerb()),
            new("scan", Health.ScanVerb.Summary, () => new Health.ScanVerb()),
            new("heal", Health.HealVerb.Summary, () => new Health.HealVerb()),
            new("issues", Health.IssuesVerb.Summary, () => new Health.IssuesVerb()),
            new("policy", Health.PolicyVerb.Summary, () => new Health.PolicyVerb()),
            new("metrics", Health.MetricsVerb.Summary, () => new Health.MetricsVerb()),
        ]),
        new("changelog", "Lustre changelogs",
        [
            new("read", Changelog.ReadVerb.Summary, () => new Changelog.ReadVerb()),
            new("follow", Changelog.FollowVerb.Summary, () => new Changelog.FollowVerb()),
            new("clear", Changelog.ClearVerb.Summary, () => new Changelog.ClearVerb()),
            new("users", Changelog.UsersVerb.Summary, () => new Changelog.UsersVerb()),
        ]),
        new("config", "the configuration",
        [
            new("show", Config.ShowVerb.Summary, () => new Config.ShowVerb()),
            new("check", Config.CheckVerb.Summary, () => new Config.CheckVerb()),
            new("token", Config.TokenVerb.Summary, () => new Config.TokenVerb()),
        ]),
    ];

    /// <summary>Verbs without a group.</summary>
    public static IReadOnlyList<VerbEntry> Singles { get; } =
    [
        new("serve", ServeVerb.Summary, () => new ServeVerb()),
        new("lab", LabVerb.Summary, () => new LabVerb()),
    ];

    public static VerbGroup? FindGroup(string name) => Groups.FirstOrDefault(group => group.Name == name);

    public static VerbEntry? Find(IReadOnlyList<VerbEntry> verbs, string name) => verbs.FirstOrDefault(verb => verb.Name == name);
}
