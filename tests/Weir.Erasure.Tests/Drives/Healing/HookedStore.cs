using Weir.Erasure.Drives.Disks;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>This machine's file systems, and somebody who is told what is about to be done, by the absolute path: so another process can come in between.</summary>
internal sealed class HookedStore : IDriveStore
{
    private readonly LocalDriveStore _below = LocalDriveStore.Instance;

    /// <summary>Before a file or directory is asked for its stamp.</summary>
    public Action<string> Stamping { get; set; } = _ => { };

    /// <summary>Before a file is made durable.</summary>
    public Action<string> Syncing { get; set; } = _ => { };

    /// <summary>When a file or directory is opened, listed, looked at, made or renamed, or bytes are written or read, with how many.</summary>
    public Action<string, long> Calling { get; set; } = (_, _) => { };

    public IDriveFile? OpenRead(string root, string relativePath)
    {
        Calling(root, 0);
        return _below.OpenRead(root, relativePath) is { } file ? new CountedFile(this, root, file) : null;
    }

    public DriveEntry? Stat(string root, string relativePath)
    {
        Calling(root, 0);
        return _below.Stat(root, relativePath);
    }

    public void List(string root, string relativePath, DriveEntryVisitor visit)
    {
        Calling(root, 0);
        _below.List(root, relativePath, visit);
    }

    public int ReadStart(string root, string relativePath, Span<byte> buffer)
    {
        int read = _below.ReadStart(root, relativePath, buffer);
        Calling(root, Math.Max(read, 0));
        return read;
    }

    public DriveSpace Space(string root) => _below.Space(root);

    public DriveOwner? FindOwner(string root, string relativePath) => _below.FindOwner(root, relativePath);

    public DriveStamp? FindStamp(string root, string relativePath)
    {
        Stamping($"{root}/{relativePath}");
        return _below.FindStamp(root, relativePath);
    }

    public bool CreateDirectory(string root, string relativePath, DriveOwner owner) => _below.CreateDirectory(root, relativePath, owner);

    public IDriveOutput CreateFile(string root, string relativePath, DriveOwner owner)
    {
        Calling(root, 0);
        return new CountedOutput(this, root, _below.CreateFile(root, relativePath, owner));
    }

    public void Rename(string root, string from, string to, bool replaces)
    {
        Calling(root, 0);
        _below.Rename(root, from, to, replaces);
    }

    public void Sync(string root, string relativePath)
    {
        Syncing($"{root}/{relativePath}");
        _below.Sync(root, relativePath);
    }

    public void SyncAll(string root)
    {
        Syncing(root);
        _below.SyncAll(root);
    }

    public void Remove(string root, string relativePath) => _below.Remove(root, relativePath);

    public IDisposable? TryLock(string root) => _below.TryLock(root);

    private sealed class CountedFile(HookedStore store, string root, IDriveFile file) : IDriveFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            store.Calling(root, buffer.Length);
            return file.Read(buffer, offset);
        }

        public void DropCache() => file.DropCache();

        public void Dispose() => file.Dispose();
    }

    private sealed class CountedOutput(HookedStore store, string root, IDriveOutput output) : IDriveOutput
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
            store.Calling(root, bytes.Length);
            output.Write(bytes);
        }

        public void Dispose() => output.Dispose();
    }
}
