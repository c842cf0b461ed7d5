namespace Weir.Lab.Changelogs;

/// <summary>What a simulated namespace is like.</summary>
public sealed record NamespaceOptions
{
    public static NamespaceOptions Default { get; } = new();

    /// <summary>The same seed gives the same history.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>About how many objects there are once it has grown.</summary>
    public int TargetObjects { get; init; } = 2_000;

    /// <summary>Names a directory draws from; few names are reused often.</summary>
    public int NamesPerDirectory { get; init; } = 200;

    /// <summary>How likely an operation works on one of the objects made last: as most real files are short-lived.</summary>
    public double RecentShare { get; init; } = 0.5;

    /// <summary>How likely a name is of bytes that are not UTF-8, or has control characters.</summary>
    public double OddNameShare { get; init; } = 0.05;

    /// <summary>Whether renames are written as Lustre 2.0 did, in two records.</summary>
    public bool SplitsRenames { get; init; }
}
