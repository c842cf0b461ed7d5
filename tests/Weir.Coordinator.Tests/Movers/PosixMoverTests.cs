using System.Text.Json;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Posix;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Movers;

public sealed class PosixMoverTests
{
    [Theory]
    [InlineData(ArchiveLayout.V1, "0007/0000/0401/0000/0002/0000/0x200000401:0x7:0x0")]
    [InlineData(ArchiveLayout.V2, "0406/0x200000401:0x7:0x0")]
    public void A_file_is_archived_restored_and_removed(ArchiveLayout layout, string place)
    {
        using var stage = new MoverStage { Layout = layout };
        byte[] content = stage.Write(7, 3_000_001);
        Assert.Equal((0, 3_000_001L), ErrnoAndBytes(stage.Run(HsmAction.Archive, 7)));
        string copy = Path.Combine(stage.ArchivePath, place);
        Assert.Equal(content, File.ReadAllBytes(copy));
        Assert.Equal(File.GetLastWriteTimeUtc(stage.PathOf(7)), File.GetLastWriteTimeUtc(copy));
        using JsonDocument manifest = JsonDocument.Parse(File.ReadAllBytes(copy + ".manifest"));
        Assert.Equal(MoverStage.Sum(content), manifest.RootElement.GetProperty("sha256").GetString());
        Assert.Equal("dir/file 7", manifest.RootElement.GetProperty("path").GetString());

        File.WriteAllBytes(stage.PathOf(7), []);
        Assert.Equal((0, 3_000_001L), ErrnoAndBytes(stage.Run(HsmAction.Restore, 7)));
        Assert.Equal(content, File.ReadAllBytes(stage.PathOf(7)));

        Assert.Equal(0, stage.Run(HsmAction.Remove, 7).Errno);
        Assert.Empty(stage.ArchiveFiles);
        Assert.Equal(0, stage.Run(HsmAction.Remove, 7).Errno);
    }

    [Fact]
    public void Places_of_fids_are_those_of_lhsmtool_posix()
    {
        var fid = new Fid(0x123456789ABCDEF0, 0xFEDC4321, 0x5);
        Assert.Equal("4321/fedc/def0/9abc/5678/1234/0x123456789abcdef0:0xfedc4321:0x5", ArchivePlace.Of(fid, ArchiveLayout.V1).ToString());
        Assert.Equal("9dd1/0x123456789abcdef0:0xfedc4321:0x5", ArchivePlace.Of(fid, ArchiveLayout.V2).ToString());
    }

    [Fact]
    public void A_damaged_copy_is_never_restored()
    {
        using var stage = new MoverStage();
        stage.Write(1, 100_000);
        stage.Run(HsmAction.Archive, 1);
        byte[] copy = File.ReadAllBytes(stage.CopyOf(1));
        DateTime time = File.GetLastWriteTimeUtc(stage.CopyOf(1));
        copy[77_777] ^= 1;
        File.WriteAllBytes(stage.CopyOf(1), copy);
        File.SetLastWriteTimeUtc(stage.CopyOf(1), time);
        File.WriteAllText(stage.PathOf(1), "released");
        ActionReport report = stage.Run(HsmAction.Restore, 1);
        Assert.Equal((74, 1), (report.Errno, report.Attempts));
        Assert.Contains("damaged", report.Message, StringComparison.Ordinal);

        File.WriteAllBytes(stage.CopyOf(1), copy[..50_000]);
        Assert.Equal(74, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.Equal("released", File.ReadAllText(stage.PathOf(1)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{\"format\":\"weir-copy-1\"")]
    [InlineData("{\"format\":\"weir-copy-9\"}")]
    [InlineData("[]")]
    [InlineData("{\"format\":\"weir-copy-1\",\"fid\":\"0x200000401:0x1:0x0\",\"size\":3,\"mtime_ns\":1,\"sha256\":\"short\"}")]
    [InlineData("{\"format\":\"weir-copy-1\",\"fid\":7}")]
    [InlineData("{\"format\":\"weir-copy-1\",\"fid\":\"0x200000401:0x1:0x0\",\"size\":1e99,\"mtime_ns\":\"x\",\"sha256\":null}")]
    public void A_copy_without_a_manifest_that_can_be_used_is_restored_unverified(string? manifest)
    {
        using var stage = new MoverStage();
        Directory.CreateDirectory(Path.GetDirectoryName(stage.CopyOf(1))!);
        File.WriteAllText(stage.CopyOf(1), "as lhsmtool_posix left it");
        if (manifest is not null) File.WriteAllText(stage.CopyOf(1) + ".manifest", manifest);
        stage.Write(1, 0);
        Assert.Equal(0, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.Equal("as lhsmtool_posix left it", File.ReadAllText(stage.PathOf(1)));
    }

    [Fact]
    public void What_is_not_in_the_archive_cannot_be_restored()
    {
        using var stage = new MoverStage();
        stage.Write(1, 10);
        ActionReport report = stage.Run(HsmAction.Restore, 1);
        Assert.Equal((MoverErrno.NoEntry, 1), (report.Errno, report.Attempts));
    }

    [Fact]
    public void A_part_of_a_file_is_not_archived()
    {
        using var stage = new MoverStage();
        stage.Write(1, 10_000);
        Assert.Equal(MoverErrno.NotSupported, stage.Run(stage.Request(HsmAction.Archive, 1) with { ExtentOffset = 1 }).Errno);
        Assert.Equal(MoverErrno.NotSupported, stage.Run(stage.Request(HsmAction.Archive, 1) with { ExtentLength = 9_999 }).Errno);
        Assert.Empty(stage.ArchiveFiles);
        Assert.Equal(0, stage.Run(stage.Request(HsmAction.Archive, 1) with { ExtentLength = 10_000 }).Errno);
    }

    [Fact]
    public void A_link_in_the_archive_leads_nowhere()
    {
        using var stage = new MoverStage();
        using var elsewhere = new MoverStage();
        stage.Write(1, 10_000);
        File.CreateSymbolicLink(Path.Combine(stage.ArchivePath, "0001"), elsewhere.ArchivePath);
        Assert.NotEqual(0, stage.Run(HsmAction.Archive, 1).Errno);
        Assert.NotEqual(0, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.NotEqual(0, stage.Run(HsmAction.Remove, 1).Errno);
        Assert.Empty(elsewhere.ArchiveFiles);
    }

    [Fact]
    public void A_link_in_a_copys_place_is_replaced_and_never_followed()
    {
        using var stage = new MoverStage();
        byte[] content = stage.Write(1, 10_000);
        string victim = Path.Combine(stage.MountPoint, "victim");
        File.WriteAllText(victim, "precious");
        string directory = Directory.CreateDirectory(Path.GetDirectoryName(stage.CopyOf(1))!).FullName;
        string temporary = Path.Combine(directory, TemporaryName.Of(Path.GetFileName(stage.CopyOf(1)), "agent 1"));
        File.CreateSymbolicLink(stage.CopyOf(1), victim);
        Assert.NotEqual(0, stage.Run(HsmAction.Restore, 1).Errno);
        File.CreateSymbolicLink(temporary, victim);
        Assert.NotEqual(0, stage.Run(HsmAction.Archive, 1).Errno);
        File.Delete(temporary);
        Assert.Equal(0, stage.Run(HsmAction.Archive, 1).Errno);
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Null(new FileInfo(stage.CopyOf(1)).LinkTarget);
        Assert.Equal(content, File.ReadAllBytes(stage.CopyOf(1)));
    }

    [Fact]
    public void Extended_attributes_go_with_the_file()
    {
        using var stage = new MoverStage();
        stage.Write(1, 1000);
        byte[] binary = [0, 1, 255, 0];
        Assert.SkipWhen(SetAttribute(stage.PathOf(1), "user.binary", binary) == MoverErrno.NotSupported, "The file system has no extended attributes.");
        Assert.Equal(0, SetAttribute(stage.PathOf(1), "user.müll", "ü"u8.ToArray()));
        Assert.Equal(0, stage.Run(HsmAction.Archive, 1).Errno);
        File.Delete(stage.PathOf(1));
        File.WriteAllBytes(stage.PathOf(1), []);
        Assert.Equal(0, stage.Run(HsmAction.Restore, 1).Errno);
        Assert.Equal(binary, GetAttribute(stage.PathOf(1), "user.binary"));
        Assert.Equal("ü"u8.ToArray(), GetAttribute(stage.PathOf(1), "user.müll"));
        Assert.Equal(binary, GetAttribute(stage.CopyOf(1), "user.binary"));
    }

    [Theory]
    [InlineData("user.x", true)]
    [InlineData("trusted.site", true)]
    [InlineData("system.posix_acl_access", true)]
    [InlineData("trusted.lov", false)]
    [InlineData("trusted.hsm", false)]
    [InlineData("lustre.lov", false)]
    [InlineData("security.selinux", false)]
    public void Lustres_own_attributes_stay_with_Lustre(string name, bool isKept) => Assert.Equal(isKept, ExtendedAttributes.IsKept(name));

    /// <param name="hours">That have passed since somebody wrote to them.</param>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void What_killed_agents_left_is_cleared_away_and_what_others_write_is_not(int hours)
    {
        using var stage = new MoverStage { ArchiveTime = new ManualTimeProvider(DateTimeOffset.UtcNow.AddHours(hours)) };
        stage.Write(1, 1000);
        string directory = Directory.CreateDirectory(Path.GetDirectoryName(stage.CopyOf(1))!).FullName, name = Path.GetFileName(stage.CopyOf(1));
        string own = Path.Combine(directory, TemporaryName.Of(name, "agent 1")), others = Path.Combine(directory, TemporaryName.Of(name, "other"));
        foreach (string path in new[] { own, others }) File.WriteAllText(path, "half");
        Assert.Equal(0, stage.Run(HsmAction.Remove, 1).Errno);
        Assert.False(File.Exists(own));
        Assert.Equal(hours == 0, File.Exists(others));
    }

    [Fact]
    public void Names_of_temporary_files_are_safe_and_differ_between_agents()
    {
        string[] agents = ["a", "a/b", "a_b", "../x", new string('x', 300), new string('x', 299) + "y", "ü", "a\nb"];
        string[] names = [.. agents.Select(agent => TemporaryName.Of("F", agent))];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches(@"^F_tmp\.[A-Za-z0-9._-]{1,80}$", name));
    }

    private static (int Errno, long Bytes) ErrnoAndBytes(ActionReport report) => (report.Errno, report.Bytes);

    private static int SetAttribute(string path, string name, byte[] value)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        return ExtendedAttributes.Set(file, name, value);
    }

    private static byte[]? GetAttribute(string path, string name)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return ExtendedAttributes.Get(file, name);
    }
}
