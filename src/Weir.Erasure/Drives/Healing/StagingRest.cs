using Weir.Erasure.Drives.Disks;

namespace Weir.Erasure.Drives.Healing;

/// <summary>Removes what this program itself left in the staging directories: pieces that were never put into their place.</summary>
internal static class StagingRest
{
    private const int MostEntries = 1_000_000;

    /// <summary>After runs that were killed. Only with the drive taken: another run's pieces are not looked for.</summary>
    public static void Remove(Drive drive, IDriveStore store)
    {
        string staging = $"{drive.SystemDirectory}/tmp";
        foreach ((string name, DriveEntryKind kind) in drive.Files.ReadDirectory(staging, MostEntries))
        {
            if (kind != DriveEntryKind.Directory || !name.StartsWith(TargetDrive.StagingPrefix, StringComparison.Ordinal)) continue;
            foreach ((string piece, _) in drive.Files.ReadDirectory($"{staging}/{name}", MostEntries)) store.Remove(drive.Files.Root, $"{staging}/{name}/{piece}");
            store.Remove(drive.Files.Root, $"{staging}/{name}");
        }
    }

    /// <summary>At the end of a run.</summary>
    public static void TryRemoveEmpty(TargetDrive target)
    {
        try
        {
            target.Store.Remove(target.Root, target.Staging);
        }
        catch (DriveFileException)
        {
            // What could not be removed is removed by the next run, or by the server when it starts.
        }
    }
}
