using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>Any damage is found at the level that can find it, at its place, and nothing else is.</summary>
public sealed class DetectionTests
{
    public static TheoryData<int, VerifyMode> Seeds
    {
        get
        {
            var data = new TheoryData<int, VerifyMode>();
            foreach (VerifyMode mode in Enum.GetValues<VerifyMode>())
            {
                foreach (int seed in TestSeeds.Of(3, 200)) data.Add(seed, mode);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task A_tree_without_damage_is_healthy(int seed, VerifyMode mode)
    {
        using var directory = new TemporaryDirectory();
        var tree = RandomTree.Make(directory.Path, seed);
        List<ObjectVerdict> objects = await Verification.RunAsync(tree.Drives, new VerifyOptions { Examine = new() { Mode = mode, ChecksETag = mode == VerifyMode.Deep } });
        Assert.True(objects.All(verdict => verdict.IsHealthy), $"seed {seed}: {Verification.Describe(objects.Where(verdict => !verdict.IsHealthy))}");
        Assert.Equal(tree.Made.Select(version => version.Name).Distinct().Count(), objects.Count);
        if (mode != VerifyMode.Quick) Assert.Equal(tree.Made.Count, objects.Sum(verdict => verdict.Versions.Count));
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Damage_to_as_many_shards_as_there_is_parity_is_found_at_its_place(int seed, VerifyMode mode)
    {
        using var directory = new TemporaryDirectory();
        var tree = RandomTree.Make(directory.Path, seed);
        List<InjectedDamage> damages = tree.Damage(seed, tree.Parity);
        List<ObjectVerdict> objects = await Verification.RunAsync(tree.Drives, mode);
        var verdicts = objects.ToDictionary(verdict => verdict.Name);
        foreach (MadeVersion version in tree.Made)
        {
            InjectedDamage[] own = [.. damages.Where(damage => damage.Name == version.Name && (damage.VersionId is null || damage.VersionId == version.VersionId))];
            HashSet<string> expected = [.. own.Where(damage => damage.FoundAt <= mode).Select(damage => damage.Drive)];
            // Quick looks closer at an object that differs anywhere, and then sees what Normal sees.
            bool isLookedAt = damages.Any(damage => damage.Name == version.Name && damage.FoundAt == VerifyMode.Quick);
            if (mode == VerifyMode.Quick && isLookedAt) expected = [.. own.Where(damage => damage.FoundAt <= VerifyMode.Normal).Select(damage => damage.Drive)];
            string what = $"seed {seed}, {version.Name} {version.VersionIdText}, damage {string.Join(", ", own.Select(damage => $"{damage.Kind} on {Path.GetFileName(damage.Drive)}"))}:\n{Verification.Describe(objects.Where(verdict => verdict.Name == version.Name))}";
            VersionVerdict? found = verdicts[version.Name].Versions.FirstOrDefault(verdict => verdict.VersionId == version.VersionId);
            if (found is null)
            {
                Assert.True(mode == VerifyMode.Quick && !isLookedAt && verdicts[version.Name].IsHealthy, what);
                continue;
            }

            Assert.True(expected.SetEquals(found.Shards.Where(shard => shard.Needs != ShardNeeds.None).Select(shard => shard.Drive!.Path)), what);
            Assert.True(expected.SetEquals(found.Findings.Select(finding => finding.Drive!)), what);
            Assert.True(found.Verdict == (expected.Count == 0 ? Verdict.Healthy : found.Margin <= 0 ? Verdict.AtLimit : Verdict.Degraded), what);
            Assert.True(expected.Count == 0 || found.IsRepairable, what);
            if (version is { IsDeleteMarker: false, Size: > 0 }) Assert.True(found.Margin == tree.Parity - expected.Count && found.Good == found.Data + found.Margin, what);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Damage_beyond_the_parity_is_never_called_repairable(int seed, VerifyMode mode)
    {
        if (mode == VerifyMode.Quick) return;
        using var directory = new TemporaryDirectory();
        var tree = RandomTree.Make(directory.Path, seed);
        var random = new Random(seed);
        List<MadeVersion> struck = [];
        foreach (MadeVersion version in tree.Newest().Where(version => version is { IsDeleteMarker: false, Size: > 0 }))
        {
            string[] drives = tree.DrivesOf(version);
            random.Shuffle(drives);
            DriveDamageKind kind = version.IsInline ? DriveDamageKind.FlippedInlineBit : random.Next(2) == 0 ? DriveDamageKind.MissingPart : DriveDamageKind.CutByOneByte;
            if (version.Parts > 1) kind = DriveDamageKind.MissingDataDirectory;
            var damage = new DriveDamage(random);
            foreach (string drive in drives.Take(tree.Parity + 1)) damage.Inject(kind, drive, version);
            struck.Add(version);
        }

        List<ObjectVerdict> objects = await Verification.RunAsync(tree.Drives, mode);
        foreach (MadeVersion version in struck)
        {
            VersionVerdict found = objects.Single(verdict => verdict.Name == version.Name).Versions.Single(verdict => verdict.VersionId == version.VersionId);
            Assert.True(found is { Verdict: Verdict.Unrecoverable, IsRepairable: false, Margin: -1 }, $"seed {seed}: {Verification.Describe(objects.Where(verdict => verdict.Name == version.Name))}");
        }
    }
}
