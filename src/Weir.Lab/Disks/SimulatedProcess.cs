using Weir.Feed.Disks;

namespace Weir.Lab.Disks;

/// <summary>A simulated disk as one process sees it. When the process dies, all its handles, locks and watches do.</summary>
public sealed class SimulatedProcess : IDisk
{
    private readonly SimulatedDisk _disk;
    private readonly List<SimulatedWatch> _watches = [];
    private readonly List<SimulatedFile> _handles = [];
    private readonly List<SimulatedLock> _locks = [];

    internal SimulatedProcess(SimulatedDisk disk, string name)
    {
        _disk = disk;
        Name = name;
        BootId = disk.BootId;
    }

    public string Name { get; }

    public string BootId { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>Ends the process as <c>kill -9</c> does.</summary>
    public void Kill() => _disk.Kill(this);

    public IDiskFile? OpenRead(string path) => _disk.OpenRead(this, DirectoryTree.Normalize(path));

    public IDiskFile OpenWrite(string path) => _disk.OpenWrite(this, DirectoryTree.Normalize(path));

    public IReadOnlyList<string> List(string directory) => _disk.List(this, DirectoryTree.Normalize(directory));

    public bool FileExists(string path) => _disk.Exists<FileNode>(this, DirectoryTree.Normalize(path));

    public bool DirectoryExists(string path) => _disk.Exists<DirectoryNode>(this, DirectoryTree.Normalize(path));

    public void CreateDirectory(string path) => _disk.CreateDirectory(this, DirectoryTree.Normalize(path));

    public void SyncDirectory(string directory) => _disk.SyncDirectory(this, DirectoryTree.Normalize(directory));

    public void Rename(string from, string to) => _disk.Rename(this, DirectoryTree.Normalize(from), DirectoryTree.Normalize(to));

    public void Delete(string path) => _disk.Delete(this, DirectoryTree.Normalize(path));

    public void DeleteDirectory(string directory) => _disk.DeleteDirectory(this, DirectoryTree.Normalize(directory));

    public long FreeBytes(string path)
    {
        ThrowIfDead();
        return _disk.FreeBytes;
    }

    public IDisposable? TryLock(string path, string holder) => _disk.TryLock(this, DirectoryTree.Normalize(path), holder);

    public IDisposable Watch(string directory, Action changed)
    {
        ThrowIfDead();
        var watch = new SimulatedWatch(this, DirectoryTree.Normalize(directory), changed);
        lock (_watches) _watches.Add(watch);
        return watch;
    }

    internal void ThrowIfDead()
    {
        if (!IsAlive) throw new SimulatedCrashException($"The process '{Name}' is dead.");
    }

    internal void Die()
    {
        IsAlive = false;
        lock (_watches) _watches.Clear();
        lock (_handles)
        {
            foreach (SimulatedLock held in _locks) _disk.Unlock(held);
            _locks.Clear();
            _handles.Clear();
        }
    }

    internal void Opened(SimulatedFile handle)
    {
        lock (_handles) _handles.Add(handle);
    }

    internal void Closed(SimulatedFile handle)
    {
        lock (_handles) _handles.Remove(handle);
    }

    internal void Locked(SimulatedLock held)
    {
        lock (_handles) _locks.Add(held);
    }

    internal void Unlocked(SimulatedLock held)
    {
        lock (_handles) _locks.Remove(held);
    }

    internal void CollectWatches(string changedPath, List<Action> calls)
    {
        lock (_watches)
            foreach (SimulatedWatch watch in _watches)
                if (watch.Covers(changedPath)) calls.Add(watch.Call);
    }

    internal void Unwatch(SimulatedWatch watch)
    {
        lock (_watches) _watches.Remove(watch);
    }
}
