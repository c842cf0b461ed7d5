using System.Globalization;
using Weir.Erasure.Drives.Disks;

namespace Weir.Erasure.Drives.Healing;

/// <summary>A drive that is repaired: where new pieces are put together, and whether it still takes any.</summary>
internal sealed class TargetDrive
{
    /// <summary>The names of staging directories begin so, in the servers' own directory for such: servers empty it when they start.</summary>
    public const string StagingPrefix = "weir-heal-";

    private const int ErrorNoSpace = 28, ErrorQuota = 122, ErrorReadOnly = 30;

    /// <summary>So many failures of the medium, and it is left alone.</summary>
    private const int MaxFailures = 3;

    private int _failures;
    private int _number;
    private string? _failure;
    private bool _hasStaging;

    public TargetDrive(Drive drive, IDriveStore store, string run)
    {
        Drive = drive;
        Store = store;
        Staging = $"{drive.SystemDirectory}/tmp/{StagingPrefix}{run}";
    }

    public Drive Drive { get; }

    public string Root => Drive.Files.Root;

    public IDriveStore Store { get; }

    /// <summary>Below the drive's root.</summary>
    public string Staging { get; }

    /// <summary>Whether <see cref="Staging"/> was made, and no failure since says that it may be gone: servers empty what it is in when they start.</summary>
    public bool HasStaging
    {
        get => Volatile.Read(ref _hasStaging);
        set => Volatile.Write(ref _hasStaging, value);
    }

    /// <summary>Why it is not written to any more; null while it is.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    public string NewName() => string.Create(CultureInfo.InvariantCulture, $"{Staging}/{Interlocked.Increment(ref _number)}");

    /// <summary>Takes down that a write failed: a full drive takes no more, and one that fails again and again neither.</summary>
    public void Failed(DriveFileException error)
    {
        HasStaging = false;
        bool isLasting = error.Error is ErrorNoSpace or ErrorQuota or ErrorReadOnly;
        if (isLasting || Interlocked.Increment(ref _failures) >= MaxFailures) Interlocked.CompareExchange(ref _failure, error.Message, null);
    }
}
