using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Weir.Feed.Disks;

/// <summary>The file systems of this machine.</summary>
public sealed class LocalDisk : IDisk
{
    private LocalDisk() => BootId = ReadBootId();

    public static LocalDisk Instance { get; } = new();

    public string BootId { get; }

    public IDiskFile? OpenRead(string path) => Native.OpenRead(path) is { } handle ? new LocalDiskFile(handle, path) : null;

    public IDiskFile OpenWrite(string path) => new LocalDiskFile(Native.OpenOrCreate(path), path);

    public IReadOnlyList<string> List(string directory)
    {
        try
        {
            return [.. new DirectoryInfo(directory).EnumerateFileSystemInfos().Select(static entry => entry.Name)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }
    }

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path)) return;
        string? parent = Path.GetDirectoryName(path);
        if (parent is not null) CreateDirectory(parent);
        Translate(path, Directory.CreateDirectory);
        if (parent is not null) SyncDirectory(parent);
    }

    public void SyncDirectory(string directory) => Native.FlushDirectory(directory);

    public void Rename(string from, string to) => Translate(from, _ =>
    {
        if (Directory.Exists(from)) Directory.Move(from, to);
        else File.Move(from, to, overwrite: true);
        return true;
    });

    public void Delete(string path) => Translate(path, static p =>
    {
        if (Path.GetDirectoryName(p) is { } directory && Directory.Exists(directory)) File.Delete(p);
        return true;
    });

    public void DeleteDirectory(string directory) => Translate(directory, static d =>
    {
        Directory.Delete(d, recursive: true);
        return true;
    });

    public long FreeBytes(string path)
    {
        string? there = path;
        while (there is not null && !Directory.Exists(there)) there = Path.GetDirectoryName(there);
        return Translate(there ?? "/", static directory => new DriveInfo(directory).AvailableFreeSpace);
    }

    public IDisposable? TryLock(string path, string holder)
    {
        SafeFileHandle handle = Native.OpenOrCreate(path);
        try
        {
            if (!Native.TryLock(handle, path))
            {
                handle.Dispose();
                return null;
            }

            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, Encoding.UTF8.GetBytes(holder), 0);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public IDisposable Watch(string directory, Action changed) => new DirectoryWatch(directory, changed);

    private static T Translate<T>(string path, Func<string, T> action)
    {
        try
        {
            return action(path);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }
        catch (IOException full) when (full.HResult is Native.Enospc or Native.Edquot && full is not DiskFullException)
        {
            throw new DiskFullException($"No room for {path}: {full.Message}", full);
        }
    }

    private static string ReadBootId()
    {
        try
        {
            return File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
