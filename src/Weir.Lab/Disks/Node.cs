namespace Weir.Lab.Disks;

/// <summary>What a directory entry points to.</summary>
internal abstract class Node
{
    public abstract Node Clone();
}

internal static class UnsyncedChoice
{
    /// <summary>Whether one unsynced change survives the loss of power.</summary>
    public static bool Survives(this Unsynced unsynced, Random random) => unsynced switch
    {
        Unsynced.Lost => false,
        Unsynced.Kept => true,
        _ => random.Next(2) == 0,
    };
}
