using System.Text;
using System.Text.Json;
using Weir.Cli.Tests.Verbs.Feed;

namespace Weir.Cli.Tests.Verbs.Changelog;

public sealed class ChangelogVerbTests : FeedFixture
{
    private const string Mdt = "testfs-MDT0000";

    private const string Text =
        """
        1 00MARK  12:00:00.000000005 2025.08.12 0x0 t=[0x10001:0x0:0x0] testfs-MDT0000
        2 02MKDIR 12:00:00.999999999 2025.08.12 0x0 t=[0x200000402:0x11:0x0] j=mkdir.1000 ef=0x13 u=1000:1000 nid=192.168.1.7@tcp1 p=[0x200000007:0x1:0x0] dir
        3 01CREAT 12:00:01.000000001 2025.08.12 0x0 t=[0x200000402:0x10:0x0] j=cp.0 ef=0x13 u=0:0 nid=10.0.0.1@tcp p=[0x200000402:0x11:0x0] file one
        4 24NOPEN 12:00:05.000000011 2025.08.12 0x0 t=[0x200000402:0x10:0x0] ef=0x17 u=1000:1000 nid=10.0.0.3@tcp m=r--
        5 06UNLNK 12:00:06.000000009 2025.08.12 0x1 t=[0x200000402:0x10:0x0] j=rm.0 ef=0x13 u=0:0 nid=10.0.0.1@tcp p=[0x200000402:0x11:0x0] file one

        """;

    [Theory]
    [InlineData(".bin")]
    [InlineData(".txt")]
    public async Task The_shared_sample_prints_as_lfs_printed_it(string extension)
    {
        string sample = Fixture("lustre/changelog-testfs-MDT0000");
        Outcome outcome = await RunAsync("changelog", "read", "--file", sample + extension);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Equal(await File.ReadAllTextAsync(sample + ".txt", TestContext.Current.CancellationToken), outcome.Out);
    }

    [Fact]
    public async Task What_is_followed_from_standard_input_is_in_the_feed_once()
    {
        for (int time = 0; time < 2; time++)
        {
            Terminal.Input = Encoding.UTF8.GetBytes(Text);
            Outcome followed = await RunAsync("changelog", "follow", Mdt, "--file", "-", "--json", "--log-level", "warning");
            Assert.Equal((0, ""), (followed.ExitCode, followed.Error));
            using JsonDocument counts = JsonDocument.Parse(followed.Out);
            Assert.Equal((time == 0 ? 5 : 0, 5), (counts.RootElement.GetProperty("records").GetInt32(), counts.RootElement.GetProperty("last_index").GetInt32()));
        }

        Assert.Equal(Text, (await RunAsync("changelog", "read", Mdt)).Out);
        Assert.Equal(Text, (await RunAsync("changelog", "read")).Out);
        Assert.Equal(2, (await RunAsync("changelog", "read", Mdt, "--from", "2", "--to", "3")).Lines.Length);
    }

    [Fact]
    public async Task Without_a_name_the_configured_MDTs_are_followed_and_each_failure_is_told()
    {
        string config = Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "weir.yaml");
        await File.WriteAllTextAsync(config, "changelogs:\n  mdts: [none-MDT0000:cl1, none-MDT0001]\n  mask: CREAT,UNLNK\n", TestContext.Current.CancellationToken);
        Outcome outcome = await RunAsync("changelog", "follow", "-c", config, "--once", "--log-level", "warning");
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Out));
        string[] errors = [.. outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
        Assert.Equal(2, errors.Length);
        Assert.StartsWith("weir: none-MDT0000: cannot open /dev/changelog-none-MDT0000: ", errors[0]);
        Assert.StartsWith("weir: none-MDT0001: cannot open /dev/changelog-none-MDT0001: ", errors[1]);

        await File.WriteAllTextAsync(config, $"changelogs:\n  mdts: {Mdt}:cl1\n  mask: CREAT,UNLNK\n", TestContext.Current.CancellationToken);
        Terminal.Input = Encoding.UTF8.GetBytes(Text);
        Assert.Equal(0, (await RunAsync("changelog", "follow", "-c", config, "--file", "-", "--log-level", "warning")).ExitCode);
        Assert.Equal(["3 01CREAT", "5 06UNLNK"], (await RunAsync("changelog", "read", Mdt)).Lines.Select(line => line[..9]));
    }

    [Fact]
    public async Task Missing_records_are_told_and_the_exit_code_says_so()
    {
        Terminal.Input = Encoding.UTF8.GetBytes(string.Join('\n', Text.Split('\n').Where(line => !line.StartsWith('3'))));
        Assert.Equal(0, (await RunAsync("changelog", "follow", Mdt, "--file", "-")).ExitCode);
        Outcome text = await RunAsync("changelog", "read", Mdt);
        Assert.Equal((3, 4), (text.ExitCode, text.Lines.Length));
        Assert.Contains("records up to 3 are missing", text.Error, StringComparison.Ordinal);
        using JsonDocument gap = JsonDocument.Parse((await RunAsync("changelog", "read", Mdt, "--json")).Lines[2]);
        Assert.Equal(("GAP", 3), (gap.RootElement.GetProperty("type").GetString(), gap.RootElement.GetProperty("first").GetInt32()));
    }

    [Fact]
    public async Task JSON_has_paths_when_they_are_asked_for()
    {
        Terminal.Input = Encoding.UTF8.GetBytes(Text);
        Outcome outcome = await RunAsync("changelog", "read", Mdt, "--file", "-", "--json", "--paths", "--mask", "CREAT,UNLNK,NOPEN");
        string[] paths = [.. outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()!)];
        Assert.Equal(["/dir/file one", "/dir/file one", "/dir/file one"], paths);
        Assert.StartsWith("{\"mdt\":\"testfs-MDT0000\",\"type\":\"CREAT\",\"path\":\"/dir/file one\",\"index\":3,\"type_id\":1,\"time\":\"2025-08-12T12:00:01.000000001Z\"", outcome.Lines[0]);
    }

    [Fact]
    public async Task The_audit_profile_gives_CloudEvents_of_accesses()
    {
        Terminal.Input = Encoding.UTF8.GetBytes(Text);
        await RunAsync("changelog", "follow", Mdt, "--file", "-");
        using JsonDocument json = JsonDocument.Parse(Assert.Single((await RunAsync("changelog", "read", "--profile", "audit")).Lines));
        JsonElement denied = json.RootElement, data = denied.GetProperty("data");
        Assert.Equal(("1.0", "io.weir.lustre.NOPEN", "0x200000402:0x10:0x0"), (denied.GetProperty("specversion").GetString(), denied.GetProperty("type").GetString(), denied.GetProperty("subject").GetString()));
        Assert.EndsWith("-4", denied.GetProperty("id").GetString());
        Assert.Equal((1000, 1000, "10.0.0.3@tcp", "r--"), (data.GetProperty("uid").GetInt32(), data.GetProperty("gid").GetInt32(), data.GetProperty("nid").GetString(), data.GetProperty("open_mode").GetString()));
    }

    [Fact]
    public async Task Coalescing_leaves_out_what_was_made_and_removed()
    {
        Terminal.Input = Encoding.UTF8.GetBytes(Text);
        Assert.Equal(["1 00MARK ", "2 02MKDIR", "4 24NOPEN"], (await RunAsync("changelog", "read", "--file", "-", "--coalesce")).Lines.Select(line => line[..9]));
        Terminal.Input = Encoding.UTF8.GetBytes(Text);
        Assert.Equal(2, (await RunAsync("changelog", "read", "--file", "-", "--profile", "db")).Lines.Length);
    }

    [Fact]
    public async Task Damage_is_told_with_its_place()
    {
        Terminal.Input = Encoding.UTF8.GetBytes("rubbish\n" + Text);
        Outcome outcome = await RunAsync("changelog", "read", "--file", "-");
        Assert.Equal(3, outcome.ExitCode);
        Assert.Equal("", outcome.Out);
        Assert.Contains("after record 0, are no record", outcome.Error, StringComparison.Ordinal);
        Terminal.Input = Encoding.UTF8.GetBytes(Text.Replace("1 00MARK", "1 00MARX", StringComparison.Ordinal));
        outcome = await RunAsync("changelog", "read", "--file", "-");
        Assert.Equal((3, 4), (outcome.ExitCode, outcome.Lines.Length));
        Assert.Equal("weir: warning: -: line 1 is no record: BadType\n", outcome.Error);
    }

    [Fact]
    public async Task Users_are_shown_with_those_that_will_be_removed()
    {
        string directory = Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "mdd", Mdt);
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "changelog_users"), "current_index: 100\nID index (idle) mask\ncl1-robin 90 (35) mask=CREAT\ncl2 5 (99)\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "changelog_max_idle_time"), "60\n", TestContext.Current.CancellationToken);
        Outcome text = await RunAsync("changelog", "users", Mdt, "--params", Path.GetDirectoryName(directory)!);
        Assert.Equal((3, 4), (text.ExitCode, text.Lines.Length));
        Assert.Contains("will be removed: idle for more than 60 seconds", text.Lines[3], StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse((await RunAsync("changelog", "users", Mdt, "--params", Path.GetDirectoryName(directory)!, "--json")).Out);
        JsonElement robin = json.RootElement.GetProperty("users")[0];
        Assert.Equal(("cl1-robin", 10, "CREAT"), (robin.GetProperty("id").GetString(), robin.GetProperty("behind").GetInt32(), robin.GetProperty("mask").GetString()));
        Assert.Equal(JsonValueKind.Null, robin.GetProperty("removed_because").ValueKind);
    }

    [Theory]
    [InlineData("read --file x --device testfs-MDT0000 testfs-MDT0001")]
    [InlineData("read --device")]
    [InlineData("read --format xml")]
    [InlineData("read --profile x")]
    [InlineData("read --paths")]
    [InlineData("read --mask FOO")]
    [InlineData("read ../x")]
    [InlineData("follow testfs-MDT0000 --user robin")]
    [InlineData("follow testfs-MDT0000 --user cl1 --file -")]
    [InlineData("follow testfs-MDT0000:robin")]
    [InlineData("follow testfs-MDT0000:cl1 testfs-MDT0000:cl2")]
    [InlineData("follow testfs-MDT0000 testfs-MDT0001 --user cl1")]
    [InlineData("follow testfs-MDT0000 testfs-MDT0001 --file -")]
    [InlineData("follow testfs-MDT0000 testfs-MDT0001 --device-path /x")]
    [InlineData("follow testfs-MDT0000:cl1 --file -")]
    [InlineData("follow")]
    [InlineData("clear testfs-MDT0000 robin 1")]
    [InlineData("clear testfs-MDT0000 cl1 -1")]
    [InlineData("clear testfs-MDT0000 cl1 x")]
    public async Task What_cannot_be_meant_is_refused(string words)
    {
        Outcome outcome = await RunAsync(["changelog", .. words.Split(' ')]);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Out));
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_a_failure_that_names_it()
    {
        Outcome outcome = await RunAsync("changelog", "follow", Mdt, "--once", "--device-path", "/none/x", "--log-level", "warning");
        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("weir: testfs-MDT0000: cannot open /none/x: ", outcome.Error);
        Assert.Equal(1, (await RunAsync("changelog", "clear", Mdt, "cl1", "5", "--device-path", "/none/x")).ExitCode);
    }

    private static string Fixture(string name)
    {
        for (DirectoryInfo? above = new(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            string file = Path.Combine(above.FullName, "shared", "fixtures", name);
            if (File.Exists(file + ".bin")) return file;
        }

        Assert.Skip($"The shared fixture {name} does not lie beside this repository.");
        return "";
    }
}
