using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Health.Metrics;
using Weir.Lab.Time;

namespace Weir.Health.Tests.Metrics;

/// <summary>What is measured of repairs, from what they tell on the feed: once each, also over restarts.</summary>
public sealed class MetricsCollectorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_repair_counts_once_over_restarts_and_the_counters_go_on()
    {
        using var directory = new TemporaryDirectory();
        var time = new ManualTimeProvider();
        await using var feed = new LogEngine(new() { Directory = directory.Below("feed") });
        await TellAsync(feed, "HealCompleted", 9);
        await using (var run = new Run(directory, feed, time))
        {
            // What was there before it was first measured does not count.
            await run.WhenAsync(run.IsReading);
            await TellAsync(feed, "HealStarted", 0);
            await TellAsync(feed, "HealCompleted", 3);
            await TellAsync(feed, "HealFailed", 0);
            await run.WhenAsync(() => run.Value("heals_failed_total") == 1);
            Assert.Equal((1, 3, 2.5), (run.Value("heals_completed_total"), run.Value("shards_repaired_total"), run.Value("heal_seconds_total")));
        }

        // While nobody measures.
        await TellAsync(feed, "HealCompleted", 4);
        await using (var run = new Run(directory, feed, time))
        {
            await run.WhenAsync(() => run.Value("heals_completed_total") == 2);
            Assert.Equal(7, run.Value("shards_repaired_total"));
            await TellAsync(feed, "HealCompleted", null);
            await run.WhenAsync(() => run.Value("heals_completed_total") == 3);
            Assert.Equal((7, 1), (run.Value("shards_repaired_total"), run.Value("heals_failed_total")));
        }
    }

    [Fact]
    public async Task A_moment_is_kept_at_each_step()
    {
        using var directory = new TemporaryDirectory();
        var time = new ManualTimeProvider();
        DateTimeOffset start = time.GetUtcNow();
        await using var feed = new LogEngine(new() { Directory = directory.Below("feed") });
        await using var run = new Run(directory, feed, time);
        for (int i = 1; i <= 5; i++)
        {
            await run.WhenAsync(() => run.Collector.Read(start, start.AddHours(1)).Count == i);
            await Eventually.Is(() => time.ActiveTimers > 0);
            time.Advance(HealthHistory.Step);
        }

        await run.WhenAsync(() => run.Collector.Read(start, start.AddHours(1)).Count == 6);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => start + (i * HealthHistory.Step)), run.Collector.Read(start, start.AddHours(1)).Select(sample => sample.At));
    }

    private static async Task TellAsync(LogEngine feed, string type, int? shards)
    {
        var batch = new RecordBatch();
        string data = shards is null ? """{"result":"of a stranger"}""" : $$$"""{"heal_id":"heal-1","result":{"success":true,"shards_repaired":{{{shards}}},"duration":{{{(type == "HealFailed" ? "1" : "1.5")}}},"validations":[{"duration":100}]}}""";
        batch.Add(Encoding.UTF8.GetBytes(type), "test"u8, "b/k"u8, Encoding.UTF8.GetBytes(data));
        await feed.AppendAsync(HealthTopics.Events, batch, default, Token);
    }

    /// <summary>A collector that runs.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly ManualTimeProvider _time;
        private readonly Task _running;

        public Run(TemporaryDirectory directory, LogEngine feed, ManualTimeProvider time)
        {
            _time = time;
            Collector = new(directory.Below("state"), feed, () => null, time, NullLogger.Instance);
            _running = Task.Run(() => Collector.RunAsync(_ending.Token));
        }

        public MetricsCollector Collector { get; }

        public bool IsReading() => Collector.HasRead;

        public double Value(string name)
        {
            // Past what was measured a moment ago.
            _time.Advance(TimeSpan.FromSeconds(1));
            return Collector.Measure()[name] ?? double.NaN;
        }

        public Task WhenAsync(Func<bool> condition) => Eventually.Is(() => _running.IsCompleted || condition(), () => $"{_running.Status} {_running.Exception}");

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            await _running;
            Collector.Dispose();
            _ending.Dispose();
        }
    }
}
