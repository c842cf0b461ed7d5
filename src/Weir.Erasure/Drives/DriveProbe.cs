using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>Looks at one path: is it a drive, whose, and in what condition.</summary>
internal static class DriveProbe
{
    /// <summary>RustFS first: where it took over MinIO's drives, its directory is the one in use.</summary>
    private static readonly string[] SystemDirectories = [".rustfs.sys", ".minio.sys"];

    public static Drive Look(string path, IDriveDisk disk)
    {
        var drive = new Drive(path, disk);
        try
        {
            DriveEntryKind? kind = disk.Stat(drive.Files.Root, "")?.Kind;
            if (kind != DriveEntryKind.Directory) return Say(drive, DriveState.Offline, kind is null ? "not there" : "not a directory");
        }
        catch (DriveFileException error)
        {
            return Say(drive, DriveState.Offline, error.Message);
        }

        DriveSpace space = disk.Space(drive.Files.Root);
        (drive.TotalBytes, drive.FreeBytes, drive.IsReadOnly) = (space.TotalBytes, space.FreeBytes, space.IsReadOnly);
        (drive.UsedFiles, drive.UsedBytes) = (space.UsedFiles, space.UsedBytes);
        try
        {
            ReadIdentity(drive);
        }
        catch (Exception error) when (error is DriveFileException or ErasureFormatException)
        {
            return Say(drive, DriveState.Damaged, error.Message);
        }

        if (drive.Format is null) return Say(drive, DriveState.Unformatted, "no format.json: new, or replaced and not healed yet");
        if (drive.Format.Find(drive.Format.DriveId) is not { } place) return Say(drive, DriveState.Foreign, "its own format.json does not list it");
        (drive.Set, drive.Position) = place;
        return drive;
    }

    private static void ReadIdentity(Drive drive)
    {
        foreach (string directory in SystemDirectories)
        {
            if (drive.Files.TryReadAll($"{directory}/{FormatJson.FileName}", FormatJson.MaxBytes) is not { } json) continue;
            FormatJson format = FormatJson.Parse(json);
            if (drive.Format is null)
            {
                (drive.Format, drive.SystemDirectory) = (format, directory);
            }
            else if (!drive.Format.IsSamePool(format) || drive.Format.DriveId != format.DriveId)
            {
                drive.Format = null;
                throw new ErasureFormatException($"{SystemDirectories[0]} and {SystemDirectories[1]} name different drives");
            }
        }

        if (drive.SystemDirectory is null) return;
        drive.IsHealing = drive.Files.FileExists($"{drive.SystemDirectory}/buckets/.healing.bin") || drive.Files.FileExists($"{drive.SystemDirectory}/healing.bin");
    }

    private static Drive Say(Drive drive, DriveState state, string detail)
    {
        (drive.State, drive.Detail) = (state, detail);
        return drive;
    }
}
