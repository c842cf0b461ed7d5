using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Format;

namespace Weir.Erasure.Drives;

/// <summary>One path that was given as a drive, and what was found there.</summary>
public sealed class Drive
{
    internal Drive(string path, IDriveDisk disk)
    {
        Path = path;
        Files = new(path, disk);
    }

    public string Path { get; }

    public DriveFiles Files { get; }

    public DriveState State { get; internal set; }

    /// <summary>Why the state is not <see cref="DriveState.Online"/>; else null.</summary>
    public string? Detail { get; internal set; }

    /// <summary>Null where it has none that can be read.</summary>
    public FormatJson? Format { get; internal set; }

    /// <summary>".minio.sys" or ".rustfs.sys"; null without an identity.</summary>
    public string? SystemDirectory { get; internal set; }

    /// <summary>The pool's number from 0 among those found; -1 where it belongs to none.</summary>
    public int Pool { get; internal set; } = -1;

    public int Set { get; internal set; } = -1;

    public int Position { get; internal set; } = -1;

    public bool IsReadOnly { get; internal set; }

    /// <summary>Whether a server is healing it: what is missing on it may just not have come back yet.</summary>
    public bool IsHealing { get; internal set; }

    /// <summary>Bytes of the file system; 0 where it could not be asked.</summary>
    public long TotalBytes { get; internal set; }

    public long FreeBytes { get; internal set; }

    /// <summary>Files and directories of the file system, where it is the drive's alone; else 0.</summary>
    public long UsedFiles { get; internal set; }

    /// <summary>Bytes that they take, where it is the drive's alone; else 0.</summary>
    public long UsedBytes { get; internal set; }
}
