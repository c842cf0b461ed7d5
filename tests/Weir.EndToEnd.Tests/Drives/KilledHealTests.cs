using Weir.Cli.Tests.Processes;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Lab.Drives;

namespace Weir.EndToEnd.Tests.Drives;

/// <summary>
/// <c>weir drives heal</c>, a real process, is killed at any moment, again and again, and started anew with and without <c>--resume</c>: never is a
/// shard lost that was there, and in the end everything is as it was before the damage.
/// </summary>
public sealed class KilledHealTests : IDisposable
{
    private const int Parity = 2, Kills = 4;

    private static readonly int Rounds = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? 100 : 2;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-killed-heal-");

    private string[] Roots => [.. Enumerable.Range(1, 4).Select(number => Path.Combine(_directory.FullName, "drives", $"disk{number}"))];

    private string Journals => Path.Combine(_directory.FullName, "journals");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Whenever_it_is_killed_nothing_is_worse_and_in_the_end_all_is_whole()
    {
        int first = int.TryParse(Environment.GetEnvironmentVariable("WEIR_TEST_SEED"), out int chosen) ? chosen : Random.Shared.Next(1_000_000);
        for (int seed = first; seed < first + Rounds; seed++)
        {
            TestContext.Current.SendDiagnosticMessage($"WEIR_TEST_SEED={seed}");
            await PlayAsync(seed);
            Directory.Delete(Path.Combine(_directory.FullName, "drives"), recursive: true);
            Directory.Delete(Journals, recursive: true);
        }
    }

    private async Task PlayAsync(int seed)
    {
        var random = new Random(seed);
        DriveTree tree = DriveTree.Create(new() { Directory = Path.Combine(_directory.FullName, "drives"), Data = 2, Parity = Parity, Seed = seed });
        MadeVersion[] made = [.. GeneratedObjects.Write(tree, "bucket", 14, seed, null)];
        Dictionary<string, byte[]> whole = TreeFiles.Read(Path.Combine(_directory.FullName, "drives"));
        Damage(made, random);
        IReadOnlyDictionary<string, ShardNeeds> needs = await NeedsAsync();
        for (int kill = 0; kill < Kills; kill++)
        {
            await KillAsync(random.Next(2) == 0, random.Next(-1, 6), random.Next(30));
            IReadOnlyDictionary<string, ShardNeeds> now = await NeedsAsync();
            foreach ((string place, ShardNeeds after) in now)
            {
                Assert.True((after & ~needs.GetValueOrDefault(place)) == 0, $"WEIR_TEST_SEED={seed}: after kill {kill} {place} needs {after}, and before {needs.GetValueOrDefault(place)}");
            }

            needs = now;
        }

        (int exitCode, string text) = await HealAsync(random.Next(2) == 0);
        Assert.True(exitCode == 0, $"WEIR_TEST_SEED={seed}: {text}");
        IReadOnlyList<string> differences = TreeComparison.Differences(whole, TreeFiles.Read(Path.Combine(_directory.FullName, "drives")));
        Assert.True(differences.Count == 0, $"WEIR_TEST_SEED={seed}: {string.Join("; ", differences)}\n{text}");
        Assert.All(Roots, root => Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, ".minio.sys/tmp"))));
    }

    /// <summary>Every object on up to as many drives as there is parity.</summary>
    private void Damage(MadeVersion[] made, Random random)
    {
        var damage = new DriveDamage(random);
        foreach (IGrouping<ObjectName, MadeVersion> versions in made.GroupBy(version => version.Name))
        {
            string[] roots = Roots;
            random.Shuffle(roots);
            foreach (string root in roots.Take(random.Next(1, Parity + 1)))
            {
                MadeVersion version = versions.ElementAt(random.Next(versions.Count()));
                IReadOnlyList<DriveDamageKind> kinds = DriveDamage.KindsFor(version);
                damage.Inject(kinds[random.Next(kinds.Count)], root, version);
            }
        }
    }

    /// <summary>What every position of every version needs; what is healthy everywhere is not named.</summary>
    private async Task<IReadOnlyDictionary<string, ShardNeeds>> NeedsAsync() => (await LabDrives.VerifyAsync(Roots, Cancellation)).SelectMany(verdict => verdict.Versions)
        .SelectMany(version => version.Shards.Select(shard => (Place: $"{version.Name} {version.VersionIdText} on {shard.Position}", shard.Needs)))
        .ToDictionary(shard => shard.Place, shard => shard.Needs);

    /// <summary>Starts it, and kills it when so many changes were announced, or earlier if it is done before; -1: while it still looks.</summary>
    private async Task KillAsync(bool resumes, int changes, int spins)
    {
        int before = Runs();
        using WeirProcess heal = Start(resumes);
        // Standard output is read, lest it fills the pipe.
        Task<string> text = heal.Out.ReadToEndAsync(Cancellation), messages = heal.Error.ReadToEndAsync(Cancellation);
        int intents = Intents();
        while (!heal.HasExited && (changes < 0 ? Runs() == before && !resumes : Intents() < intents + changes)) await Task.Delay(1, Cancellation);
        for (int i = 0; i < spins && !heal.HasExited; i++) await Task.Yield();
        if (!heal.HasExited) await heal.SignalAsync("KILL");
        await heal.WaitForExitAsync();
        await Task.WhenAll(text, messages);
    }

    private async Task<(int ExitCode, string Text)> HealAsync(bool resumes)
    {
        using (WeirProcess heal = Start(resumes))
        {
            Task<string> text = heal.Out.ReadToEndAsync(Cancellation), messages = heal.Error.ReadToEndAsync(Cancellation);
            int exitCode = await heal.WaitForExitAsync();
            string all = await text + await messages;
            // The last one may have ended before it was killed.
            if (!all.Contains("without --resume", StringComparison.Ordinal)) return (exitCode, all);
        }

        return await HealAsync(resumes: false);
    }

    private WeirProcess Start(bool resumes) =>
        new("file:/nowhere", ["drives", "heal", .. Roots, "--mode", "deep", "--journal", Journals, "--mbps", "20", .. resumes ? ["--resume"] : Array.Empty<string>()]);

    private int Runs() => Directory.Exists(Journals) ? Directory.GetDirectories(Journals).Length : 0;

    private int Intents() => !Directory.Exists(Journals) ? 0 : Directory.GetFiles(Journals, "events.jsonl", SearchOption.AllDirectories).Sum(file => Lines(file).Count(line => line.Contains("\"intent\"", StringComparison.Ordinal)));

    private static string[] Lines(string file)
    {
        using var stream = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return stream.ReadToEnd().Split('\n');
    }
}
