using System.Collections.Concurrent;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;

namespace Weir.Lab.Drives;

/// <summary>A file system some of whose paths fail or hang, on top of one that does not.</summary>
public sealed class FaultyDriveDisk(IDriveDisk below) : IDriveDisk, IDisposable
{
    private const int InputOutputError = 5;

    private readonly ConcurrentDictionary<string, byte> _broken = new(StringComparer.Ordinal);
    private readonly ManualResetEventSlim _release = new();
    private string? _hanging;
    private int _hung;

    /// <summary>How many calls hang.</summary>
    public int HungCalls => Volatile.Read(ref _hung);

    /// <summary>What begins so fails with EIO: files when they are read, directories when they are listed.</summary>
    public void Break(string path) => _broken[path] = 0;

    /// <summary>Every call below the path hangs until <see cref="Dispose"/>.</summary>
    public void Hang(string path) => Volatile.Write(ref _hanging, path);

    public IDriveFile? OpenRead(string root, string relativePath)
    {
        string path = Enter(root, relativePath);
        IDriveFile? file = below.OpenRead(root, relativePath);
        return file is null || !IsBroken(path) ? file : new BrokenFile(file, path);
    }

    public DriveEntry? Stat(string root, string relativePath)
    {
        Enter(root, relativePath);
        return below.Stat(root, relativePath);
    }

    public void List(string root, string relativePath, DriveEntryVisitor visit)
    {
        string path = Enter(root, relativePath);
        if (_broken.ContainsKey(path)) throw Failure(path);
        below.List(root, relativePath, visit);
    }

    public int ReadStart(string root, string relativePath, Span<byte> buffer)
    {
        string path = Enter(root, relativePath);
        int read = below.ReadStart(root, relativePath, buffer);
        return read < 0 || !IsBroken(path) ? read : throw Failure(path);
    }

    public DriveSpace Space(string root) => below.Space(root);

    public void Dispose() => _release.Set();

    private string Enter(string root, string relativePath)
    {
        string path = relativePath.Length == 0 ? root : $"{root}/{relativePath}";
        if (Volatile.Read(ref _hanging) is { } hanging && path.StartsWith(hanging, StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _hung);
            _release.Wait();
        }

        return path;
    }

    private bool IsBroken(string path) => _broken.Keys.Any(broken => path.StartsWith(broken, StringComparison.Ordinal));

    private static DriveFileException Failure(string path) => new($"Cannot read {path}: Input/output error", InputOutputError);

    private sealed class BrokenFile(IDriveFile file, string path) : IDriveFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => throw Failure(path);

        public void DropCache() => file.DropCache();

        public void Dispose() => file.Dispose();
    }
}
