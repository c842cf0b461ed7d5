using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Tests.Drives.Verifying;
using Weir.Lab.Drives;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>Any tree with any damage that the code allows becomes what it was; with more, nothing is touched.</summary>
public sealed class HealPropertyTests
{
    public static TheoryData<int> Seeds => [.. TestSeeds.Of(3, 300)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Damage_to_as_many_shards_as_there_is_parity_is_undone(int seed)
    {
        using var directory = new TemporaryDirectory();
        RandomTree tree = RandomTree.Make(directory.Path, seed);
        Dictionary<string, byte[]> before = TreeFiles.Read(directory.Path);
        List<InjectedDamage> damages = tree.Damage(seed, tree.Parity);
        HealRun run = await HealRun.RunAsync(tree.Drives, VerifyMode.Deep);
        IReadOnlyList<string> differences = TreeComparison.Differences(before, TreeFiles.Read(directory.Path));
        Assert.True(differences.Count == 0, $"seed {seed}: {string.Join("; ", differences)}\nafter {Text(damages)}\n{run.Text}");
        Assert.All(run.Outcomes, outcome => Assert.True(outcome.IsDone, run.Text));
        List<ObjectVerdict> objects = await Verification.RunAsync(tree.Drives, VerifyMode.Deep);
        Assert.All(objects, verdict => Assert.True(verdict.IsHealthy, Verification.Describe([verdict])));
    }

    /// <summary>What Normal does not look for stays, unless it is met on the way; and nothing is made from blocks that do not belong.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public async Task A_normal_repair_undoes_what_it_finds_and_makes_nothing_wrong(int seed)
    {
        using var directory = new TemporaryDirectory();
        RandomTree tree = RandomTree.Make(directory.Path, seed);
        Dictionary<string, byte[]> before = TreeFiles.Read(directory.Path);
        List<InjectedDamage> damages = tree.Damage(seed, tree.Parity);
        Dictionary<string, byte[]> damaged = TreeFiles.Read(directory.Path);
        HealRun run = await HealRun.RunAsync(tree.Drives);
        Dictionary<string, byte[]> after = TreeFiles.Read(directory.Path);
        foreach (string path in before.Keys.Union(after.Keys))
        {
            bool isRight = after.TryGetValue(path, out byte[]? now) && before.TryGetValue(path, out byte[]? then) && TreeComparison.IsSame(path, then, now);
            if (isRight) continue;
            bool isUntouched = now is null ? !damaged.ContainsKey(path) : damaged.TryGetValue(path, out byte[]? was) && now.AsSpan().SequenceEqual(was);
            Assert.True(isUntouched, $"seed {seed}: {path} is neither as it was nor as it was before the damage\nafter {Text(damages)}\n{run.Text}");
            // What is left is what a look of this kind does not see, or what hung on it.
            Assert.Contains(damages, damage => path.Contains(damage.Name.Path, StringComparison.Ordinal) && damage.FoundAt == VerifyMode.Deep);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Damage_beyond_the_parity_is_reported_and_nothing_is_changed(int seed)
    {
        using var directory = new TemporaryDirectory();
        RandomTree tree = RandomTree.Make(directory.Path, seed);
        var random = new Random(seed);
        var damage = new DriveDamage(random);
        foreach (MadeVersion version in tree.Newest().Where(version => version is { IsDeleteMarker: false, Size: > 0 }))
        {
            string[] drives = tree.DrivesOf(version);
            random.Shuffle(drives);
            DriveDamageKind kind = version.IsInline ? DriveDamageKind.FlippedInlineBit : version.Parts > 1 || random.Next(2) == 0 ? DriveDamageKind.MissingDataDirectory : DriveDamageKind.CutByOneByte;
            foreach (string drive in drives.Take(tree.Parity + 1)) damage.Inject(kind, drive, version);
        }

        Dictionary<string, byte[]> before = TreeFiles.Read(directory.Path);
        HealRun run = await HealRun.RunAsync(tree.Drives, seed % 2 == 0 ? VerifyMode.Normal : VerifyMode.Deep);
        Assert.Empty(run.Outcomes);
        Dictionary<string, byte[]> after = TreeFiles.Read(directory.Path);
        Assert.Equal(before.Keys.Order(), after.Keys.Order());
        Assert.All(before.Keys, path => Assert.Equal(before[path], after[path]));
        int lost = run.Plans.SelectMany(plan => plan.Refusals).Count(refusal => refusal.Version.Verdict == Verdict.Unrecoverable);
        Assert.Equal(tree.Newest().Count(version => version is { IsDeleteMarker: false, Size: > 0 }), lost);
    }

    private static string Text(IEnumerable<InjectedDamage> damages) =>
        string.Join(", ", damages.Select(damage => $"{damage.Kind} of {damage.Name} {damage.VersionId} on {Path.GetFileName(damage.Drive)}"));
}
