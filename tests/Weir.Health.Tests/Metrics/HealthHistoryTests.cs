using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Health.Metrics;
using Weir.Lab.Time;

namespace Weir.Health.Tests.Metrics;

/// <summary>The history of a day: over restarts, crashes, garbage and clocks that go wrong.</summary>
public sealed class HealthHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_day_is_kept_over_a_restart_and_no_more()
    {
        using var directory = new TemporaryDirectory();
        var time = new ManualTimeProvider(Start);
        using (var history = new HealthHistory(directory.Path, time, NullLogger.Instance))
        {
            for (int i = 0; i < 9000; i++) history.Add(Entry(i * 10, i, new((ulong)i, 7)));
        }

        time.Advance(TimeSpan.FromSeconds(90_000));
        using var again = new HealthHistory(directory.Path, time, NullLogger.Instance);
        IReadOnlyList<HealthSample> read = again.Read(Start, Start.AddDays(2));
        Assert.Equal(8640, read.Count);
        Assert.Equal((Start.AddSeconds(3600), 360d), (read[0].At, read[0].Values[0]));
        Assert.Equal((Start.AddSeconds(89_990), 8999d), (read[^1].At, read[^1].Values[0]));
        Assert.Equal(new RecordId(8999, 7), again.Newest!.Value.Counted);
        Assert.True(read.Zip(read.Skip(1)).All(pair => pair.Second.At - pair.First.At == HealthHistory.Step));
        Assert.InRange(new FileInfo(Path.Combine(directory.Path, HealthHistory.FileName)).Length, 1, 4 * 1024 * 1024);
        Assert.Equal(7, again.Read(Start.AddHours(2), Start.AddHours(2).AddMinutes(1)).Count);
    }

    [Fact]
    public void A_half_written_moment_is_left_out_and_the_others_stay()
    {
        using var directory = new TemporaryDirectory();
        var time = new ManualTimeProvider(Start.AddMinutes(5));
        string path = Path.Combine(directory.Path, HealthHistory.FileName);
        using (var history = new HealthHistory(directory.Path, time, NullLogger.Instance))
        {
            for (int i = 0; i < 10; i++) history.Add(Entry(i * 10, i, default));
        }

        byte[] bytes = File.ReadAllBytes(path);
        int slot = (bytes.Length - 8192) / 8640;
        long first = Start.ToUnixTimeMilliseconds() / 10_000 % 8640;
        bytes[8192 + (((int)first + 4) * slot) + 40] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var again = new HealthHistory(directory.Path, time, NullLogger.Instance);
        Assert.Equal([0d, 1, 2, 3, 5, 6, 7, 8, 9], again.Read(Start, Start.AddHours(1)).Select(sample => sample.Values[0]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(8300)]
    public void A_file_that_was_cut_off_or_is_something_else_begins_anew(int length)
    {
        using var directory = new TemporaryDirectory();
        var time = new ManualTimeProvider(Start.AddMinutes(5));
        string path = Path.Combine(directory.Path, HealthHistory.FileName);
        using (var history = new HealthHistory(directory.Path, time, NullLogger.Instance)) history.Add(Entry(0, 1, default));
        using (FileStream file = File.OpenWrite(path)) file.SetLength(length);
        if (length == 100) File.WriteAllBytes(path, [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 31))]);
        using (var history = new HealthHistory(directory.Path, time, NullLogger.Instance))
        {
            Assert.Empty(history.Read(Start, Start.AddHours(1)));
            history.Add(Entry(60, 2, default));
        }

        using var again = new HealthHistory(directory.Path, time, NullLogger.Instance);
        Assert.Equal([2d], again.Read(Start, Start.AddHours(1)).Select(sample => sample.Values[0]));
    }

    [Fact]
    public void Columns_that_came_and_went_between_versions_cost_only_themselves()
    {
        using var directory = new TemporaryDirectory();
        string path = Path.Combine(directory.Path, "h");
        using (HistoryFile file = HistoryFile.Open(path, ["a", "b", "c"], TimeSpan.FromSeconds(10), 100, out _, out _)) file.Write(new(10_000, new(1, 2), [1, 2, 3]));
        using HistoryFile other = HistoryFile.Open(path, ["c", "new", "a"], TimeSpan.FromSeconds(10), 100, out IReadOnlyList<HistoryEntry> entries, out string? problem);
        Assert.Null(problem);
        Assert.Equal((10_000, new RecordId(1, 2)), (entries[0].Milliseconds, entries[0].Counted));
        Assert.Equal([3d, double.NaN, 1d], entries[0].Values);
    }

    [Fact]
    public void A_clock_that_was_set_back_leaves_no_moments_of_the_future()
    {
        using var directory = new TemporaryDirectory();
        var time = new ManualTimeProvider(Start.AddMinutes(5));
        using (var history = new HealthHistory(directory.Path, time, NullLogger.Instance))
        {
            history.Add(Entry(0, 1, default));
            history.Add(Entry(50_000, 2, default));
            history.Add(Entry(20, 3, default));
            Assert.Equal([1d, 3d], history.Read(Start, Start.AddDays(3)).Select(sample => sample.Values[0]));
        }

        using var again = new HealthHistory(directory.Path, time, NullLogger.Instance);
        Assert.Equal([1d, 3d], again.Read(Start, Start.AddDays(3)).Select(sample => sample.Values[0]));
    }

    [Fact]
    public void Where_nothing_can_be_written_it_is_kept_in_memory()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Combine(directory.Path, "file");
        File.WriteAllText(file, "");
        using var history = new HealthHistory(Path.Combine(file, "below"), new ManualTimeProvider(Start), NullLogger.Instance);
        history.Add(Entry(0, 1, default));
        Assert.Single(history.Read(Start, Start));
    }

    internal static HistoryEntry Entry(long seconds, double value, RecordId counted)
    {
        var values = new double[HealthMetricTable.Columns.Count];
        Array.Fill(values, value);
        return new(Start.ToUnixTimeMilliseconds() + (seconds * 1000), counted, values);
    }
}
