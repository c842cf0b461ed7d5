using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Weir.Cli.Terminals;
using Weir.Cli.Verbs.Drives;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Healing;
using Weir.Lab.Time;

namespace Weir.Cli.Tests.Verbs.Drives;

/// <summary>What the line says is left holds from the first tenth of a repair on, also of one that goes on where an earlier one was stopped.</summary>
public sealed partial class HealProgressLineTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void The_time_left_is_within_a_fifth_after_the_first_tenth_of_any_uneven_tree(int seed)
    {
        var tree = new Tree(new Random(seed));
        Check(tree, 0, $"seed {seed}");
    }

    /// <summary>What was done was small, what is left is large, or the other way round: the average of all says nothing.</summary>
    [Theory, MemberData(nameof(Seeds))]
    public void A_resumed_repair_counts_what_is_left_by_its_own_bytes(int seed)
    {
        var random = new Random(seed);
        var tree = new Tree(random);
        Check(tree, random.Next(tree.Objects.Count / 10, tree.Objects.Count / 2), $"seed {seed}, resumed");
    }

    [Fact]
    public void The_rest_of_a_plan_is_what_it_lists_and_not_a_share_of_all()
    {
        string directory = Directory.CreateTempSubdirectory("weir-rest-").FullName;
        try
        {
            var deployment = Guid.NewGuid();
            using (HealJournal journal = HealJournal.Create(directory, deployment, [], TimeProvider.System))
            {
                // The most endangered are done first, wherever the walk met them.
                for (int number = 0; number < 10; number++) journal.Add(Planned(number, margin: number % 2, read: number < 5 ? 100 : 1_000_000, written: number));
                journal.EndPlan();
                Assert.Equal(new(10, (5 * 100) + (5 * 1_000_000) + 45), journal.Rest());
                journal.Advance(6, isFinished: false);
            }

            using HealJournal resumed = HealJournal.FindUnfinished(directory, deployment, TimeProvider.System)!;
            // Five of margin 0 are done, and 1 of margin 1: 3, 5, 7 and 9 are left.
            Assert.Equal(new(4, 100 + (3 * 1_000_000) + 3 + 5 + 7 + 9), resumed.Rest());
            resumed.Advance(10, isFinished: false);
            Assert.Equal(default, resumed.Rest());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static PlannedObject Planned(int number, int margin, long read, long written) =>
        new(0, 0, ObjectName.Create("bucket", $"object{number}"), margin, read, written, 0, DateTimeOffset.UnixEpoch, "");

    private static void Check(Tree tree, int done, string what)
    {
        var time = new ManualTimeProvider();
        using var error = new MemoryStream();
        var terminal = new Terminal(() => Stream.Null, Stream.Null, error, new Dictionary<string, string>()) { IsErrorTerminal = true };
        (double Seconds, long Bytes)[] left = [.. tree.Objects.Skip(done)];
        var totals = new HealTotals(0, tree.Objects.Count, 0, tree.Objects.Sum(item => item.Bytes), 0, 0);
        using var line = new HealProgressLine(terminal, time, () => totals);
        long start = time.GetTimestamp();
        line.Begin(new(left.Length, left.Sum(item => item.Bytes)));
        double total = left.Sum(item => item.Seconds);
        int said = 0;
        foreach ((double seconds, long bytes) in left)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            totals = totals with { DoneObjects = totals.DoneObjects + 1, DoneBytes = totals.DoneBytes + bytes };
            error.SetLength(0);
            line.Show();
            double now = time.GetElapsedTime(start).TotalSeconds;
            string shown = Encoding.UTF8.GetString(error.ToArray());
            if (now < total / 10 || shown.Length == 0) continue;
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"repairing: {done + totals.DoneObjects} of {tree.Objects.Count} objects"), shown, StringComparison.Ordinal);
            double whole = now + Left(shown);
            Assert.True(whole > total * 0.8 && whole < total * 1.2, $"{what}: at {now:0} s of {total:0} s it says {whole:0} s in all: {shown}");
            said++;
        }

        Assert.True(said > 10, $"{what}: {said} lines in {total} s");
    }

    private static double Left(string line)
    {
        Match match = TimeLeft().Match(line);
        Assert.True(match.Success, line);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * (match.Groups[2].Value switch { "s" => 1, "min" => 60, _ => 3600 });
    }

    [GeneratedRegex("about ([0-9.]+) (s|min|h) left$")]
    private static partial Regex TimeLeft();

    /// <summary>
    /// Objects in the order of their repair: by how many shards they may yet lose, then by key, in directories of all sizes whose objects are
    /// of a size of their own each, from 1 KB to 100 MB.
    /// </summary>
    private sealed class Tree
    {
        public Tree(Random random)
        {
            // From minutes to days.
            double slowness = Math.Pow(10, 3 * random.NextDouble());
            double perObject = slowness * Math.Pow(10, -3 + (2 * random.NextDouble())), perByte = slowness / (20e6 + (500e6 * random.NextDouble()));
            var objects = new List<(int Margin, double Seconds, long Bytes)>();
            for (int directory = 0; directory < 300; directory++)
            {
                double scale = Math.Pow(10, 3 + (5 * random.NextDouble()));
                int count = (int)Math.Pow(10, 3 * random.NextDouble()), margin = random.Next(3);
                for (int i = 0; i < count; i++)
                {
                    // Of a few the record alone is lost, and nothing is read.
                    long bytes = random.Next(10) == 0 ? 0 : (long)(scale * (0.5 + random.NextDouble()));
                    objects.Add((margin, (perObject + (bytes * perByte)) * (0.7 + (0.6 * random.NextDouble())), bytes));
                }
            }

            Objects = [.. objects.OrderBy(item => item.Margin).Select(item => (item.Seconds, item.Bytes))];
        }

        public List<(double Seconds, long Bytes)> Objects { get; }
    }
}
