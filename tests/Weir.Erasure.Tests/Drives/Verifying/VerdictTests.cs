using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Format;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>Each verdict where it belongs.</summary>
public sealed class VerdictTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Exchanged_shards_are_found_by_deep_alone_and_both_are_blamed()
    {
        (DriveTree tree, MadeVersion made) = Make(4, 2, 700_000);
        DriveDamage.ExchangeShards(tree.Drives[0], tree.Drives[3], made, 1);
        Assert.Equal(Verdict.Healthy, (await OneAsync(tree)).Verdict);
        VersionVerdict found = await OneAsync(tree, VerifyMode.Deep);
        Assert.Equal(Verdict.AtLimit, found.Verdict);
        Assert.Equal([0, 3], found.Findings.Where(finding => finding.Kind == FindingKind.ParityMismatch).Select(finding => finding.Position));
        Assert.Equal([ShardNeeds.Data, ShardNeeds.None, ShardNeeds.None, ShardNeeds.Data, ShardNeeds.None, ShardNeeds.None], found.Shards.Select(shard => shard.Needs));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    public async Task Where_the_code_cannot_tell_which_shard_is_wrong_the_ETag_does(int data, int wrong)
    {
        (DriveTree tree, MadeVersion made) = Make(data, wrong, 3_000_000);
        for (int position = 0; position < wrong; position++) Assert.NotNull(new DriveDamage(new Random(1)).Inject(DriveDamageKind.StaleBlock, tree.Drives[position], made));
        VersionVerdict found = await OneAsync(tree, VerifyMode.Deep);
        Assert.Equal((Verdict.AtLimit, true), (found.Verdict, found.IsRepairable));
        Assert.Equal(Enumerable.Range(0, wrong), found.Findings.Where(finding => finding.Kind == FindingKind.ParityMismatch).Select(finding => finding.Position));
    }

    [Fact]
    public async Task Where_nothing_can_tell_which_shard_is_wrong_nobody_is_blamed_and_nothing_is_repairable()
    {
        (DriveTree tree, MadeVersion made) = Make(2, 1, 3_000_000);
        ChangeETag(tree);
        Assert.NotNull(new DriveDamage(new Random(1)).Inject(DriveDamageKind.StaleBlock, tree.Drives[1], made));
        VersionVerdict found = await OneAsync(tree, VerifyMode.Deep);
        Assert.Equal(Verdict.Unrecoverable, found.Verdict);
        Assert.False(found.IsRepairable);
        Assert.Equal((FindingKind.ParityMismatch, -1), (Assert.Single(found.Findings).Kind, found.Findings[0].Position));
    }

    [Fact]
    public async Task Bytes_that_are_not_the_ETags_are_found_where_it_is_asked_for()
    {
        (DriveTree tree, _) = Make(2, 1, 300_000);
        // All drives agree, and the shards agree, on an object whose ETag is another.
        ChangeETag(tree);
        Assert.Equal(Verdict.Healthy, (await OneAsync(tree, VerifyMode.Deep)).Verdict);
        List<ObjectVerdict> objects = await Verification.RunAsync(tree.Drives, new VerifyOptions { Examine = new() { ChecksETag = true } });
        VersionVerdict found = Assert.Single(Assert.Single(objects).Versions);
        Assert.Equal((Verdict.InconsistentMetadata, FindingKind.ETagMismatch), (found.Verdict, Assert.Single(found.Findings).Kind));
    }

    [Theory]
    [InlineData(VerifyMode.Normal)]
    [InlineData(VerifyMode.Deep)]
    [InlineData(VerifyMode.Quick)]
    public async Task Shards_that_no_version_refers_to_are_orphans(VerifyMode mode)
    {
        (DriveTree tree, MadeVersion made) = Make(2, 1, 300_000);
        string data = DriveDamage.DataDirectory(tree.Drives[0], made);
        Copy(data, Path.Combine(Path.GetDirectoryName(data)!, "01234567-89ab-4def-8123-456789abcdef"));
        // And one whose object's metadata is gone everywhere.
        Copy(data, Path.Combine(tree.Drives[1], "bucket/gone/11234567-89ab-4def-8123-456789abcdef"));
        List<ObjectVerdict> objects = await Verification.RunAsync(tree.Drives, mode);
        Assert.Equal(["bucket/gone", "bucket/object"], objects.Select(verdict => verdict.Name.ToString()).Order());
        foreach (ObjectVerdict verdict in objects)
        {
            VersionVerdict orphan = verdict.Versions.Single(version => version.VersionId is null);
            Assert.Equal((Verdict.Orphan, FindingKind.OrphanData), (orphan.Verdict, Assert.Single(orphan.Findings).Kind));
        }

        Assert.All(objects.SelectMany(verdict => verdict.Versions).Where(version => version.VersionId is not null), version => Assert.Equal(Verdict.Healthy, version.Verdict));
        // With a drive away a version may be there that refers to it.
        objects = await Verification.RunAsync(tree.Drives.Take(2), mode);
        Assert.All(objects.SelectMany(verdict => verdict.Versions), version => Assert.Equal(Verdict.Unknown, version.Verdict));
    }

    [Fact]
    public async Task An_object_in_the_wrong_set_is_misplaced()
    {
        DriveTree tree = DriveTree.Create(new() { Directory = _directory.Path, Data = 1, Parity = 1, Drives = 4 });
        var name = ObjectName.Create("bucket", "object");
        tree.Put(name, new SeededStream(1, 1000));
        int set = name.ChooseSet(tree.Format), other = 1 - set;
        for (int position = 0; position < 2; position++)
        {
            Directory.CreateDirectory(Path.Combine(tree.Drives[other * 2 + position], "bucket"));
            Directory.Move(Path.Combine(tree.Drives[set * 2 + position], name.Path), Path.Combine(tree.Drives[other * 2 + position], name.Path));
        }

        VersionVerdict found = await OneAsync(tree);
        Assert.Equal((Verdict.Misplaced, FindingKind.WrongSet, 2), (found.Verdict, Assert.Single(found.Findings).Kind, found.Good));
    }

    [Fact]
    public async Task An_object_of_a_set_of_another_size_is_foreign()
    {
        (DriveTree tree, _) = Make(2, 1, 1000);
        DriveTree larger = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "other"), Data = 2, Parity = 2 });
        larger.Put(ObjectName.Create("bucket", "stranger"), new SeededStream(1, 300_000));
        for (int position = 0; position < 3; position++)
        {
            Copy(Path.Combine(larger.Drives[position], "bucket/stranger"), Path.Combine(tree.Drives[position], "bucket/stranger"));
        }

        List<ObjectVerdict> objects = await Verification.RunAsync(tree.Drives);
        Assert.Equal([Verdict.Healthy, Verdict.Foreign], objects.Select(verdict => verdict.Versions.Single().Verdict));
    }

    [Fact]
    public async Task Metadata_that_is_damaged_everywhere_is_unrecoverable_and_on_one_drive_alone_below_quorum()
    {
        (DriveTree tree, MadeVersion made) = Make(2, 1, 300_000);
        var damage = new DriveDamage(new Random(1));
        foreach (string drive in tree.Drives) damage.Inject(DriveDamageKind.EmptyMetadata, drive, made);
        VersionVerdict found = await OneAsync(tree);
        Assert.Null(found.VersionId);
        Assert.Equal(Verdict.Unrecoverable, found.Verdict);
        Assert.Equal(3, found.Findings.Count(finding => finding.Kind == FindingKind.MetadataDamaged));
        foreach (string drive in tree.Drives.Take(2)) Directory.Delete(Path.Combine(drive, "bucket/object"), recursive: true);
        Assert.Equal(Verdict.SubQuorum, (await OneAsync(tree)).Verdict);
    }

    [Fact]
    public async Task Records_that_disagree_without_a_majority_are_inconsistent()
    {
        (DriveTree tree, _) = Make(2, 2, 1000);
        DriveTree again = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "again"), Data = 2, Parity = 2 });
        again.Put(ObjectName.Create("bucket", "object"), new SeededStream(2, 1500));
        foreach (int position in (int[])[0, 1, 2])
        {
            File.Copy(Path.Combine(again.Drives[position], "bucket/object/xl.meta"), Path.Combine(tree.Drives[position], "bucket/object/xl.meta"), overwrite: true);
        }

        File.Delete(Path.Combine(tree.Drives[0], "bucket/object/xl.meta"));
        File.Delete(Path.Combine(tree.Drives[1], "bucket/object/xl.meta"));
        VersionVerdict found = await OneAsync(tree);
        Assert.Equal(Verdict.InconsistentMetadata, found.Verdict);
        Assert.False(found.IsRepairable);
    }

    [Fact]
    public async Task A_link_in_place_of_a_directory_is_not_followed()
    {
        (DriveTree tree, MadeVersion made) = Make(2, 1, 300_000);
        string data = DriveDamage.DataDirectory(tree.Drives[0], made), elsewhere = Path.Combine(_directory.Path, "elsewhere");
        Directory.Move(data, elsewhere);
        Directory.CreateSymbolicLink(data, elsewhere);
        VersionVerdict found = await OneAsync(tree);
        Assert.Equal(Verdict.AtLimit, found.Verdict);
        Assert.Contains("symbolic link", Assert.Single(found.Findings).Detail);
    }

    private static void ChangeETag(DriveTree tree)
    {
        foreach (string drive in tree.Drives)
        {
            string file = Path.Combine(drive, "bucket/object", XlMeta.FileName);
            byte[] bytes = File.ReadAllBytes(file);
            XlMeta meta = XlMeta.Parse(bytes);
            string etag = meta.Versions[0].ReadBody().Object!.ETag;
            byte[] body = meta.Versions[0].RawBody.ToArray();
            body[body.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(etag))] ^= 1;
            File.WriteAllBytes(file, XlMetaBuilder.From(meta).Add(meta.Versions[0] with { RawBody = body }).ToArray());
        }
    }

    private (DriveTree Tree, MadeVersion Made) Make(int data, int parity, long size)
    {
        DriveTree tree = DriveTree.Create(new() { Directory = _directory.Path, Data = data, Parity = parity });
        return (tree, tree.Put(ObjectName.Create("bucket", "object"), new SeededStream(1, size)));
    }

    private static async Task<VersionVerdict> OneAsync(DriveTree tree, VerifyMode mode = VerifyMode.Normal) =>
        Assert.Single(Assert.Single(await Verification.RunAsync(tree.Drives, mode)).Versions);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string directory in Directory.GetDirectories(from)) Copy(directory, Path.Combine(to, Path.GetFileName(directory)));
    }
}
