using Weir.Erasure.Drives.Disks;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Makes the directories that a piece is put into.</summary>
internal static class Directories
{
    private const uint PrivateMode = 0x1c0;

    /// <summary>Makes the directory that pieces are put together in.</summary>
    public static void EnsureStaging(TargetDrive target)
    {
        if (target.HasStaging) return;
        Ensure(target, target.Staging, null, null);
        target.HasStaging = true;
    }

    /// <summary>Makes a directory and those above it, each as on the other drives.</summary>
    /// <param name="target">The drive.</param>
    /// <param name="path">Below its root.</param>
    /// <param name="siblings">Whose directories are the model; null for the staging directory, which is nobody else's.</param>
    /// <param name="changed">Gets the directories that got an entry.</param>
    public static void Ensure(TargetDrive target, string path, IReadOnlyList<Drive?>? siblings, ISet<string>? changed)
    {
        if (target.Store.Stat(target.Root, path) is { Kind: DriveEntryKind.Directory }) return;
        int slash = path.LastIndexOf('/');
        if (slash > 0) Ensure(target, path[..slash], siblings, changed);
        DriveOwner owner;
        if (siblings is not null) owner = SiblingOwners.Of(siblings, path, isDirectory: true);
        else
        {
            owner = target.Store.FindOwner(target.Root, "") ?? default;
            if (path == target.Staging) owner = owner with { Mode = PrivateMode };
        }

        if (target.Store.CreateDirectory(target.Root, path, owner)) changed?.Add(slash > 0 ? path[..slash] : "");
    }
}
