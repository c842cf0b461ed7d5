namespace Weir.Erasure.Drives.Verifying;

/// <summary>What of a set is verified, and how.</summary>
public sealed record VerifyOptions
{
    public ExamineOptions Examine { get; init; } = new();

    /// <summary>Begin behind this object's directory ("bucket/stored key"), in the order of <see cref="Walking.WalkRules.Compare"/>; null begins at the beginning.</summary>
    public string? After { get; init; }

    /// <summary>Only this directory and what is below it ("bucket" or "bucket/prefix"); null for everything.</summary>
    public string? Below { get; init; }

    /// <summary>Says how each object is looked at, in the order of the walk; null: all as <see cref="Examine"/> says, which is also how directories are walked.</summary>
    public Func<WalkedObject, ObjectChoice>? Choose { get; init; }

    /// <summary>Says which buckets are walked, the servers' own among them; null for all.</summary>
    public Func<string, bool>? Buckets { get; init; }

    /// <summary>Whether objects that some drives lack altogether and all others have whole are given as <see cref="ObjectVerdict.Outline"/>, without being examined.</summary>
    internal bool MayOutline { get; init; }
}
