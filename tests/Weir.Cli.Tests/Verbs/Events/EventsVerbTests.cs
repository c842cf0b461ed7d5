using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Events;

public sealed class EventsVerbTests : IDisposable
{
    private const string Lines = """
        2024-02-03T04:05:06.100000+00:00 h1 kernel: I/O error, dev sdf, sector 20482 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2
        2024-02-03T04:05:06.200000+00:00 h1 kernel: I/O error, dev sdf, sector 20484 op 0x0:(READ) flags 0x0 phys_seg 1 prio class 2
        2024-02-03T04:05:06.200000+00:00 h1 kernel: usb 1-1: new high-speed USB device number 5 using xhci_hcd

        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-events-");
    private readonly TestTerminal _terminal = new();

    public EventsVerbTests()
    {
        _terminal.Variables["WEIR_FEED"] = $"file:{_directory.FullName}/feed";
        string disk = Directory.CreateDirectory(Path.Combine(_directory.FullName, "root/sys/class/block/sdf")).FullName;
        File.WriteAllText(Path.Combine(disk, "dev"), "8:80\n");
        File.WriteAllText(Path.Combine(disk, "size"), "2048\n");
        Directory.CreateDirectory(Path.Combine(disk, "device"));
        File.WriteAllText(Path.Combine(disk, "device/wwid"), "naa.5000c500a1b2c3d4\n");
    }

    private string Root => Path.Combine(_directory.FullName, "root");

    [Fact]
    public async Task A_log_becomes_events_that_can_be_asked_for()
    {
        Outcome collected = await CollectAsync();
        Assert.Equal("-: 3 lines, 2 about storage, 2 kept, 0 only counted, 0 lost; 1 events\n", collected.Out);
        Outcome asked = await _terminal.RunAsync("events", "query", "--json");
        using JsonDocument one = JsonDocument.Parse(Assert.Single(asked.Lines));
        Assert.Equal("naa.5000c500a1b2c3d4", one.RootElement.GetProperty("cur_blk_info").GetProperty("wwid").GetString());
        Assert.Equal(2, one.RootElement.GetProperty("count").GetInt64());
        Assert.Contains("BLK_IO_ERROR /dev/sdf x2: I/O error, dev sdf", Assert.Single((await _terminal.RunAsync("events", "query")).Lines), StringComparison.Ordinal);
        Assert.StartsWith("{\n  \"hostname\": \"h1\"", (await _terminal.RunAsync("events", "query", "--format", "JsonPretty")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "--severity", "Error")]
    [InlineData(0, "--severity", "crit")]
    [InlineData(1, "--sub-system", "BLOCK")]
    [InlineData(0, "--sub-system", "ext4")]
    [InlineData(1, "--event-type", "BLK_*")]
    [InlineData(0, "--event-type", "FS_*")]
    [InlineData(1, "--blk", "naa.5000c500a1b2c3d4")]
    [InlineData(1, "--blk", "/dev/sdf")]
    [InlineData(0, "--blk", "naa.other")]
    [InlineData(1, "--since", "2024-02-03")]
    [InlineData(0, "--since", "2024-02-05 00:00:00")]
    [InlineData(0, "--since", "yesterday")]
    public async Task The_options_of_the_original_choose(int count, string option, string value)
    {
        await CollectAsync();
        Outcome asked = await _terminal.RunAsync("events", "query", option, value);
        Assert.Equal((0, count), (asked.ExitCode, asked.Lines.Length));
    }

    [Theory]
    [InlineData("--severity", "awful")]
    [InlineData("--format", "xml")]
    [InlineData("--since", "tomorrow")]
    public async Task What_an_option_cannot_be_is_wrong_usage(string option, string value) =>
        Assert.Equal(2, (await _terminal.RunAsync("events", "query", option, value)).ExitCode);

    [Fact]
    public async Task What_could_not_be_told_is_told_when_it_is_replayed()
    {
        string hooks = Path.Combine(_directory.FullName, "hooks"), taken = Path.Combine(_directory.FullName, "taken");
        string notifier = $"hooks dir={hooks} attempts=1";
        Assert.Equal(0, (await _terminal.RunAsync("events", "notify", "--once", notifier)).ExitCode);
        await CollectAsync();
        Assert.Equal(3, (await _terminal.RunAsync("events", "notify", "--once", notifier)).ExitCode);

        Directory.CreateDirectory(hooks);
        string hook = Path.Combine(hooks, "10");
        await File.WriteAllTextAsync(hook, $"#!/bin/sh\necho $WEIR_EVENT_TYPE $WEIR_COUNT >> {taken}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Outcome replayed = await _terminal.RunAsync("events", "notify", "--replay", notifier);
        Assert.Equal((0, "weir: 1 dead letters, 1 told\n"), (replayed.ExitCode, replayed.Error));
        Assert.Equal("BLK_IO_ERROR 2\n", await File.ReadAllTextAsync(taken, TestContext.Current.CancellationToken));
        Assert.Equal("weir: 0 dead letters, 0 told\n", (await _terminal.RunAsync("events", "notify", "--replay", notifier)).Error);
    }

    [Theory]
    [InlineData("carrier-pigeon")]
    [InlineData("mail to=a@b")]
    [InlineData("webhook url=ftp://x")]
    [InlineData("stdout severity=awful")]
    [InlineData("stdout colour=red")]
    [InlineData("irc server=x channel=storage")]
    public async Task What_is_no_notifier_is_wrong_usage(string notifier) => Assert.Equal(2, (await _terminal.RunAsync("events", "notify", notifier)).ExitCode);

    [Fact]
    public async Task Devices_of_a_captured_tree_are_listed_and_explained()
    {
        Assert.Contains("sdf   Scsi  1 MiB  naa.5000c500a1b2c3d4", (await _terminal.RunAsync("events", "list", "--root", Root)).Lines);
        Outcome info = await _terminal.RunAsync("events", "info", "8:80", "--root", Root);
        Assert.Contains("wwid         : naa.5000c500a1b2c3d4", info.Lines);
        Assert.Equal(1, (await _terminal.RunAsync("events", "info", "sdz", "--root", Root)).ExitCode);
        Assert.Equal(2, (await _terminal.RunAsync("events", "list", "--root", "/nowhere")).ExitCode);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private Task<Outcome> CollectAsync()
    {
        _terminal.Input = System.Text.Encoding.UTF8.GetBytes(Lines);
        return _terminal.RunAsync("events", "collect", "--source", "-", "--once", "--root", Root);
    }
}
