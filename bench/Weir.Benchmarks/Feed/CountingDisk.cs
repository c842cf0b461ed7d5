using Weir.Feed.Disks;

namespace Weir.Benchmarks.Feed;

/// <summary>The local disk, with the flushes of files counted, so that a yardstick can do as many.</summary>
internal sealed class CountingDisk : IDisk
{
    private readonly LocalDisk _disk = LocalDisk.Instance;
    private long _syncs;

    public long Syncs
    {
        get => Interlocked.Read(ref _syncs);
        set => Interlocked.Exchange(ref _syncs, value);
    }

    public string BootId => _disk.BootId;

    public IDiskFile? OpenRead(string path) => _disk.OpenRead(path);

    public IDiskFile OpenWrite(string path) => new CountingFile(_disk.OpenWrite(path), this);

    public IReadOnlyList<string> List(string directory) => _disk.List(directory);

    public bool FileExists(string path) => _disk.FileExists(path);

    public bool DirectoryExists(string path) => _disk.DirectoryExists(path);

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public void SyncDirectory(string directory) => _disk.SyncDirectory(directory);

    public void Rename(string from, string to) => _disk.Rename(from, to);

    public void Delete(string path) => _disk.Delete(path);

    public void DeleteDirectory(string directory) => _disk.DeleteDirectory(directory);

    public long FreeBytes(string path) => _disk.FreeBytes(path);

    public IDisposable? TryLock(string path, string holder) => _disk.TryLock(path, holder);

    public IDisposable Watch(string directory, Action changed) => _disk.Watch(directory, changed);

    private sealed class CountingFile(IDiskFile file, CountingDisk disk) : IDiskFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

        public void Write(ReadOnlySpan<byte> data, long offset) => file.Write(data, offset);

        public void Truncate(long length) => file.Truncate(length);

        public void Sync()
        {
            Interlocked.Increment(ref disk._syncs);
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
