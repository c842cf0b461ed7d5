namespace Weir.Hsm.Tailing;

/// <summary>What a tail reads and shows.</summary>
public sealed record TailOptions
{
    /// <summary>The single topic, or what each MDT's topic starts with.</summary>
    public string Prefix { get; init; } = ActionTopics.DefaultPrefix;

    /// <summary>From the topics' first record on; otherwise only what comes after the start.</summary>
    public bool FromBeginning { get; init; }

    /// <summary>Waits for more at the end.</summary>
    public bool Follow { get; init; }

    public TailFilter Filter { get; init; } = TailFilter.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
