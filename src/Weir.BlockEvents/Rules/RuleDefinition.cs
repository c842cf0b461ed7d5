using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Rules;

/// <summary>A rule as it was written, before it is checked.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Line">The line of the file on which it starts, from 1.</param>
public sealed record RuleDefinition(string Id, int Line)
{
    /// <summary>Wordings (docs/storage-events.md); a line of any of them is the rule's.</summary>
    public IReadOnlyList<string> Wordings { get; init; } = [];

    /// <summary>A regular expression with a group <c>kdev</c>, in .NET's or Rust's syntax, instead of wordings.</summary>
    public string? Regex { get; init; }

    /// <summary>With a regular expression: what a line must start with, so that the others are not tried.</summary>
    public string StartsWith { get; init; } = "";

    /// <summary>The program that logs such lines (<c>multipathd</c>); empty is the kernel, <c>*</c> is any.</summary>
    public string Program { get; init; } = "";

    /// <summary>The sub-system; an expression's group <c>sub_system</c> goes before it.</summary>
    public string SubSystem { get; init; } = "";

    /// <summary>The event type; null where a line is recognised and is no event.</summary>
    public string? EventType { get; init; }

    /// <summary>How bad it is.</summary>
    public Severity Severity { get; init; } = Severity.Error;

    /// <summary>What it is a part of (<see cref="Rule.Part"/>).</summary>
    public string? Part { get; init; }

    /// <summary>Two fields: where both hold the same text, the line is not this rule's but that of the rule behind it.</summary>
    public IReadOnlyList<string> UnlessEqual { get; init; } = [];

    /// <summary>Lines that must be this rule's.</summary>
    public IReadOnlyList<string> Tests { get; init; } = [];
}
