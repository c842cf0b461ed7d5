using Weir.Erasure.Drives.Disks;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Whose new files and directories are to be: as the same on the other drives of the set, for their server must be able to use them.</summary>
internal static class SiblingOwners
{
    private const uint FileMode = 0x1b4, DirectoryMode = 0x1fd;

    /// <summary>The owner of the same path on another drive, or of the nearest directory above it.</summary>
    /// <param name="siblings">The drives of the set, the one that is written to among them.</param>
    /// <param name="relativePath">Below their roots.</param>
    /// <param name="isDirectory">What it is to be.</param>
    public static DriveOwner Of(IReadOnlyList<Drive?> siblings, string relativePath, bool isDirectory)
    {
        foreach (Drive? drive in siblings)
        {
            if (drive is not null && Find(drive, relativePath) is { } owner) return owner;
        }

        // Nobody has it: the user of the directory above, with the mode that servers use.
        for (string path = relativePath; path.LastIndexOf('/') is > 0 and int slash;)
        {
            path = path[..slash];
            foreach (Drive? drive in siblings)
            {
                if (drive is not null && Find(drive, path) is { } above) return isDirectory ? above : above with { Mode = above.Mode & ~0x49u & 0x1ffu };
            }
        }

        return new(0, 0, isDirectory ? DirectoryMode : FileMode);
    }

    private static DriveOwner? Find(Drive drive, string relativePath)
    {
        try
        {
            return drive.Files.Disk is IDriveStore store ? store.FindOwner(drive.Files.Root, relativePath) : null;
        }
        catch (DriveFileException)
        {
            // Another drive may say it.
            return null;
        }
    }
}
