using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Drives.Verifying;

/// <summary>A question to a drive: is this shard file there, and how large?</summary>
/// <param name="Version">The version that it belongs to.</param>
/// <param name="Part">The part's number.</param>
/// <param name="Path">Below the drive's root.</param>
internal sealed record PartProbe(VersionCase Version, int Part, string Path)
{
    /// <summary>Bytes; -1 where there is none, and also where <see cref="Failure"/> says why it is not known.</summary>
    public long Length { get; private set; } = -1;

    public DriveFileException? Failure { get; private set; }

    /// <summary>Asks a drive, in one go.</summary>
    public static bool RunAll(DriveWorker worker, Drive drive, IEnumerable<PartProbe> probes)
    {
        foreach (PartProbe probe in probes)
        {
            worker.Admit(1, 0);
            probe.Run(drive);
        }

        return true;
    }

    private void Run(Drive drive)
    {
        try
        {
            using IDriveFile? file = drive.Files.TryOpen(Path);
            Length = file?.Length ?? -1;
        }
        catch (DriveFileException error)
        {
            Failure = error;
        }
    }
}
