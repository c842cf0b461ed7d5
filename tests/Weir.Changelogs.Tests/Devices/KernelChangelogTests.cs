using Weir.Changelogs.Devices;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests.Devices;

/// <summary>The system calls, against a plain file in the device's place: reads, writes, errors. What only Lustre's device does is the simulated one's.</summary>
public sealed class KernelChangelogTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-changelog-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Clearing_writes_the_command_with_the_users_number()
    {
        string path = Write("device", new string('x', 40));
        new KernelChangelog("testfs-MDT0000", path).Clear("cl12-robin", 4711);
        Assert.StartsWith("clear:cl12:4711xxxx", File.ReadAllText(path));
    }

    [Fact]
    public void Reading_gives_the_bytes_and_then_the_end()
    {
        var device = new KernelChangelog("testfs-MDT0000", Write("device", new string('r', 100)));
        using IChangelogStream stream = device.Open(0);
        var buffer = new byte[4096];
        Assert.Equal(ChangelogPoll.Readable, stream.Poll(TimeSpan.Zero));
        Assert.Equal(100, stream.Read(buffer));
        Assert.Equal(0, stream.Read(buffer));
    }

    [Fact]
    public void Errors_carry_their_number_and_say_where()
    {
        var missing = new KernelChangelog("testfs-MDT0000", Path.Combine(_directory.FullName, "none"));
        ChangelogDeviceException failed = Assert.Throws<ChangelogDeviceException>(() => missing.Open(1));
        Assert.Equal(ChangelogDeviceException.NoEntry, failed.Errno);
        Assert.StartsWith("testfs-MDT0000: cannot open ", failed.Message);
        Assert.Equal(ChangelogDeviceException.InvalidArgument, Assert.Throws<ChangelogDeviceException>(() => missing.Clear("robin", 1)).Errno);
        using IChangelogStream directory = new KernelChangelog("testfs-MDT0000", _directory.FullName).Open(0);
        Assert.Equal(21, Assert.Throws<ChangelogDeviceException>(() => directory.Read(new byte[10])).Errno);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("a b")]
    public void A_name_that_no_MDT_has_is_refused(string name) => Assert.Throws<ArgumentException>(() => new KernelChangelog(name));

    [Fact]
    public void Users_and_limits_are_read_from_the_parameters()
    {
        Directory.CreateDirectory(Path.Combine(_directory.FullName, "testfs-MDT0000"));
        Write("testfs-MDT0000/changelog_users", "current_index: 9000\nID index (idle) mask\ncl1 8990 (10)\ncl2 5 (2592001)\ncl3-far 10 (100)\n");
        Write("testfs-MDT0000/changelog_max_idle_time", "2592000\n");
        Write("testfs-MDT0000/changelog_max_idle_indexes", "8000\n");
        var parameters = new MdtParameters(["/none", _directory.FullName]);
        ChangelogUsers users = parameters.ReadUsers("testfs-MDT0000", out int skipped)!;
        CollectionLimits limits = parameters.ReadLimits("testfs-MDT0000");
        Assert.Equal((0, 3), (skipped, users.Users.Count));
        Assert.Null(limits.IsOn);
        Assert.Equal([null, "idle for more than 2592000 seconds", "more than 8000 records behind"], users.Users.Select(user => limits.WhyRemoved(user, users.CurrentIndex)));
        Assert.Null((limits with { IsOn = false }).WhyRemoved(users.Users[1], users.CurrentIndex));
        Assert.Null(parameters.ReadUsers("other", out _));
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_directory.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
