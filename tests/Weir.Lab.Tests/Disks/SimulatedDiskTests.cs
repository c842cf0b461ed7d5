using System.Text;
using Weir.Feed.Disks;
using Weir.Lab.Disks;

namespace Weir.Lab.Tests.Disks;

public sealed class SimulatedDiskTests
{
    private readonly SimulatedDisk _disk = new(seed: 1);

    public SimulatedDiskTests() => _disk.CreateDirectory("/d");

    [Fact]
    public void A_power_loss_takes_what_was_not_synced_and_a_kill_does_not()
    {
        Put("/d/a", "synced");
        using (IDiskFile file = _disk.OpenWrite("/d/a")) file.Write("SYNCED and more"u8, 0);

        _disk.KillProcess();
        Assert.Equal("SYNCED and more", Text("/d/a"));

        string boot = _disk.BootId;
        _disk.PowerLoss();
        Assert.Equal("synced", Text("/d/a"));
        Assert.NotEqual(boot, _disk.BootId);
    }

    [Fact]
    public void A_truncation_is_durable_after_a_sync_only()
    {
        Put("/d/a", "0123456789");
        using (IDiskFile file = _disk.OpenWrite("/d/a"))
        {
            file.Truncate(4);
            file.Truncate(6);
        }

        Assert.Equal("0123\0\0", Text("/d/a"));
        SimulatedDisk later = _disk.Clone();
        later.PowerLoss(Unsynced.Kept);
        Assert.Equal("0123\0\0", Encoding.UTF8.GetString(later.Content("/d/a")));
        _disk.PowerLoss();
        Assert.Equal("0123456789", Text("/d/a"));
    }

    [Fact]
    public void A_file_without_its_synced_directory_entry_is_gone_after_a_power_loss()
    {
        using (IDiskFile file = _disk.OpenWrite("/d/a"))
        {
            file.Write("x"u8, 0);
            file.Sync();
        }

        _disk.PowerLoss();
        Assert.Empty(_disk.Files());
    }

    [Fact]
    public void A_rename_survives_whole_or_not_at_all()
    {
        var seen = new HashSet<string>();
        for (int seed = 0; seed < 40; seed++)
        {
            var disk = new SimulatedDisk(seed);
            disk.CreateDirectory("/d");
            Put(disk, "/d/a", "old");
            Put(disk, "/d/a.new", "new");
            disk.Rename("/d/a.new", "/d/a");
            disk.PowerLoss(Unsynced.Random);
            seen.Add(string.Join(' ', disk.Files()) + " " + Encoding.UTF8.GetString(disk.Content("/d/a")));
        }

        Assert.Equal(["/d/a /d/a.new old", "/d/a new"], seen.Order());
    }

    [Fact]
    public void A_deleted_file_may_come_back_until_its_directory_is_synced()
    {
        Put("/d/a", "x");
        _disk.Delete("/d/a");
        Assert.False(_disk.FileExists("/d/a"));
        SimulatedDisk synced = _disk.Clone();
        _disk.PowerLoss();
        Assert.True(_disk.FileExists("/d/a"));

        synced.SyncDirectory("/d");
        synced.PowerLoss();
        Assert.False(synced.FileExists("/d/a"));
    }

    [Fact]
    public void A_failed_sync_leaves_pages_that_no_later_sync_writes()
    {
        Put("/d/a", "");
        using IDiskFile file = _disk.OpenWrite("/d/a");
        byte[] lost = [.. Enumerable.Repeat((byte)'a', 512)];
        file.Write(lost, 0);
        _disk.Faults.At(_disk.Operations + 1, DiskFault.Fail(DiskError.Io));
        IOException failed = Assert.Throws<IOException>(file.Sync);
        Assert.Equal(5, failed.HResult);

        file.Write("b"u8, 512);
        file.Sync();
        Assert.Equal('a', Text("/d/a")[0]);
        SimulatedDisk evicted = _disk.Clone();
        evicted.DropCaches();
        Assert.Equal(0, evicted.Content("/d/a")[0]);
        _disk.PowerLoss(Unsynced.Kept);
        Assert.Equal(new string('\0', 512) + "b", Text("/d/a"));
    }

    [Fact]
    public void A_write_is_torn_at_the_byte_the_script_names()
    {
        Put("/d/a", "");
        IDiskFile file = _disk.OpenWrite("/d/a");
        _disk.Faults.At(_disk.Operations + 1, DiskFault.PowerLossWithin(3, Unsynced.Kept));
        Assert.Throws<SimulatedCrashException>(() => file.Write("abcdef"u8, 0));
        Assert.True(_disk.IsDown);
        Assert.Throws<SimulatedCrashException>(() => _disk.OpenRead("/d/a"));

        _disk.PowerOn();
        Assert.Equal("abc", Text("/d/a"));
        Assert.Throws<SimulatedCrashException>(() => file.Length);
    }

    [Fact]
    public void A_random_power_loss_keeps_any_of_the_sectors_and_zeros_for_the_others()
    {
        var patterns = new HashSet<string>();
        for (int seed = 0; seed < 200; seed++)
        {
            var disk = new SimulatedDisk(seed);
            disk.CreateDirectory("/d");
            Put(disk, "/d/a", "");
            using (IDiskFile file = disk.OpenWrite("/d/a")) file.Write([.. Enumerable.Repeat((byte)'x', 1024)], 0);
            disk.PowerLoss(Unsynced.Random);
            byte[] content = disk.Content("/d/a");
            if (content.Length == 1024) patterns.Add($"{(char)(content[0] | 0x40)}{(char)(content[600] | 0x40)}");
            Assert.All(content, b => Assert.True(b is (byte)'x' or 0));
        }

        Assert.Equal(["@@", "@x", "x@", "xx"], patterns.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_seed_loses_the_same()
    {
        byte[] Lose()
        {
            var disk = new SimulatedDisk(7);
            disk.CreateDirectory("/d");
            Put(disk, "/d/a", "");
            using (IDiskFile file = disk.OpenWrite("/d/a")) file.Write([.. Enumerable.Range(1, 9000).Select(i => (byte)i)], 0);
            disk.PowerLoss(Unsynced.Random);
            return disk.Content("/d/a");
        }

        Assert.Equal(Lose(), Lose());
    }

    [Fact]
    public void A_full_disk_takes_what_fits_and_goes_on_when_room_is_given_back()
    {
        _disk.CapacityBytes = 10;
        using IDiskFile file = _disk.OpenWrite("/d/a");
        file.Write("12345678"u8, 0);
        Assert.Equal(2, _disk.FreeBytes);
        Assert.Throws<DiskFullException>(() => file.Write("abcd"u8, 8));
        Assert.Equal("12345678ab", Text("/d/a"));
        file.Write("overwrite!"u8, 0);

        _disk.CapacityBytes = 12;
        file.Write("abcd"u8, 8);
        Assert.Equal("overwritabcd", Text("/d/a"));
    }

    [Fact]
    public void Every_changing_call_fails_with_the_error_of_the_script_and_does_nothing()
    {
        Put("/d/a", "x");
        using IDiskFile file = _disk.OpenWrite("/d/a");
        Action[] calls =
        [
            () => file.Write("y"u8, 0), () => file.Truncate(0), () => _disk.OpenWrite("/d/new"), () => _disk.Rename("/d/a", "/d/b"),
            () => _disk.Delete("/d/a"), () => _disk.CreateDirectory("/e"), () => _disk.SyncDirectory("/d"), () => _disk.TryLock("/d/lock", "me"),
        ];
        foreach (Action call in calls)
        {
            _disk.Faults.At(_disk.Operations + 1, DiskFault.Fail(DiskError.ReadOnlyFileSystem));
            Assert.Equal((int)DiskError.ReadOnlyFileSystem, Assert.Throws<IOException>(call).HResult);
            Assert.Equal(["/d/a"], _disk.Files());
            Assert.Equal("x", Text("/d/a"));
            Assert.False(_disk.DirectoryExists("/e"));
        }

        _disk.Faults.AtLook(_disk.Looks + 1, DiskFault.Fail(DiskError.Io));
        Assert.Throws<IOException>(() => file.Read(new byte[1], 0));
        Assert.Equal(1, file.Read(new byte[1], 0));
    }

    [Fact]
    public void A_lock_is_exclusive_until_it_is_released_or_its_process_dies()
    {
        SimulatedProcess other = _disk.StartProcess("other");
        IDisposable held = Assert.IsType<IDisposable>(other.TryLock("/d/lock", "pid 7"), exactMatch: false);
        Assert.Null(_disk.TryLock("/d/lock", "me"));
        Assert.Equal("pid 7", Text("/d/lock"));
        held.Dispose();
        using (Assert.IsType<IDisposable>(_disk.TryLock("/d/lock", "me"), exactMatch: false)) Assert.Null(other.TryLock("/d/lock", "pid 7"));

        Assert.NotNull(other.TryLock("/d/lock", "pid 7"));
        other.Kill();
        Assert.NotNull(_disk.TryLock("/d/lock", "me"));
        Assert.Throws<SimulatedCrashException>(() => other.FileExists("/d/lock"));
    }

    [Fact]
    public void A_watch_is_called_for_changes_below_its_directory_at_once_or_when_asked()
    {
        int calls = 0;
        _disk.CreateDirectory("/d/sub");
        using (_disk.Watch("/d", () => calls++))
        {
            using IDiskFile file = _disk.OpenWrite("/d/sub/a");
            file.Write("x"u8, 0);
            Assert.Equal(2, calls);
            _disk.CreateDirectory("/dd");
            Assert.Equal(2, calls);

            _disk.HoldWatches = true;
            file.Write("y"u8, 0);
            Assert.Equal(2, calls);
            _disk.CallHeldWatches();
            Assert.Equal(3, calls);
        }

        _disk.HoldWatches = false;
        _disk.Delete("/d/sub/a");
        Assert.Equal(3, calls);
    }

    [Fact]
    public void A_flipped_bit_stays_flipped()
    {
        Put("/d/a", "a");
        _disk.FlipBit("/d/a", 0, 1);
        Assert.Equal("c", Text("/d/a"));
        _disk.PowerLoss();
        Assert.Equal("c", Text("/d/a"));
    }

    [Fact]
    public void The_trace_tells_what_happened()
    {
        Put("/d/a", "abc");
        _disk.Faults.At(_disk.Operations + 1, DiskFault.Fail(DiskError.Io));
        Assert.Throws<IOException>(() => _disk.Delete("/d/a"));
        Assert.EndsWith(
            $"op {_disk.Operations - 3} [main] Write /d/a 3 bytes at 0\nop {_disk.Operations - 2} [main] Sync /d/a\n"
            + $"op {_disk.Operations - 1} [main] SyncDirectory /d\nop {_disk.Operations} [main] Delete /d/a: Io after 0 bytes",
            _disk.Trace.Tail());
    }

    private void Put(string path, string text) => Put(_disk, path, text);

    private static void Put(SimulatedDisk disk, string path, string text)
    {
        using IDiskFile file = disk.OpenWrite(path);
        file.Write(Encoding.UTF8.GetBytes(text), 0);
        file.Sync();
        disk.SyncDirectory("/d");
    }

    private string Text(string path) => Encoding.UTF8.GetString(_disk.Content(path));
}
