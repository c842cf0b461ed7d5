using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Health.Policies;
using Weir.Health.Scanning;
using Weir.Health.Scanning.Choosing;

namespace Weir.Health.Tests.Scanning;

/// <summary>Which objects a scan looks at.</summary>
public sealed class ScanChoosingTests
{
    private static readonly ScanRequest Everything = new() { Strategy = ScanStrategy.Full }, Changed = new() { Strategy = ScanStrategy.Incremental };

    [Fact]
    public async Task An_incremental_scan_looks_at_what_changed_since_the_last_complete_one()
    {
        await using ScanBench bench = Bench(30);
        await bench.StartAsync();
        // Nothing is known yet, so all of it changed.
        Assert.Equal(30, (await bench.ScanAsync(Changed)).ObjectsScanned);
        Assert.Equal(0, (await bench.ScanAsync(Changed)).ObjectsScanned);
        Assert.Equal(30, (await bench.ScanAsync(Everything)).ObjectsScanned);
        Assert.Equal(0, (await bench.ScanAsync(Changed)).ObjectsScanned);
        bench.Tree.Put(ObjectName.Create("bucket", "005"), new SeededStream(1, 777));
        bench.Tree.Put(ObjectName.Create("bucket", "new"), new SeededStream(1, 777));
        ScanStatus status = await bench.ScanAsync(Changed);
        Assert.Equal((ScanState.Completed, 2), (status.State, status.ObjectsScanned));
        await Eventually.Is(() => bench.ReadAsync(HealthTopics.Events).GetAwaiter().GetResult().Any(record => record.Type == "ObjectDiscovered"));
        Assert.Equal("new", Assert.Single(await bench.ReadAsync(HealthTopics.Events), record => record.Type == "ObjectDiscovered").Data.GetProperty("object").GetString());
    }

    [Fact]
    public async Task An_incremental_scan_since_a_time_needs_no_scan_before_it()
    {
        await using ScanBench bench = Bench(10);
        await bench.StartAsync();
        Assert.Equal(10, (await bench.ScanAsync(Changed with { Since = DateTimeOffset.UtcNow.AddDays(-1) })).ObjectsScanned);
        // The clock of files may be a tick behind.
        string file = Path.Combine(bench.Tree.Drives[0], "bucket", "003", "xl.meta");
        DateTimeOffset now = DateTimeOffset.UtcNow.AddSeconds(1);
        await Eventually.Is(() => DateTimeOffset.UtcNow > now);
        Assert.Equal(0, (await bench.ScanAsync(Changed with { Since = now })).ObjectsScanned);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(1, (await bench.ScanAsync(Changed with { Since = now })).ObjectsScanned);
    }

    [Fact]
    public async Task An_incremental_scan_finds_what_a_drive_lacks_and_looks_again_at_what_had_issues()
    {
        await using ScanBench bench = Bench(10);
        await bench.StartAsync();
        await bench.ScanAsync(Everything);
        string lost = Path.Combine(bench.Tree.Drives[2], "bucket", "004"), kept = bench.Below("kept");
        Directory.Move(lost, kept);
        await bench.ScanAsync(Changed);
        Assert.Equal("004", Assert.Single(bench.Issues.Query(new()).Issues).Object);
        Directory.Move(kept, lost);
        await bench.ScanAsync(Changed);
        Assert.Empty(bench.Issues.Query(new()).Issues);
    }

    [Fact]
    public async Task A_sample_of_all_counts_and_a_part_estimates()
    {
        await using ScanBench bench = Bench(60);
        for (int i = 0; i < 60; i += 5) Damage(bench, i);
        await bench.StartAsync();
        ScanStatus all = await bench.ScanAsync(new() { Strategy = ScanStrategy.Smart, SampleRate = 1, Mode = VerifyMode.Normal });
        Assert.Equal(60, all.ObjectsScanned);
        Assert.Equal(new SampleEstimate(60, 12, 12, 12), all.Estimate);

        // Favoured or not, what is drawn is a part; the interval holds the truth.
        ScanStatus part = await bench.ScanAsync(new() { Strategy = ScanStrategy.Smart, SampleRate = 0.3, Mode = VerifyMode.Deep, FavorsUnscanned = false });
        Assert.InRange(part.ObjectsScanned, 1, 59);
        Assert.Equal(60, part.Estimate!.Objects);
        Assert.InRange(part.Estimate.High, part.Estimate.Low, 60);
    }

    [Fact]
    public void An_estimate_from_a_sample_is_unbiased_whatever_is_favoured()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        const int Objects = 400, Samples = 4000;
        double[] probabilities = [.. Enumerable.Range(0, Objects).Select(_ => 0.05 + (0.9 * random.NextDouble()))];
        // Those with issues are likelier drawn: the plain share in the sample would be far off.
        bool[] issues = [.. probabilities.Select(probability => random.NextDouble() < probability / 2)];
        double truth = issues.Count(issue => issue), sum = 0;
        int inside = 0;
        for (int sample = 0; sample < Samples; sample++)
        {
            var sums = new SampleSums();
            for (int i = 0; i < Objects; i++) sums.Add(probabilities[i], random.NextDouble() < probabilities[i], issues[i]);
            SampleEstimate estimate = sums.ToEstimate();
            sum += estimate.Issues;
            if (estimate.Low <= truth && truth <= estimate.High) inside++;
        }

        Assert.True(Math.Abs((sum / Samples) - truth) < 0.02 * truth, $"seed {seed}: {sum / Samples} for {truth}");
        Assert.True(inside > 0.93 * Samples, $"seed {seed}: {inside} of {Samples} intervals hold it");
    }

    [Fact]
    public void A_mark_keeps_what_it_is_given()
    {
        foreach (ObjectMark mark in (ObjectMark[])[new(0, false, 0), new(1_800_000_000, true, 1), new(5_000_000_000, false, 0.25, true)])
        {
            ObjectMark read = ObjectMark.From(mark.ToNumber());
            Assert.Equal((mark.ScannedAt, mark.IsNew, mark.IsDrawn), (read.ScannedAt, read.IsNew, read.IsDrawn));
            Assert.Equal(mark.Probability, read.Probability, 6);
        }
    }

    [Fact]
    public async Task Cycles_begin_by_themselves_and_look_deeply_at_some()
    {
        await using ScanBench bench = Bench(10);
        string part = Path.Combine(bench.Tree.Drives[0], "big", "one");
        bench.Tree.Put(ObjectName.Create("big", "one"), new SeededStream(1, 3_000_000));
        string file = Directory.GetFiles(part, "part.1", SearchOption.AllDirectories).Single();
        byte[] content = File.ReadAllBytes(file);
        content[5000] ^= 1;
        File.WriteAllBytes(file, content);
        bench.Policies.Scan = bench.Policies.Scan with { DefaultScanInterval = TimeSpan.FromHours(24), Jitter = 0, DeepScanProbability = 1, PriorityBuckets = ["big"] };
        await bench.StartAsync();
        await Eventually.Is(() => bench.Scans.List().Count == 1);
        ScanStatus cycle = await bench.EndOf(bench.Scans.List()[0].Id);
        Assert.Equal(("cycle", HealthPriority.Low, VerifyMode.Normal, 11), (cycle.Request.Reason, cycle.Request.Priority, cycle.Request.Mode, cycle.ObjectsScanned));
        Assert.Equal(IssueType.CorruptShards, Assert.Single(bench.Issues.Query(new()).Issues).Type);
        // The next one is a day away, also for another process.
        await bench.StopAsync();
        await bench.StartAsync();
        await bench.ScanAsync(Changed);
        Assert.Equal(2, bench.Scans.List().Count);
    }

    [Theory]
    [InlineData("2026-01-05T10:00", true)]
    [InlineData("2026-01-05T05:00", false)]
    [InlineData("2026-01-05T22:30", true)]
    [InlineData("2026-01-06T01:59", true)]
    [InlineData("2026-01-06T02:00", false)]
    [InlineData("2026-01-05T01:00", false)]
    public void Windows_have_hours_and_days(string local, bool isOpen)
    {
        // Monday the 5th, by day and from its evening into Tuesday.
        ScanWindow[] windows = [new([DayOfWeek.Monday], new(9, 0), new(17, 0)), new([DayOfWeek.Monday], new(22, 0), new(2, 0))];
        DateTimeOffset at = DateTimeOffset.Parse(local + "Z", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(isOpen, windows.Any(window => ScanCycles.IsOpen(window, at)));
    }

    private static void Damage(ScanBench bench, int number) => Directory.Delete(Path.Combine(bench.Tree.Drives[number % 4], "bucket", $"{number:d3}"), recursive: true);

    private static ScanBench Bench(int objects)
    {
        var bench = new ScanBench();
        for (int i = 0; i < objects; i++) bench.Tree.Put(ObjectName.Create("bucket", $"{i:d3}"), new SeededStream(i, 1000 + i));
        return bench;
    }
}
