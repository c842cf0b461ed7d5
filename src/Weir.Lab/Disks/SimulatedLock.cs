namespace Weir.Lab.Disks;

/// <summary>An exclusive lock on a file, as flock gives it: it belongs to the file, not to its name.</summary>
internal sealed class SimulatedLock : IDisposable
{
    private readonly SimulatedDisk _disk;
    private readonly SimulatedProcess _process;

    public SimulatedLock(SimulatedDisk disk, SimulatedProcess process, FileNode file)
    {
        _disk = disk;
        _process = process;
        File = file;
        file.LockOwner = this;
        process.Locked(this);
    }

    public FileNode File { get; }

    public void Dispose()
    {
        _disk.Unlock(this);
        _process.Unlocked(this);
    }
}
