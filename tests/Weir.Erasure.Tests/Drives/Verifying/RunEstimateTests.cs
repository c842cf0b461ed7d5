using Weir.Erasure.Drives.Verifying;

namespace Weir.Erasure.Tests.Drives.Verifying;

/// <summary>The estimate of a run's length holds from its first tenth on.</summary>
public sealed class RunEstimateTests
{
    private const double ReportSeconds = 0.25;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void It_is_within_a_fifth_after_the_first_tenth_of_any_uneven_tree(int seed)
    {
        var random = new Random(seed);
        // Directories of all sizes, whose objects are of a size of their own each, from 1 KB to 100 MB.
        var objects = new List<(double Files, double Bytes)>();
        for (int directory = 0; directory < 300; directory++)
        {
            double scale = Math.Pow(10, 3 + (5 * random.NextDouble()));
            int count = (int)Math.Pow(10, 3 * random.NextDouble());
            for (int i = 0; i < count; i++) objects.Add((2 + random.Next(3), scale * (0.5 + random.NextDouble())));
        }

        double perFile = Math.Pow(10, -4 + (2 * random.NextDouble())), perByte = 1 / (20e6 + (500e6 * random.NextDouble()));
        double[] times = [.. objects.Select(item => ((item.Files * perFile) + (item.Bytes * perByte)) * (0.7 + (0.6 * random.NextDouble())))];
        double total = times.Sum(), seconds = 0, files = 0, bytes = 0, reported = 0;
        var estimate = new RunEstimate(objects.Sum(item => item.Files), objects.Sum(item => item.Bytes));
        for (int i = 0; i < objects.Count; i++)
        {
            seconds += times[i];
            files += objects[i].Files;
            bytes += objects[i].Bytes;
            if (seconds - reported < ReportSeconds) continue;
            reported = seconds;
            estimate.Report(seconds, files, bytes);
            if (seconds < total / 10) continue;
            double whole = seconds + estimate.Remaining!.Value;
            Assert.True(whole > total * 0.8 && whole < total * 1.2, $"seed {seed}: at {seconds:0} s of {total:0} s it says {whole:0} s in all");
            Assert.InRange(estimate.Fraction!.Value, 0, 1);
        }
    }

    [Fact]
    public void Nothing_is_said_before_anything_is_known()
    {
        var estimate = new RunEstimate(1000, 0);
        Assert.Null(estimate.Remaining);
        estimate.Report(1, 0, 0);
        Assert.Null(estimate.Remaining);
        estimate.Report(2, 100, 0);
        Assert.InRange(estimate.Remaining!.Value, 8, 19);
    }
}
