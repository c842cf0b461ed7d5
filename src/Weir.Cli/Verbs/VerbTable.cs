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
        new("config", "the configuration",
        [
            new("show", Config.ShowVerb.Summary, () => new Config.ShowVerb()),
            new("check", Config.CheckVerb.Summary, () => new Config.CheckVerb()),
        ]),
    ];

    /// <summary>Verbs without a group.</summary>
    public static IReadOnlyList<VerbEntry> Singles { get; } =
    [
    ];

    public static VerbGroup? FindGroup(string name) => Groups.FirstOrDefault(group => group.Name == name);

    public static VerbEntry? Find(IReadOnlyList<VerbEntry> verbs, string name) => verbs.FirstOrDefault(verb => verb.Name == name);
}
