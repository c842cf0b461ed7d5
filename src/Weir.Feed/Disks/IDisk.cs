namespace Weir.Feed.Disks;

/// <summary>
/// What the embedded log needs of a file system, and nothing more, so that tests can put a disk behind it that loses
/// unsynced writes, tears them, fails or flips bits. Paths are absolute. Failures are <see cref="IOException"/>s whose
/// <see cref="Exception.HResult"/> is the errno; no room is <see cref="DiskFullException"/>.
/// </summary>
public interface IDisk
{
    /// <summary>Changes whenever the machine has lost its memory: unsynced writes survive only under the same boot id. Empty: not known.</summary>
    string BootId { get; }

    /// <summary>Opens a file for reading; null when it does not exist.</summary>
    IDiskFile? OpenRead(string path);

    /// <summary>Opens a file for reading and writing; creates it when it is not there.</summary>
    IDiskFile OpenWrite(string path);

    /// <summary>The names in a directory, in no order; empty when there is no such directory.</summary>
    IReadOnlyList<string> List(string directory);

    bool FileExists(string path);

    bool DirectoryExists(string path);

    /// <summary>Makes the directory and those above it; each new entry is durable when the call returns.</summary>
    void CreateDirectory(string path);

    /// <summary>Makes the directory's entries durable.</summary>
    void SyncDirectory(string directory);

    /// <summary>Renames over whatever is there, atomically.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file; nothing happens when it is not there.</summary>
    void Delete(string path);

    void DeleteDirectory(string directory);

    /// <summary>How many bytes a user without privileges may still write to the file system that the path, or the nearest directory above it, is on.</summary>
    long FreeBytes(string path);

    /// <summary>Takes an exclusive lock until disposed or until the process ends; null when somebody has it.</summary>
    /// <param name="path">The lock's file.</param>
    /// <param name="holder">Written into the file, for whoever finds it locked.</param>
    IDisposable? TryLock(string path, string holder);

    /// <summary>Calls back after something changed in or directly below the directory. May call without cause, never fails to in the end.</summary>
    IDisposable Watch(string directory, Action changed);
}

/// <summary>An open file. Reads and writes are at explicit places; a write is all or an exception.</summary>
public interface IDiskFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads what is there, up to the buffer's size; 0 at the end.</summary>
    int Read(Span<byte> buffer, long offset);

    void Write(ReadOnlySpan<byte> data, long offset);

    void Truncate(long length);

    /// <summary>Makes what was written durable. After a failure nothing is known about any write since the last success.</summary>
    void Sync();
}

/// <summary>ENOSPC or EDQUOT.</summary>
public sealed class DiskFullException(string message, Exception? inner = null) : IOException(message, inner);
