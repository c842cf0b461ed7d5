namespace Weir.Hsm.RestoringAhead;

/// <summary>Asks a file system about the HSM states of files, and for their restores.</summary>
public interface IHsmFiles
{
    /// <summary>The states of those files that have one, by path; null when nobody could be asked.</summary>
    /// <param name="paths">Whole paths without control characters.</param>
    ValueTask<IReadOnlyDictionary<string, HsmFileState>?> ReadStatesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken);

    /// <summary>Asks for the files' restores, and does not wait for them.</summary>
    /// <returns>Those paths whose restore was taken on.</returns>
    ValueTask<IReadOnlyList<string>> RestoreAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken);
}

/// <param name="Flags">The flags.</param>
/// <param name="ArchiveId">The archive; 0 when none is told.</param>
public readonly record struct HsmFileState(HsmFileFlags Flags, int ArchiveId)
{
    /// <summary>Whether the data is in the archive alone, and can be had from there.</summary>
    public bool CanBeRestored =>
        (Flags & (HsmFileFlags.Exists | HsmFileFlags.Released | HsmFileFlags.Archived | HsmFileFlags.Lost))
        == (HsmFileFlags.Exists | HsmFileFlags.Released | HsmFileFlags.Archived);
}

/// <summary>enum hsm_states of lustre_user.h.</summary>
[Flags]
public enum HsmFileFlags
{
    None = 0,
    Exists = 0x1,
    Dirty = 0x2,
    Released = 0x4,
    Archived = 0x8,
    NoRelease = 0x10,
    NoArchive = 0x20,
    Lost = 0x40,
}
