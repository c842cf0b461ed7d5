using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Cli.Tests.Processes;
using Weir.Lab.Mdt;

namespace Weir.EndToEnd.Tests.Hsm;

/// <summary>Real processes of the shipper, killed while they work on the files of simulated MDTs.</summary>
public sealed partial class KilledShipperTests : IDisposable
{
    private const int Seed = 4711;

    private static readonly int Kills = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 8 : 200;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-killed-");

    private readonly Dictionary<string, string[]> _lastLines = [];

    private string FeedDirectory => Path.Combine(_directory.FullName, "feed");

    private string Feed => $"file:{FeedDirectory}";

    private string Snapshot => Path.Combine(FeedDirectory, "hsm", "ship.snapshot");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <param name="catalogSlots">With few, the catalog's index wraps and record indices are used again.</param>
    /// <param name="looks">
    /// A file behind such a wrap may lack records that are there (the kernel skips them), so what it lacks is gone only when the next lacks it too.
    /// </param>
    [Theory]
    [InlineData(16_384, 1)]
    [InlineData(4, 2)]
    public async Task Killed_at_any_moment_the_next_run_ends_in_the_state_of_the_files_and_counts_nothing_twice(int catalogSlots, int looks)
    {
        var random = new Random(Seed);
        var cluster = new MdtCluster(Path.Combine(_directory.FullName, "mdt"), new() { Seed = Seed, CatalogSlots = catalogSlots });
        int killedAtWork = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            cluster.Advance(TimeSpan.FromSeconds(random.Next(5, 120)));
            IReadOnlyList<WrittenFile> files = cluster.WriteFiles(clean: true);
            bool wasWorking = await KillAsync(cluster.Glob, NextMoment(random));
            if (wasWorking) killedAtWork++;
            string where = $"seed {Seed}, kill {kill} ({(wasWorking ? "at work" : "at rest")})";
            for (int look = 0; look < looks; look++) Assert.Equal(0, (await RunAsync("hsm", "ship", "--once", "--actions", cluster.Glob)).ExitCode);
            string stats = (await RunAsync("hsm", "stats", "--json")).Out;
            string expected = Expected(files);
            Assert.NotEmpty(expected);
            Assert.True(expected == Counted(stats), $"{where}\n{Difference(expected, Counted(stats))}");
            Assert.True((await RunAsync("feed", "verify")).ExitCode == 0, where);
        }

        Assert.True(killedAtWork >= Kills / 4, $"only {killedAtWork} of {Kills} shippers were killed at work");
    }

    /// <summary>Something that becomes true while a shipper works: from its first file to its snapshot, at every size of the feed.</summary>
    private Func<bool> NextMoment(Random random)
    {
        long size = FeedBytes();
        long grown = random.Next(1, 40_000);
        DateTime written = File.GetLastWriteTimeUtc(Snapshot);
        int looks = random.Next(0, 3_000);
        return random.Next(4) switch
        {
            0 => () => FeedBytes() >= size + grown,
            1 => () => File.GetLastWriteTimeUtc(Snapshot) != written,
            2 => () => FeedBytes() > size,
            _ => () => looks-- <= 0,
        };
    }

    private long FeedBytes()
    {
        string topics = Path.Combine(FeedDirectory, "topics");
        return Directory.Exists(topics) ? Directory.GetFiles(topics, "*.log", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length) : 0;
    }

    /// <returns>Whether it was still at work.</returns>
    private async Task<bool> KillAsync(string glob, Func<bool> moment)
    {
        using var shipper = new WeirProcess(Feed, "hsm", "ship", "--poll-interval", "100ms", "--actions", glob);
        // At the latest when it has told of its second look: after that nothing changes any more.
        Task<string> messages = ReadLooksAsync(shipper, 2);
        while (!messages.IsCompleted && !moment()) await Task.Yield();
        bool isWorking = !messages.IsCompleted;
        await shipper.SignalAsync("KILL");
        int exitCode = await shipper.WaitForExitAsync();
        Assert.True(exitCode == 128 + 9, $"exit code {exitCode}: {await messages}");
        return isWorking;
    }

    /// <summary>What the shipper says until it has reported so many looks, or has ended.</summary>
    private static async Task<string> ReadLooksAsync(WeirProcess shipper, int looks)
    {
        var text = new StringBuilder();
        while (looks > 0 && await shipper.Error.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            text.AppendLine(line);
            if (line.Contains("live actions of", StringComparison.Ordinal)) looks--;
        }

        return text.ToString();
    }

    private async Task<(int ExitCode, string Out)> RunAsync(params string[] words)
    {
        using var weir = new WeirProcess(Feed, words);
        Task<string> messages = weir.Error.ReadToEndAsync(TestContext.Current.CancellationToken);
        string text = await weir.Out.ReadToEndAsync(TestContext.Current.CancellationToken);
        int exitCode = await weir.WaitForExitAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"{string.Join(' ', words)}: {exitCode}: {await messages}");
        return (exitCode, text);
    }

    /// <summary>MDT, action, status and count as the files' own text tells, read without Weir's parser. Of an MDT that is down, its last file.</summary>
    private string Expected(IReadOnlyList<WrittenFile> files)
    {
        foreach (WrittenFile file in files.Where(file => file.Path is not null)) _lastLines[file.Mdt] = File.ReadAllLines(file.Path!);
        return Lines(
            from mdt in _lastLines
            from line in mdt.Value
            let match = ActionAndStatus().Match(line)
            where match.Success
            group line by $"{mdt.Key} {match.Groups[1].Value} {match.Groups[2].Value}" into same
            select $"{same.Key} {same.Count()}");
    }

    private static string Counted(string stats)
    {
        using JsonDocument json = JsonDocument.Parse(stats);
        return Lines(json.RootElement.GetProperty("breakdown").EnumerateArray().Select(row => string.Create(
            CultureInfo.InvariantCulture,
            $"{row.GetProperty("mdt").GetString()} {row.GetProperty("action").GetString()} {row.GetProperty("status").GetString()} {row.GetProperty("count").GetInt64()}")));
    }

    private static string Difference(string expected, string counted) => Lines(
        expected.Split('\n').Except(counted.Split('\n')).Select(line => $"{line} in the files only").Concat(
            counted.Split('\n').Except(expected.Split('\n')).Select(line => $"{line} in the statistics only")));

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    [GeneratedRegex(@" action=([A-Z]+) .* ?status=([A-Z]+)")]
    private static partial Regex ActionAndStatus();
}
