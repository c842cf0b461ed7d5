using Weir.Lustre;

namespace Weir.Hsm.Rules;

/// <summary>What a rule waits for.</summary>
public enum RuleTrigger
{
    /// <summary>An action's status becomes FAILED.</summary>
    Failed = 0,

    /// <summary>An action is STARTED for longer than <see cref="ActionRule.For"/>.</summary>
    Stuck = 1,

    /// <summary><see cref="ActionRule.Count"/> actions come within <see cref="ActionRule.Within"/> on one MDT.</summary>
    Burst = 2,
}

/// <summary>One rule: what it waits for, and what is done then.</summary>
public sealed record ActionRule
{
    /// <summary>Names the rule in messages and to what it calls.</summary>
    public required string Name { get; init; }

    public required RuleTrigger On { get; init; }

    /// <summary>Only actions of these kinds. Empty: all.</summary>
    public IReadOnlyList<HsmAction> Actions { get; init; } = [];

    /// <summary>Only these MDTs. Empty: all.</summary>
    public IReadOnlyList<string> Mdts { get; init; } = [];

    /// <summary>Stuck: how long an action may be STARTED.</summary>
    public TimeSpan For { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Burst: how many actions.</summary>
    public int Count { get; init; } = 1000;

    /// <summary>Burst: in what time.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Nothing is done for the same action (of a burst: the same MDT) more often than this.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The program to run, with its arguments; no shell is in between. Empty: none.</summary>
    public IReadOnlyList<string> Run { get; init; } = [];

    /// <summary>Where to post the hit as a CloudEvent. Null: nowhere.</summary>
    public Uri? Post { get; init; }

    /// <summary>How long the program, or one attempt to post, may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
