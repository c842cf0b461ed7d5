using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Format;
using Weir.Lab.Drives;
using Weir.Lab.Time;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>Beside a running server, which the test plays: what is young is left alone, everything is seen twice, and what the server changed is not overwritten.</summary>
public sealed class LiveHealTests : IDisposable
{
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(11);

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(55));
    private readonly DriveTree _tree;
    private readonly MadeVersion _inline, _parts;

    public LiveHealTests()
    {
        _tree = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "tree"), Data = 2, Parity = 2, Time = _time });
        _inline = _tree.Put(ObjectName.Create("bucket", "inline"), new SeededStream(1, 3000));
        _parts = _tree.Put(ObjectName.Create("bucket", "parts"), new SeededStream(2, 700_000));
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_young_is_left_to_its_server()
    {
        Dictionary<string, byte[]> whole = Files();
        Damage();
        Dictionary<string, byte[]> damaged = Files();
        _time.Advance(TimeSpan.FromMinutes(9));
        HealRun young = await RunAsync();
        Assert.Empty(young.Outcomes);
        Assert.Equal(2, young.Plans.Count(plan => plan.Repairs.Count == 0 && plan.Refusals.Single().Reason.Contains("the server may yet complete it", StringComparison.Ordinal)));
        Assert.Empty(TreeComparison.Differences(damaged, Files()));

        _time.Advance(TimeSpan.FromMinutes(2));
        HealRun settled = await RunAsync();
        Assert.All(settled.Outcomes, outcome => Assert.True(outcome.IsDone, settled.Text));
        Assert.Empty(TreeComparison.Differences(whole, Files()));
    }

    [Fact]
    public async Task Nothing_is_written_before_ten_seconds_have_passed_between_two_looks()
    {
        Dictionary<string, byte[]> whole = Files();
        Damage();
        Dictionary<string, byte[]> damaged = Files();
        _time.Advance(Settled);
        Task<HealRun> running = StartAsync();
        for (int second = 0; second < 10; second++)
        {
            await _time.WhenTimersAsync(2, TestContext.Current.CancellationToken);
            Assert.False(running.IsCompleted);
            Assert.Empty(TreeComparison.Differences(damaged, Files()));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        HealRun run = await running;
        Assert.Equal(2, run.Outcomes.Count(outcome => outcome is { IsDone: true, Versions.Count: 1 }));
        Assert.Empty(TreeComparison.Differences(whole, Files()));
    }

    [Fact]
    public async Task What_the_server_repaired_meanwhile_is_left_alone()
    {
        string metadata = Path.Combine(_tree.Drives[0], _parts.Name.Path, XlMeta.FileName);
        byte[] bytes = File.ReadAllBytes(metadata);
        File.Delete(metadata);
        _time.Advance(Settled);
        HealRun run = await RunAsync(between: () => File.WriteAllBytes(metadata, bytes));
        Assert.Single(run.Plans, plan => plan.Repairs.Count == 1);
        Assert.Empty(run.Versions);
    }

    /// <summary>A third look confirms the second, and no look confirms what is different each time.</summary>
    [Theory]
    [InlineData(1, RepairState.Repaired)]
    [InlineData(9, RepairState.Failed)]
    public async Task Only_what_two_looks_in_turn_saw_is_repaired(int changes, RepairState expected)
    {
        string[] files = [.. _tree.Drives.Take(2).Select(drive => Path.Combine(drive, _parts.Name.Path, XlMeta.FileName))];
        byte[][] bytes = [.. files.Select(File.ReadAllBytes)];
        File.Delete(files[0]);
        _time.Advance(Settled);
        int turn = 0;
        HealRun run = await RunAsync(beforeEachLook: () =>
        {
            if (turn++ >= changes) return;
            // Now this drive has it, and now that.
            File.Delete(files[turn % 2]);
            File.WriteAllBytes(files[1 - turn % 2], bytes[1 - turn % 2]);
        });
        VersionOutcome outcome = Assert.Single(run.Versions);
        Assert.Equal(expected, outcome.State);
        Assert.Equal(expected == RepairState.Repaired ? 2 : 1, files.Count(File.Exists));
    }

    [Fact]
    public async Task An_object_that_the_server_changes_on_another_drive_is_given_up()
    {
        string lost = Path.Combine(_tree.Drives[0], _parts.Name.Path, XlMeta.FileName);
        File.Delete(lost);
        _time.Advance(Settled);
        // New tags: the record of every drive becomes another, this one's first.
        HealRun run = await RunAsync(new HookedStore { Syncing = path => Once(path.Contains(TargetDrive.StagingPrefix, StringComparison.Ordinal), () => ChangeRecord(_tree.Drives[3], _parts)) });
        VersionOutcome outcome = Assert.Single(run.Versions);
        Assert.Equal(RepairState.Failed, outcome.State);
        Assert.Contains("the server changed", Assert.Single(outcome.Problems));
        Assert.False(File.Exists(lost));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_tree.Drives[0], ".minio.sys/tmp")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_the_server_puts_there_between_the_last_look_and_the_rename_stays(bool isNew)
    {
        string target = Path.Combine(_tree.Drives[0], _inline.Name.Path, XlMeta.FileName);
        byte[] servers = File.ReadAllBytes(target);
        if (isNew) File.Delete(target);
        else File.WriteAllBytes(target, [.. servers[..40], .. servers[41..]]);
        _time.Advance(Settled);
        int looks = 0;
        // The first stamp is taken when the new file is made, the second right before the rename.
        void Replace(string path)
        {
            if (path != target || ++looks != 2) return;
            File.WriteAllBytes(target + ".server", servers);
            File.Move(target + ".server", target, overwrite: true);
        }

        HealRun run = await RunAsync(new HookedStore { Stamping = Replace });
        Assert.Equal(2, looks);
        VersionOutcome outcome = Assert.Single(run.Versions);
        Assert.Equal(RepairState.Failed, outcome.State);
        Assert.Contains("changed while it was repaired", Assert.Single(outcome.Problems));
        Assert.Equal(servers, File.ReadAllBytes(target));
    }

    private bool _isDone;

    private void Once(bool condition, Action action)
    {
        if (!condition || _isDone) return;
        _isDone = true;
        action();
    }

    private Dictionary<string, byte[]> Files() => TreeFiles.Read(Path.Combine(_directory.Path, "tree"));

    private void Damage()
    {
        File.Delete(Path.Combine(_tree.Drives[1], _inline.Name.Path, XlMeta.FileName));
        Directory.Delete(DriveDamage.DataDirectory(_tree.Drives[2], _parts), recursive: true);
    }

    /// <summary>Another record of the same version, as new tags make it.</summary>
    private static void ChangeRecord(string drive, MadeVersion version)
    {
        string file = Path.Combine(drive, version.Name.Path, XlMeta.FileName);
        XlMeta meta = XlMeta.Parse(File.ReadAllBytes(file));
        byte[] body = meta.Versions[0].RawBody.ToArray();
        body[body.AsSpan().IndexOf("octet-stream"u8)] ^= 1;
        File.WriteAllBytes(file, XlMetaBuilder.From(meta).Add(meta.Versions[0] with { RawBody = body }).ToArray());
    }

    private Task<HealRun> StartAsync(HookedStore? store = null, Action? between = null) =>
        HealRun.RunAsync(_tree.Drives, VerifyMode.Normal, store, new() { IsLive = true, Time = _time }, between);

    /// <summary>Lets time pass as long as it is waited for.</summary>
    private async Task<HealRun> RunAsync(HookedStore? store = null, Action? between = null, Action? beforeEachLook = null)
    {
        Task<HealRun> running = StartAsync(store, between);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        while (await Task.WhenAny(running, _time.WhenTimersAsync(1, stop.Token)) != running)
        {
            beforeEachLook?.Invoke();
            _time.Advance(TimeSpan.FromSeconds(10));
        }

        await stop.CancelAsync();
        return await running;
    }
}
