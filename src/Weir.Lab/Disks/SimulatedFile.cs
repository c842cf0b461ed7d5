using Weir.Feed.Disks;

namespace Weir.Lab.Disks;

/// <summary>A process's handle of a file.</summary>
internal sealed class SimulatedFile : IDiskFile
{
    private readonly SimulatedDisk _disk;
    private readonly bool _canWrite;
    private bool _isClosed;

    public SimulatedFile(SimulatedDisk disk, SimulatedProcess process, string path, FileNode file, bool canWrite)
    {
        _disk = disk;
        _canWrite = canWrite;
        Process = process;
        Path = path;
        File = file;
        process.Opened(this);
    }

    public SimulatedProcess Process { get; }

    public string Path { get; }

    public FileNode File { get; }

    public long Length => _disk.Length(this);

    public int Read(Span<byte> buffer, long offset) => _disk.Read(this, buffer, offset);

    public void Write(ReadOnlySpan<byte> data, long offset) => _disk.Write(this, data, offset);

    public void Truncate(long length) => _disk.Truncate(this, length);

    public void Sync() => _disk.Sync(this);

    public void Dispose()
    {
        if (_isClosed) return;
        _isClosed = true;
        Process.Closed(this);
    }

    public void ThrowIfInvalid()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        Process.ThrowIfDead();
    }

    public void ThrowIfNotWritable()
    {
        ThrowIfInvalid();
        if (!_canWrite) throw DiskErrors.NotWritable(Path);
    }
}
