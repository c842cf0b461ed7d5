using System.Diagnostics;
using System.Text.Json;
using Weir.EndToEnd.Tests.Serving;

namespace Weir.EndToEnd.Tests.Events;

/// <summary>From a disk that fails to whoever is told: real devices, file systems, kernel messages, journald and processes.</summary>
public sealed class FailingDiskTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-disks-");

    private readonly List<JsonElement> _events = [];

    private readonly List<FailingDisk> _disks = [];

    private Task<string?>? _line;

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
        using var log = KernelLog.Open();
        var disks = new List<FailingDisk>();
        try
        {
            foreach (string fileSystem in (string[])["ext4", "xfs", "btrfs"]) disks.Add(await FailAsync(monitor, log, fileSystem));

            foreach (FailingDisk disk in disks)
            {
                JsonElement one = Assert.Single(Find(disk, "BLK_IO_ERROR"));
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

            // … in journald, the disk's error and the file system's, with the fields of the original, …
            foreach (FailingDisk disk in disks)
            {
                JsonElement cause = Find(disk, "BLK_IO_ERROR").Single();
                await AssertStoredAsync(journald, disk, cause);
                await AssertStoredAsync(journald, disk, Consequences(disk).First());
            }

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
            foreach (FailingDisk disk in _disks) disk.Dispose();
            monitor.Kill();
            follower.Kill();
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>
    /// Has a disk fail until the monitor has shown that, and that its file system follows from it. The kernel does not always tell of the disk first, or at
    /// all: then it is another disk's turn.
    /// </summary>
    private async Task<FailingDisk> FailAsync(Process monitor, KernelLog log, string fileSystem)
    {
        for (int round = 0; ; round++)
        {
            FailingDisk disk = FailingDisk.Create(_directory.FullName, fileSystem, round);
            _disks.Add(disk);
            // The monitor is there when it shows that it was mounted.
            Assert.True(await ReadUntilAsync(monitor, () => _events.Exists(one => IsMounting(one, disk)), Patience), $"{disk.Device} was mounted and the monitor does not say so: {string.Join('\n', _events)}");
            DateTimeOffset began = DateTimeOffset.UtcNow;
            disk.Cut();
            using (var again = new Timer(_ => disk.Ask(), null, TimeSpan.Zero, TimeSpan.FromSeconds(1)))
                Assert.True(await ReadUntilAsync(monitor, () => Find(disk, "BLK_IO_ERROR").Any(), Patience), $"{disk.Device} failed and the monitor does not say so: {string.Join('\n', _events)}");
            // The kernel tells of only so many; another of its lines may be what the event was made of.
            if (log.Seen($"I/O error, dev {Path.GetFileName(disk.Device)},", began) is { } seen)
                TestContext.Current.SendDiagnosticMessage("{0}", $"{disk.Device} ({fileSystem}): shown {(DateTimeOffset.UtcNow - seen).TotalSeconds:0.00} s after another reader of the kernel's log had the line");
            disk.Use();
            if (await ReadUntilAsync(monitor, () => Consequences(disk).Any(), round < 3 ? TimeSpan.FromSeconds(20) : Patience)) return disk;
            Assert.True(round < 3, $"{fileSystem} on {disk.Device} does not follow from the disk's failure: {string.Join('\n', _events)}");
        }
    }

    /// <summary>That it is being mounted; where it will be is not known yet while btrfs is at it.</summary>
    private static bool IsMounting(JsonElement one, FailingDisk disk) =>
        one.GetProperty("event_type").GetString() == "FS_MOUNTED" && one.GetProperty("cur_blk_info").GetProperty("blk_path").GetString() == disk.Device
        && (one.GetProperty("msg").GetString()!.Contains(disk.Uuid, StringComparison.Ordinal) || one.GetProperty("hierarchy_blk_info").GetProperty("mount_point").GetString() == disk.MountPoint);

    /// <summary>Events of a type about a disk; not those that only tell how often it happened again, a minute later.</summary>
    private IEnumerable<JsonElement> Find(FailingDisk disk, string type) => _events.Where(one =>
        one.GetProperty("event_type").GetString() == type && !one.GetProperty("extension").TryGetProperty("repeats_event_id", out _)
        && one.GetProperty("cur_blk_info").GetProperty("blk_path").GetString() == disk.Device && one.GetProperty("hierarchy_blk_info").GetProperty("mount_point").GetString() == disk.MountPoint);

    /// <summary>What the file system says because the disk has failed.</summary>
    private IEnumerable<JsonElement> Consequences(FailingDisk disk) => _events.Where(one =>
        one.GetProperty("sub_system").GetString() == disk.FileSystem
        && one.GetProperty("severity").GetString() is "Error" or "Critical" or "Alert" or "Emergency"
        && one.GetProperty("cur_blk_info").GetProperty("blk_path").GetString() == disk.Device
        && Find(disk, "BLK_IO_ERROR").Any(cause => cause.GetProperty("event_id").GetString() == one.GetProperty("root_cause_event_id").GetString()));

    /// <summary>Waits until journald has the event, and compares what it has with it.</summary>
    private static async Task AssertStoredAsync(RealJournald journald, FailingDisk disk, JsonElement one)
    {
        string id = one.GetProperty("event_id").GetString()!, stored = "";
        for (var waited = Stopwatch.StartNew(); stored.Length == 0 && waited.Elapsed < Patience;)
            stored = await OutputAsync("journalctl", "--directory", journald.Journal, "-o", "json", "-q", "--no-pager", "IS_PERIPETY=TRUE", $"EVENT_ID={id}");
        Assert.Single(stored.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        using JsonDocument document = JsonDocument.Parse(stored);
        JsonElement entry = document.RootElement;
        string[] severities = ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Info", "Debug"];
        Assert.Equal(
            (one.GetProperty("event_type").GetString(), one.GetProperty("sub_system").GetString(), one.GetProperty("msg").GetString()),
            (Field("EVENT_TYPE"), Field("SUB_SYSTEM"), Field("MESSAGE")));
        Assert.Equal(Array.IndexOf(severities, one.GetProperty("severity").GetString()).ToString(System.Globalization.CultureInfo.InvariantCulture), Field("PRIORITY"));
        Assert.Equal(one.GetProperty("root_cause_event_id").GetString(), Field("ROOT_CAUSE_EVENT_ID"));
        Assert.Equal((disk.Device, disk.Uuid, disk.MountPoint), (Field("DEV_PATH"), Field("FS_UUID"), Field("MOUNT_POINT")));
        Assert.Equal(one.GetProperty("cur_blk_info").GetProperty("wwid").GetString(), Field("DEV_WWID") ?? "");
        Assert.Equal("weir", Field("SYSLOG_IDENTIFIER"));
        Assert.NotNull(Field("MESSAGE_ID"));
        foreach (JsonProperty extension in one.GetProperty("extension").EnumerateObject()) Assert.Equal(extension.Value.GetString(), Field("EXT_" + extension.Name.ToUpperInvariant()));
        Assert.True(JsonElement.DeepEquals(one, JsonDocument.Parse(Field("JSON")!).RootElement), stored);

        string? Field(string name) => entry.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
    }

    /// <returns>Whether it was enough in this time.</returns>
    private async Task<bool> ReadUntilAsync(Process monitor, Func<bool> isEnough, TimeSpan patience)
    {
        var waited = Stopwatch.StartNew();
        while (!isEnough())
        {
            _line ??= monitor.StandardOutput.ReadLineAsync(Token).AsTask();
            // The line that did not come in time is the next one's.
            if (await Task.WhenAny(_line, Task.Delay(patience - waited.Elapsed is { Ticks: > 0 } left ? left : TimeSpan.Zero, Token)) != _line) return false;
            string line = await _line ?? throw new InvalidOperationException("the monitor ended");
            _line = null;
            using JsonDocument one = JsonDocument.Parse(line);
            _events.Add(one.RootElement.Clone());
        }

        return true;
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
