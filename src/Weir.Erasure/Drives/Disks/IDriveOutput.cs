namespace Weir.Erasure.Drives.Disks;

/// <summary>A new file that is written from its beginning to its end.</summary>
public interface IDriveOutput : IDisposable
{
    /// <summary>Appends; all or an exception.</summary>
    /// <exception cref="DriveFileException">The drive is full or fails.</exception>
    void Write(ReadOnlySpan<byte> bytes);
}
