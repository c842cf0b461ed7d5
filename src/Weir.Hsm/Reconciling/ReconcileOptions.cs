namespace Weir.Hsm.Reconciling;

/// <summary>What is compared.</summary>
public sealed record ReconcileOptions
{
    /// <summary>Patterns of the MDTs' action files (<see cref="Shipping.ActionGlob"/>).</summary>
    public required IReadOnlyList<string> Actions { get; init; }

    /// <summary>The single topic, or what each MDT's topic starts with; both layouts are read.</summary>
    public string Prefix { get; init; } = ActionTopics.DefaultPrefix;

    /// <summary>Only these MDTs. Empty: those that have a file.</summary>
    public IReadOnlyList<string> Mdts { get; init; } = [];

    /// <summary>How many actions of each kind of difference are named for an MDT.</summary>
    public int MaxExamples { get; init; } = 5;
}
