using System.Diagnostics;
using System.Text.Json;
using Weir.EndToEnd.Tests.Serving;

namespace Weir.EndToEnd.Tests.Events;

/// <summary>From a disk that fails to whoever is told: real devices, file systems, kernel messages, journald and processes.</summary>
public sealed class FailingDiskTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-disks-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_that_fails_is_one_event_with_what_it_carries_and_the_file_system_follows_from_it()
    {
        string? whyNot = FailingDisk.WhyNot("ext4", "xfs", "btrfs") ?? RealJournald.WhyNot();
        Assert.SkipWhen(whyNot is not null, whyNot ?? "");
        using RealJournald journald = await RealJournald.StartAsync(Token);
        string socket = Path.Combine(_directory.FullName, "events.sock");
        using ServeProcess daemon = await ServeProcess.StartAsync(
            _directory.FullName,
            new Dictionary<string, string>
            {
                ["WEIR__EVENTS__SOURCES"] = "[kmsg]",
                ["WEIR__EVENTS__NOTIFY"] = $"[journald socket={journald.Socket}]",
                ["WEIR__EVENTS__DRIVES"] = $"[{_directory.FullName}/xfs]",
                ["WEIR__EVENTS__VARLINK"] = socket,
            });
        using Process monitor = Start("dotnet", Path.Combine(AppContext.BaseDirectory, "weir.dll"), "events", "monitor", "--json", "--feed", $"file:{_directory.FullName}/feed");
        using Process follower = Start("python3", Path.Combine(AppContext.BaseDirectory, "storage-events.py"), socket, "monitor", "Error");
        Assert.Equal("following", await follower.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(Patience, Token));
        var events = new List<JsonElement>();
        var disks = new List<FailingDisk>();
        try
        {
            foreach (string fileSystem in (string[])["ext4", "xfs", "btrfs"]) disks.Add(FailingDisk.Create(_directory.FullName, fileSystem));
            // The monitor is there when it shows that one of them was mounted.
            await ReadUntilAsync(monitor, events, () => disks.TrueForAll(disk => Find(events, disk, "FS_MOUNTED").Any()));
            foreach (FailingDisk disk in disks)
            {
                disk.Cut();
                using (var again = new Timer(_ => disk.Ask(), null, TimeSpan.Zero, TimeSpan.FromSeconds(1)))
                    await ReadUntilAsync(monitor, events, () => Find(events, disk, "BLK_IO_ERROR").Any());
                disk.Use();
            }

            await ReadUntilAsync(monitor, events, () => disks.Exists(disk => Consequences(events, disk).Any()));

            foreach (FailingDisk disk in disks)
            {
                JsonElement one = Assert.Single(Find(events, disk, "BLK_IO_ERROR"));
                Assert.Equal(disk.Uuid, one.GetProperty("hierarchy_blk_info").GetProperty("uuid").GetString());
                Assert.Equal(disk.MountPoint, one.GetProperty("hierarchy_blk_info").GetProperty("mount_point").GetString());
                Assert.Equal("Loop", one.GetProperty("cur_blk_info").GetProperty("blk_type").GetString());
            }

            // The same by varlink, …
            string? line;
            do line = await follower.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(Patience, Token);
            while (line is not null && !line.StartsWith("Error BLK_IO_ERROR /dev/loop", StringComparison.Ordinal));
            Assert.NotNull(line);
            string info = await OutputAsync("python3", Path.Combine(AppContext.BaseDirectory, "storage-events.py"), socket, "info", disks[0].Device);
            Assert.Equal(disks[0].Uuid, JsonDocument.Parse(info).RootElement.GetProperty("device").GetProperty("uuid").GetString());

            // … in journald, with the fields of the original, …
            JsonElement cause = Find(events, disks[2], "BLK_IO_ERROR").Single();
            string stored = "";
            for (var waited = Stopwatch.StartNew(); stored.Length == 0 && waited.Elapsed < Patience;)
                stored = await OutputAsync("journalctl", "--directory", journald.Journal, "-o", "json", "-q", "IS_PERIPETY=TRUE", $"EVENT_ID={cause.GetProperty("event_id").GetString()}");
            using JsonDocument entry = JsonDocument.Parse(stored);
            Assert.Equal("BLK_IO_ERROR", entry.RootElement.GetProperty("EVENT_TYPE").GetString());
            Assert.Equal("3", entry.RootElement.GetProperty("PRIORITY").GetString());
            Assert.Equal(disks[2].Device, entry.RootElement.GetProperty("DEV_PATH").GetString());
            Assert.Equal(cause.GetProperty("event_id").GetString(), JsonDocument.Parse(entry.RootElement.GetProperty("JSON").GetString()!).RootElement.GetProperty("event_id").GetString());

            // … and as a request to scan the drive that stands there.
            string requests = "";
            for (var waited = Stopwatch.StartNew(); requests.Length == 0 && waited.Elapsed < Patience;)
            {
                requests = await OutputAsync("dotnet", Path.Combine(AppContext.BaseDirectory, "weir.dll"), "feed", "tail", "health:requests", "--from", "first", "--once", "--json", "--feed", $"file:{_directory.FullName}/feed");
            }

            Assert.Contains($"\"drive_path\":\"{_directory.FullName}/xfs\"", requests, StringComparison.Ordinal);
        }
        finally
        {
            foreach (FailingDisk disk in disks) disk.Dispose();
            monitor.Kill();
            follower.Kill();
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Events of a type about a disk; not those that only tell how often it happened again, a minute later.</summary>
    private static IEnumerable<JsonElement> Find(List<JsonElement> events, FailingDisk disk, string type) =>
        events.Where(one => one.GetProperty("event_type").GetString() == type && !one.GetProperty("extension").TryGetProperty("repeats_event_id", out _) && one.GetProperty("cur_blk_info").GetProperty("blk_path").GetString() == disk.Device);

    /// <summary>What the file system says because the disk has failed. What it says before the kernel tells of the disk, which it does not always, stands alone.</summary>
    private static IEnumerable<JsonElement> Consequences(List<JsonElement> events, FailingDisk disk) => events.Where(one =>
        one.GetProperty("sub_system").GetString() == disk.FileSystem
        && one.GetProperty("severity").GetString() is "Error" or "Critical" or "Alert" or "Emergency"
        && one.GetProperty("cur_blk_info").GetProperty("blk_path").GetString() == disk.Device
        && Find(events, disk, "BLK_IO_ERROR").Any(cause => cause.GetProperty("event_id").GetString() == one.GetProperty("root_cause_event_id").GetString()));

    private static async Task ReadUntilAsync(Process monitor, List<JsonElement> events, Func<bool> isEnough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(Patience);
        while (!isEnough())
        {
            string line = await monitor.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("the monitor ended");
            events.Add(JsonDocument.Parse(line).RootElement.Clone());
        }
    }

    private static Process Start(string program, params string[] words) => Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true })!;

    private static async Task<string> OutputAsync(string program, params string[] words)
    {
        using Process process = Start(program, words);
        string output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return output;
    }
}
