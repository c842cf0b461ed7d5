namespace Weir.Erasure.Drives.Disks;

/// <summary>An open file of a drive. Reads are at explicit places, from any thread.</summary>
public interface IDriveFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends; returns how much was read.</summary>
    /// <exception cref="DriveFileException">The drive failed.</exception>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Lets the system forget what it holds of the file in memory, so that what is read next comes from the drive.</summary>
    void DropCache();

    /// <summary>Says what will soon be read, so that the system may begin; does not wait for it.</summary>
    void WillRead(long offset, long bytes)
    {
    }
}
