using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Health;
using Weir.Health.Healing;
using Weir.Health.Pacing;
using Weir.Health.Policies;
using Weir.Health.Pools;

namespace Weir.Benchmarks.Health;

/// <summary>
/// The queue of repairs: requests that are durable a second, what a million of them takes in memory, and how long a restart reads them. The
/// yardstick appends records of the same size to the same feed in batches of a thousand, with nothing behind it.
/// </summary>
internal static class HealQueueSpeed
{
    private const int Buckets = 40, Clients = 256;

    public static async Task RunAsync(string scratch, int count)
    {
        string directory = Path.Combine(scratch, "heals");
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        await AppendAsync(Path.Combine(directory, "yardstick"), count).ConfigureAwait(false);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await using (Stand stand = await Stand.OpenAsync(directory).ConfigureAwait(false))
        {
            long start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => SubmitAsync(stand.Heals, client, count)))).ConfigureAwait(false);
            Say("enqueues durable", count / Stopwatch.GetElapsedTime(start).TotalSeconds, "a second");
            Say("memory of all", (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6, "MB");
            Say("of the process", Environment.WorkingSet / 1e6, "MB");
            start = Stopwatch.GetTimestamp();
            for (int i = 1; i <= 1000; i++) _ = stand.Heals.Find(string.Create(CultureInfo.InvariantCulture, $"heal-{i * (count / 1000)}"));
            Say("status with position", Stopwatch.GetElapsedTime(start).TotalMicroseconds / 1000, "µs");
            start = Stopwatch.GetTimestamp();
            await stand.Heals.SaveAsync().ConfigureAwait(false);
            Say("snapshot", Stopwatch.GetElapsedTime(start).TotalSeconds, "s");
        }

        long opening = Stopwatch.GetTimestamp();
        await using (Stand again = await Stand.OpenAsync(directory).ConfigureAwait(false))
        {
            Say("restart from the snapshot", Stopwatch.GetElapsedTime(opening).TotalSeconds, "s");
            if (again.Heals.Counts[HealState.Queued] != count) throw new InvalidOperationException("Some were lost.");
        }

        File.Delete(Path.Combine(directory, "state", "heals.snapshot"));
        opening = Stopwatch.GetTimestamp();
        await using (Stand again = await Stand.OpenAsync(directory).ConfigureAwait(false))
        {
            Say("restart from the records alone", Stopwatch.GetElapsedTime(opening).TotalSeconds, "s");
            if (again.Heals.Counts[HealState.Queued] != count) throw new InvalidOperationException("Some were lost.");
        }

        Directory.Delete(directory, recursive: true);
    }

    private static async Task SubmitAsync(HealService heals, int client, int count)
    {
        // Each has a few on their way, as connections of an API have.
        var waiting = new Queue<Task>();
        for (int number = client; number < count; number += Clients)
        {
            if (waiting.Count == 8) await waiting.Dequeue().ConfigureAwait(false);
            waiting.Enqueue(heals.SubmitAsync(Request(number)));
        }

        await Task.WhenAll(waiting).ConfigureAwait(false);
    }

    private static HealRequest Request(int number) => new()
    {
        Bucket = string.Create(CultureInfo.InvariantCulture, $"bucket-{number % Buckets}"),
        Object = string.Create(CultureInfo.InvariantCulture, $"photos/2026/{number % 365:d3}/IMG_{number:d8}.jpg"),
        Priority = (HealthPriority)(number % 5),
        Mode = HealMode.Background,
        Margin = number % 3,
    };

    private static async Task AppendAsync(string directory, int count)
    {
        await using var feed = new LogEngine(new() { Directory = directory });
        byte[] data = Encoding.UTF8.GetBytes(new string('x', 300));
        var batch = new RecordBatch();
        long start = Stopwatch.GetTimestamp();
        for (int done = 0; done < count; done += batch.Count)
        {
            batch.Clear();
            for (int i = 0; i < 1000; i++) batch.Add("HealQueued"u8, "healer"u8, "bucket/photos/2026/001/IMG_00000001.jpg"u8, data);
            await feed.AppendAsync("yardstick", batch).ConfigureAwait(false);
        }

        Say("yardstick: records appended", count / Stopwatch.GetElapsedTime(start).TotalSeconds, "a second");
    }

    private static void Say(string what, double figure, string unit) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-32} {figure,12:n1} {unit}"));

    private sealed class Stand : IAsyncDisposable
    {
        private readonly LogEngine _feed;
        private readonly PolicyStore _policies;
        private readonly Pacer _pacer = new(new ScanPolicy(), TimeProvider.System);
        private readonly PoolSet _pools;

        private Stand(string directory, LogEngine feed, PolicyStore policies)
        {
            _feed = feed;
            _policies = policies;
            _pools = new(new() { Pools = [new("none", [Path.Combine(directory, "no-drive")])] }, _pacer, NullLogger.Instance);
        }

        public HealService Heals { get; private set; } = null!;

        public static async Task<Stand> OpenAsync(string directory)
        {
            var feed = new LogEngine(new() { Directory = Path.Combine(directory, "feed") });
            var stand = new Stand(directory, feed, await PolicyStore.OpenAsync(feed, TimeProvider.System).ConfigureAwait(false));
            stand.Heals = await HealService.OpenAsync(new() { Feed = feed, Pools = stand._pools, Policies = stand._policies, StateDirectory = Path.Combine(directory, "state") }).ConfigureAwait(false);
            return stand;
        }

        public async ValueTask DisposeAsync()
        {
            await Heals.DisposeAsync().ConfigureAwait(false);
            _pools.Dispose();
            _pacer.Dispose();
            _policies.Dispose();
            await _feed.DisposeAsync().ConfigureAwait(false);
        }
    }
}
