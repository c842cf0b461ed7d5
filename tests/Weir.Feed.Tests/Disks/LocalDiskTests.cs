using System.Text;
using Weir.Feed.Disks;

namespace Weir.Feed.Tests.Disks;

public sealed class LocalDiskTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-disk-").FullName;
    private readonly LocalDisk _disk = LocalDisk.Instance;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_file_is_written_at_places_read_truncated_and_synced()
    {
        using IDiskFile file = _disk.OpenWrite(In("a"));
        file.Write("hello"u8, 3);
        file.Sync();
        Assert.Equal(8, file.Length);
        file.Truncate(5);
        var buffer = new byte[10];
        using IDiskFile? reader = _disk.OpenRead(In("a"));
        Assert.Equal(5, reader!.Read(buffer, 0));
        Assert.Equal("\0\0\0he", Encoding.ASCII.GetString(buffer, 0, 5));
        Assert.Equal(0, reader.Read(buffer, 5));
    }

    [Fact]
    public void What_is_not_there_is_null_or_empty()
    {
        Assert.Null(_disk.OpenRead(In("missing")));
        Assert.Null(_disk.OpenRead(In("missing/deeper")));
        Assert.Empty(_disk.List(In("missing")));
        Assert.False(_disk.FileExists(In("missing")));
        Assert.False(_disk.DirectoryExists(In("missing")));
        _disk.Delete(In("missing"));
        _disk.Delete(In("missing/deeper"));
    }

    [Fact]
    public void A_failure_carries_its_errno()
    {
        Assert.Equal(2, Assert.Throws<IOException>(() => _disk.OpenWrite(In("missing/a"))).HResult);
        Assert.Equal(2, Assert.Throws<IOException>(() => _disk.SyncDirectory(In("missing"))).HResult);
        Assert.Equal(21, Assert.Throws<IOException>(() => _disk.OpenWrite(_directory)).HResult);
    }

    [Fact]
    public void A_full_device_is_told_apart()
    {
        if (!File.Exists("/dev/full")) Assert.Skip("There is no /dev/full here.");
        using IDiskFile full = _disk.OpenWrite("/dev/full");
        Assert.Throws<DiskFullException>(() => full.Write("x"u8, 0));
    }

    [Fact]
    public void A_lock_is_exclusive_and_says_who_has_it()
    {
        using (IDisposable? held = _disk.TryLock(In("lock"), "process 7, the first"))
        {
            Assert.NotNull(held);
            Assert.Null(_disk.TryLock(In("lock"), "me"));
            Assert.Equal("process 7, the first", Holder());
        }

        using IDisposable? next = _disk.TryLock(In("lock"), "me");
        Assert.NotNull(next);
        Assert.Equal("me", Holder());

        string Holder()
        {
            using IDiskFile? reader = _disk.OpenRead(In("lock"));
            var buffer = new byte[100];
            return Encoding.UTF8.GetString(buffer, 0, reader!.Read(buffer, 0));
        }
    }

    [Fact]
    public void Directories_are_made_renamed_listed_and_deleted_whole()
    {
        _disk.CreateDirectory(In("a/b/c"));
        _disk.CreateDirectory(In("a/b/c"));
        File.WriteAllText(In("a/b/file"), "x");
        Assert.Equal(["c", "file"], _disk.List(In("a/b")).Order());
        _disk.Rename(In("a/b"), In("a/d"));
        _disk.SyncDirectory(In("a"));
        Assert.False(_disk.DirectoryExists(In("a/b")));
        _disk.DeleteDirectory(In("a/d"));
        Assert.Empty(_disk.List(In("a")));
    }

    [Fact]
    public void A_rename_takes_the_place_of_what_is_there()
    {
        File.WriteAllText(In("old"), "old");
        File.WriteAllText(In("new"), "new");
        _disk.Rename(In("new"), In("old"));
        Assert.Equal("new", File.ReadAllText(In("old")));
        Assert.False(File.Exists(In("new")));
    }

    [Fact]
    public async Task A_watch_is_called_for_a_change_by_anybody_below_the_directory()
    {
        _disk.CreateDirectory(In("sub"));
        var changed = new SemaphoreSlim(0);
        using IDisposable watch = _disk.Watch(_directory, () => changed.Release());
        await File.WriteAllTextAsync(In("sub/file"), "x", TestContext.Current.CancellationToken);
        Assert.True(await changed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_boot_id_is_known_and_stays()
    {
        Assert.NotEmpty(_disk.BootId);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim(), _disk.BootId);
    }

    private string In(string name) => Path.Combine(_directory, name);
}
