using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Healing;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>Repairs whole trees as <c>weir drives heal</c> does.</summary>
internal sealed class HealRun : IHealObserver
{
    public List<ObjectPlan> Plans { get; } = [];

    public List<ObjectOutcome> Outcomes { get; } = [];

    public List<(string Drive, string Bucket)> Buckets { get; } = [];

    public List<(string Drive, string Path, string? Problem)> Moves { get; } = [];

    public IEnumerable<VersionOutcome> Versions => Outcomes.SelectMany(outcome => outcome.Versions);

    public string Text => string.Join('\n', Versions.Select(version =>
        $"{version.Verdict.Name} {version.Verdict.VersionIdText} {version.State}: {string.Join(", ", version.Pieces.Select(piece => $"{piece.Drive.Path}/{piece.Path}"))} {string.Join("; ", version.Problems)}"));

    /// <param name="paths">The drives.</param>
    /// <param name="mode">How closely to look.</param>
    /// <param name="store">What they are on; null for this machine.</param>
    /// <param name="options">How.</param>
    /// <param name="between">What happens after everything was looked at, before the first repair.</param>
    /// <param name="queueOptions">How the drives are used.</param>
    /// <param name="beforeLook">What happens when the drives are known and nothing of them was looked at.</param>
    public static async Task<HealRun> RunAsync(
        IEnumerable<string> paths, VerifyMode mode = VerifyMode.Normal, IDriveStore? store = null, HealOptions? options = null, Action? between = null, DriveQueueOptions? queueOptions = null, Action? beforeLook = null)
    {
        using TemporaryDirectory journals = TemporaryDirectory.OfMemory();
        var run = new HealRun();
        DriveTopology topology = DriveTopology.Discover(paths, store ?? LocalDriveStore.Instance);
        using var drives = new HealDrives(queueOptions ?? new() { Timeout = TimeSpan.FromMinutes(5) }, "test");
        drives.Take(topology.Pools.SelectMany(pool => Enumerable.Range(0, pool.SetCount).SelectMany(pool.Set)).OfType<Drive>());
        using HealJournal journal = HealJournal.Create(journals.Path, Guid.Empty, [], TimeProvider.System);
        using var healer = new DeploymentHealer(topology, drives, options ?? new(), new() { Mode = mode, TrustsCache = true }, journal, run);
        beforeLook?.Invoke();
        await healer.PlanAsync(TestContext.Current.CancellationToken);
        between?.Invoke();
        await healer.RunAsync(TestContext.Current.CancellationToken);
        return run;
    }

    public void Looked(ObjectPlan plan) => Plans.Add(plan);

    public void Healed(ObjectOutcome outcome) => Outcomes.Add(outcome);

    public void MadeBucket(Drive drive, string bucket) => Buckets.Add((drive.Path, bucket));

    public void Moved(Drive drive, string path, string? problem) => Moves.Add((drive.Path, path, problem));
}
