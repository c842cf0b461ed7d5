using Weir.Feed.Disks;

namespace Weir.Lab.Disks;

/// <summary>The disk as its main process sees it.</summary>
public sealed partial class SimulatedDisk
{
    public IDiskFile? OpenRead(string path) => Main.OpenRead(path);

    public IDiskFile OpenWrite(string path) => Main.OpenWrite(path);

    public IReadOnlyList<string> List(string directory) => Main.List(directory);

    public bool FileExists(string path) => Main.FileExists(path);

    public bool DirectoryExists(string path) => Main.DirectoryExists(path);

    public void CreateDirectory(string path) => Main.CreateDirectory(path);

    public void SyncDirectory(string directory) => Main.SyncDirectory(directory);

    public void Rename(string from, string to) => Main.Rename(from, to);

    public void Delete(string path) => Main.Delete(path);

    public void DeleteDirectory(string directory) => Main.DeleteDirectory(directory);

    long IDisk.FreeBytes(string path) => Main.FreeBytes(path);

    public IDisposable? TryLock(string path, string holder) => Main.TryLock(path, holder);

    public IDisposable Watch(string directory, Action changed) => Main.Watch(directory, changed);
}
