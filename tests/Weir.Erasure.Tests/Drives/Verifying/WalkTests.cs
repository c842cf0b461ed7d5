using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
using Weir.Lab.Drives;
using Weir.Lab.Time;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>Every object once, in order, from any place, whatever the drives do.</summary>
public sealed class WalkTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task It_goes_on_behind_any_object()
    {
        var tree = RandomTree.Make(_directory.Path, 4);
        string[] all = await PathsAsync(tree.Drives, new());
        Assert.Equal(tree.Made.Select(version => version.Name.Path).Distinct().Order(Comparer<string>.Create(WalkRules.Compare)), all);
        for (int i = 0; i < all.Length; i++) Assert.Equal(all[(i + 1)..], await PathsAsync(tree.Drives, new() { After = all[i] }));
        Assert.Equal(all.Where(path => WalkRules.IsWithin(path, "bucket/odd")), await PathsAsync(tree.Drives, new() { Below = "bucket/odd" }));
        Assert.Equal(["bucket/odd/2", "bucket/odd/3"], await PathsAsync(tree.Drives, new() { Below = "bucket/odd", After = "bucket/odd/1" }));
    }

    [Fact]
    public async Task A_directory_of_any_size_is_walked()
    {
        DriveTree tree = DriveTree.Create(new() { Directory = _directory.Path, Data = 1, Parity = 0 });
        int count = WalkNode.SmallNames + 100;
        for (int i = 0; i < count; i++) tree.Put(ObjectName.Create("bucket", $"many/{i:d5}"), new SeededStream(i, 10));
        string[] all = await PathsAsync(tree.Drives, new());
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"bucket/many/{i:d5}"), all);
    }

    [Theory]
    [InlineData(VerifyMode.Normal)]
    [InlineData(VerifyMode.Deep)]
    public async Task A_drive_that_is_away_makes_what_depends_on_it_unknown_and_nothing_lost(VerifyMode mode)
    {
        var tree = RandomTree.Make(_directory.Path, 1);
        List<ObjectVerdict> objects = await Verification.RunAsync(tree.Drives.Skip(1), mode);
        foreach (VersionVerdict version in objects.SelectMany(verdict => verdict.Versions))
        {
            Assert.True(version is { Verdict: Verdict.Unknown, Good: 4 } && version.Shards[0].Needs == ShardNeeds.Unknown, Verification.Describe(objects));
            Assert.Equal(FindingKind.DriveAway, Assert.Single(version.Findings).Kind);
        }

        Assert.Equal(tree.Made.Count, objects.Sum(verdict => verdict.Versions.Count));
        objects = await Verification.RunAsync(tree.Drives.Skip(3), mode);
        // Two drives of 3+2 are left: what has data cannot be read from them, and may be whole for all that is known.
        Assert.True(objects.SelectMany(verdict => verdict.Versions).All(version => version.Verdict == Verdict.Unknown), Verification.Describe(objects));
    }

    [Fact]
    public async Task A_drive_that_hangs_is_given_up_and_the_others_go_on()
    {
        var tree = RandomTree.Make(_directory.Path, 1);
        var time = new ManualTimeProvider();
        using var disk = new FaultyDriveDisk(LocalDriveDisk.Instance);
        DriveTopology topology = DriveTopology.Discover(tree.Drives, disk);
        using var queues = new DriveQueues(new() { Time = time, Timeout = TimeSpan.FromSeconds(60) });
        using var examiner = new ObjectExaminer(queues);
        disk.Hang(tree.Drives[2] + "/bucket/odd");
        Task<List<ObjectVerdict>> running = RunAsync(topology, queues, examiner);
        Drive hung = topology.Drives[2];
        while (disk.HungCalls == 0 || topology.Drives.Any(drive => drive != hung && !queues[drive].IsIdle)) await Task.Delay(5, TestContext.Current.CancellationToken);
        Assert.Null(queues[hung].Failure);
        time.Advance(TimeSpan.FromSeconds(80));
        List<ObjectVerdict> objects = await running.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        Assert.Contains("not answered for 60 s", Assert.Single(queues.Failures).Reason);
        Assert.Equal(tree.Made.Count, objects.Sum(verdict => verdict.Versions.Count));
        foreach (VersionVerdict version in objects.SelectMany(verdict => verdict.Versions).Where(version => version.Verdict != Verdict.Healthy))
        {
            Assert.True(version.Verdict == Verdict.Unknown && version.Findings.All(finding => finding is { Position: 2, Kind: FindingKind.DriveFailed }), Verification.Describe(objects));
        }

        Assert.Contains(objects, verdict => verdict.Name.Path == "bucket/odd/3" && !verdict.IsHealthy);
    }

    [Fact]
    public async Task Medium_errors_are_findings_at_their_place()
    {
        var tree = RandomTree.Make(_directory.Path, 1);
        MadeVersion large = tree.Made.First(version => version is { Size: > 0, IsInline: false, Parts: 1 });
        using var disk = new FaultyDriveDisk(LocalDriveDisk.Instance);
        disk.Break(DriveDamage.DataDirectory(tree.Drives[0], large));
        disk.Break($"{tree.Drives[1]}/bucket/odd/3/xl.meta");
        disk.Break($"{tree.Drives[3]}/bucket/generated");
        DriveTopology topology = DriveTopology.Discover(tree.Drives, disk);
        using var queues = new DriveQueues(new());
        using var examiner = new ObjectExaminer(queues);
        List<ObjectVerdict> objects = await RunAsync(topology, queues, examiner, VerifyMode.Deep);
        VersionVerdict Of(string path) => objects.Single(verdict => verdict.Name.Path == path).Versions[0];
        Assert.Contains(Of(large.Name.Path).Findings, finding => finding is { Position: 0, Kind: FindingKind.PartUnreadable });
        Assert.Contains(Of("bucket/odd/3").Findings, finding => finding is { Position: 1, Kind: FindingKind.MetadataUnreadable });
        Assert.Contains(queues.Errors, error => error.Drive == topology.Drives[3]);
        // The names come from the other drives, and what can be read is.
        Assert.Equal(tree.Made.Count, objects.Sum(verdict => verdict.Versions.Count));
    }

    [Theory]
    [InlineData(VerifyMode.Quick)]
    [InlineData(VerifyMode.Deep)]
    public async Task Drives_may_be_reached_by_links(VerifyMode mode)
    {
        var tree = RandomTree.Make(Path.Combine(_directory.Path, "tree"), 1);
        string links = Directory.CreateDirectory(Path.Combine(_directory.Path, "links")).FullName;
        foreach (string drive in tree.Drives) Directory.CreateSymbolicLink(Path.Combine(links, Path.GetFileName(drive)), drive);
        List<ObjectVerdict> objects = await Verification.RunAsync(Directory.GetFileSystemEntries(links), mode);
        Assert.Equal(tree.Made.Select(version => version.Name).Distinct().Count(), objects.Count);
        Assert.True(objects.All(verdict => verdict.IsHealthy), Verification.Describe(objects));
    }

    [Fact]
    public async Task A_name_that_is_no_UTF8_is_said_of_its_drive()
    {
        var tree = RandomTree.Make(_directory.Path, 1);
        Change("mkdir");
        DriveTopology topology = DriveTopology.Discover(tree.Drives);
        using var queues = new DriveQueues(new());
        using var examiner = new ObjectExaminer(queues);
        List<ObjectVerdict> objects = await RunAsync(topology, queues, examiner);
        // .NET cannot name it, nor remove it.
        Change("rmdir");
        Assert.True(objects.All(verdict => verdict.IsHealthy), Verification.Describe(objects));
        (Drive drive, long count, string first) = Assert.Single(queues.Errors);
        Assert.Equal((tree.Drives[2], 1), (drive.Path, count));
        Assert.Contains("bucket has a name that is no UTF-8 (61ff62)", first, StringComparison.Ordinal);

        void Change(string program) => LoopFileSystem.Run("sh", "-c", $"{program} \"$1/bucket/$(printf 'a\\377b')\"", "sh", tree.Drives[2]);
    }

    private static async Task<List<ObjectVerdict>> RunAsync(DriveTopology topology, DriveQueues queues, ObjectExaminer examiner, VerifyMode mode = VerifyMode.Normal)
    {
        var objects = new List<ObjectVerdict>();
        var options = new VerifyOptions { Examine = new() { Mode = mode, TrustsCache = true } };
        await foreach (ObjectVerdict verdict in new SetVerifier(queues, examiner).VerifyAsync(topology.Pools[0], 0, options, TestContext.Current.CancellationToken)) objects.Add(verdict);
        return objects;
    }

    private static async Task<string[]> PathsAsync(IReadOnlyList<string> drives, VerifyOptions options) =>
        [.. (await Verification.RunAsync(drives, options)).Select(verdict => verdict.Name.Path)];
}
