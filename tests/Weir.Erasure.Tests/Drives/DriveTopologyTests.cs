using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Format;

namespace Weir.Erasure.Tests.Drives;

public sealed class DriveTopologyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Sets_and_positions_come_from_the_drives_whatever_their_order()
    {
        DriveTree tree = Make("a", drives: 8);
        DriveTopology topology = DriveTopology.Discover(tree.Drives.Reverse());
        DrivePool pool = Assert.Single(topology.Pools);
        Assert.Equal((2, 4, 8, 8, true), (pool.SetCount, pool.SetSize, pool.DriveCount, pool.OnlineCount, pool.HasQuorum));
        for (int i = 0; i < 8; i++) Assert.Equal(tree.Drives[i], pool.Set(i / 4)[i % 4]!.Path);
        Assert.All(topology.Drives, drive => Assert.True(drive.TotalBytes > 0));
    }

    [Fact]
    public void Missing_replaced_offline_duplicate_foreign_and_damaged_drives_are_told_apart()
    {
        DriveTree tree = Make("a"), other = Make("b", seed: 2);
        string replaced = Path.Combine(_directory.Path, "replaced"), copy = Path.Combine(_directory.Path, "copy");
        Directory.CreateDirectory(replaced);
        Directory.CreateDirectory(Path.Combine(copy, ".minio.sys"));
        File.Copy(FormatOf(tree.Drives[0]), FormatOf(copy));
        File.WriteAllText(FormatOf(tree.Drives[3]), "{");
        DriveTopology topology = DriveTopology.Discover([.. tree.Drives, replaced, copy, other.Drives[0], Path.Combine(_directory.Path, "nowhere")]);
        Assert.Equal(
            [DriveState.Online, DriveState.Online, DriveState.Online, DriveState.Damaged, DriveState.Unformatted, DriveState.Duplicate, DriveState.Foreign, DriveState.Offline],
            topology.Drives.Select(drive => drive.State));
        Assert.All(topology.Drives.Skip(3), drive => Assert.NotNull(drive.Detail));
        Assert.Null(Assert.Single(topology.Pools).Set(0)[3]);
    }

    [Fact]
    public void Pools_of_one_deployment_stand_side_by_side()
    {
        DriveTree first = Make("a");
        DriveTree second = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "a"), FirstDrive = 5, Data = 2, Parity = 2, Seed = 9, DeploymentId = first.Format.DeploymentId });
        Assert.Equal(2, DriveTopology.Discover([.. first.Drives, .. second.Drives]).Pools.Count);
    }

    [Fact]
    public async Task The_newest_of_two_pools_is_given()
    {
        DriveTree first = Make("a");
        DriveTree second = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "a"), FirstDrive = 5, Data = 2, Parity = 2, Seed = 9, DeploymentId = first.Format.DeploymentId });
        ObjectName name = ObjectName.Parse("b/k");
        first.Put(name, new MemoryStream([1]));
        MadeVersion newer = second.Put(name, new MemoryStream([2]));
        Assert.Equal(newer.Md5, await Reading.Md5Async([.. first.Drives, .. second.Drives], "b/k"));
    }

    [Fact]
    public async Task What_one_pool_has_left_over_does_not_hide_what_another_has()
    {
        DriveTree first = Make("a");
        DriveTree second = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "a"), FirstDrive = 5, Data = 2, Parity = 2, Seed = 9, DeploymentId = first.Format.DeploymentId });
        ObjectName name = ObjectName.Parse("b/k");
        MadeVersion whole = second.Put(name, new MemoryStream([2]));
        first.Put(name, new MemoryStream([1]));
        foreach (string drive in first.Drives.Skip(1)) Directory.Delete(Path.Combine(drive, "b"), recursive: true);
        Assert.Equal(whole.Md5, await Reading.Md5Async([.. first.Drives, .. second.Drives], "b/k"));
    }

    [Fact]
    public void A_drive_with_another_idea_of_the_pool_is_foreign()
    {
        DriveTree tree = Make("a");
        FormatJson format = FormatJson.Parse(File.ReadAllBytes(FormatOf(tree.Drives[2])));
        Guid[] swapped = [.. format.Sets[0].Reverse()];
        File.WriteAllBytes(FormatOf(tree.Drives[2]), (format with { Sets = [swapped] }).ToJson());
        DriveTopology topology = DriveTopology.Discover(tree.Drives);
        Assert.Equal(DriveState.Foreign, topology.Drives[2].State);
        Assert.Single(topology.Pools);
    }

    [Fact]
    public void A_drive_that_its_own_matrix_does_not_list_is_foreign()
    {
        DriveTree tree = Make("a");
        FormatJson format = FormatJson.Parse(File.ReadAllBytes(FormatOf(tree.Drives[1])));
        File.WriteAllBytes(FormatOf(tree.Drives[1]), (format with { DriveId = Guid.NewGuid() }).ToJson());
        Assert.Equal(DriveState.Foreign, DriveTopology.Discover(tree.Drives).Drives[1].State);
    }

    [Fact]
    public void Identities_of_both_products_must_agree()
    {
        DriveTree tree = Make("a");
        string rust = Path.Combine(tree.Drives[0], ".rustfs.sys");
        Directory.CreateDirectory(rust);
        File.Copy(FormatOf(tree.Drives[0]), Path.Combine(rust, FormatJson.FileName));
        Assert.Equal(".rustfs.sys", DriveTopology.Discover(tree.Drives).Drives[0].SystemDirectory);
        File.Copy(FormatOf(tree.Drives[1]), Path.Combine(rust, FormatJson.FileName), overwrite: true);
        Assert.Equal(DriveState.Damaged, DriveTopology.Discover(tree.Drives).Drives[0].State);
    }

    [Fact]
    public void A_drive_that_is_being_healed_is_marked()
    {
        DriveTree tree = Make("a");
        File.WriteAllText(Path.Combine(tree.Drives[1], ".minio.sys", "buckets", ".healing.bin"), "");
        Assert.Equal([false, true, false, false], DriveTopology.Discover(tree.Drives).Drives.Select(drive => drive.IsHealing));
    }

    [Fact]
    public async Task Symbolic_links_below_a_drive_are_not_followed()
    {
        DriveTree tree = Make("a");
        MadeVersion made = tree.Put(ObjectName.Parse("b/k"), new SeededStream(1, 2_000_000));
        foreach (string drive in tree.Drives.Take(2))
        {
            string real = Path.Combine(_directory.Path, "elsewhere-" + Path.GetFileName(drive));
            Directory.Move(Path.Combine(drive, "b", "k"), real);
            Directory.CreateSymbolicLink(Path.Combine(drive, "b", "k"), real);
        }

        (byte[] bytes, LocatedObject located, _) = await Reading.ReadAsync(tree.Drives, "b/k");
        Assert.Equal(made.Md5, ETagHash.Compute(bytes));
        Assert.Equal(2, located.Notes.Count(note => note.Contains("symbolic link", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("bucket")]
    [InlineData("bucket/")]
    [InlineData("/key")]
    [InlineData("../x")]
    [InlineData("b/../../etc/passwd")]
    [InlineData("b/a//c")]
    [InlineData("b/./c")]
    [InlineData("b/a\0c")]
    public void Names_that_could_lead_out_of_a_drive_are_refused(string path) => Assert.Throws<ArgumentException>(() => ObjectName.Parse(path));

    [Fact]
    public void New_objects_lie_as_the_products_lay_them()
    {
        Assert.Equal([2, 3, 4, 1], ObjectName.Parse("testbucket/file").ChooseDistribution(4));
        Assert.Equal([1, 2, 3, 4], ObjectName.Parse("testbucket/hosts").ChooseDistribution(4));
        Assert.Equal([2, 3, 4, 5, 1], ObjectName.Parse("bucket/testobj").ChooseDistribution(5));
        Assert.Equal("a/b__XLDIR__", ObjectName.Parse("bucket/a/b/").StoredKey);
    }

    private DriveTree Make(string name, int drives = 4, int seed = 1) =>
        DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, name), Data = 2, Parity = 2, Drives = drives, Seed = seed });

    private static string FormatOf(string drive) => Path.Combine(drive, ".minio.sys", FormatJson.FileName);
}
