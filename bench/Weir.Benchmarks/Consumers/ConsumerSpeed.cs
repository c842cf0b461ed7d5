using System.Diagnostics;
using Weir.Benchmarks.Feed;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Feed.Disks;
using Weir.Feed.Log;

namespace Weir.Benchmarks.Consumers;

/// <summary>Durable acknowledgements of many consumers, one topic given to many readers, and what an idle consumer costs.</summary>
internal static class ConsumerSpeed
{
    private const int Rounds = 7;
    private const int Consumers = 64;
    private const int Readers = 100;
    private const int RecordBytes = 300;

    public static async Task RunAsync(string directory)
    {
        await AcknowledgeAsync(directory);
        await FanOutAsync(directory, "", "every record");
        await FanOutAsync(directory, "data.n=1", "a filter on a member of the data that takes one record in four");
        await IdleAsync(directory);
    }

    /// <summary>64 consumers, each acknowledging record after record and waiting for each acknowledgement to be durable.</summary>
    private static async Task AcknowledgeAsync(string directory)
    {
        const int Records = 2000;
        var ours = new List<double>();
        var plain = new List<double>();
        long flushes = 0;
        for (int round = -1; round < Rounds; round++)
        {
            string path = Fresh(directory, "ack");
            var disk = new CountingDisk();
            await using var engine = new LogEngine(new() { Directory = path, Disk = disk });
            await AppendAsync(engine, Records);
            await using var registry = new ConsumerRegistry(engine);
            var readers = new List<ConsumerReader>();
            for (int i = 0; i < Consumers; i++)
            {
                await registry.RegisterAsync(new() { Name = $"consumer-{i}", Topics = TopicSelection.Parse("t"), Start = ConsumerStart.First });
                readers.Add(await registry.OpenAsync($"consumer-{i}"));
            }

            disk.Syncs = 0;
            long started = Stopwatch.GetTimestamp();
            await Task.WhenAll(readers.Select(reader => Task.Run(() => AcknowledgeEachAsync(reader))));
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            flushes = disk.Syncs;
            foreach (ConsumerReader reader in readers) await reader.DisposeAsync();
            double plainSeconds = Flush(Path.Combine(directory, "plain"), flushes);
            if (round < 0) continue;
            ours.Add(seconds);
            plain.Add(plainSeconds);
        }

        double acknowledgements = (double)Consumers * Records;
        Console.WriteLine(
            $"acknowledge durably, {Consumers} consumers, one record at a time: {acknowledgements / Median(ours):N0}/s (min {acknowledgements / ours.Max():N0}, max {acknowledgements / ours.Min():N0}), "
            + $"{flushes} flushes; as many overwrites of 4 KiB and flushes of a plain file take {Median(plain) / Median(ours):0.00} of the time");
    }

    private static async Task AcknowledgeEachAsync(ConsumerReader reader)
    {
        var ids = new List<RecordId>();
        while (await reader.ReadAsync() is { } page)
        {
            ids.Clear();
            foreach (RecordView record in page) ids.Add(record.Id);
            foreach (RecordId id in ids) await reader.AcknowledgeAsync("t", id);
        }
    }

    /// <summary>100 readers in this process, each looking at each record it is given.</summary>
    private static async Task FanOutAsync(string directory, string filter, string what)
    {
        const int Records = 200_000;
        string path = Fresh(directory, "fan-out");
        await using var engine = new LogEngine(new() { Directory = path });
        await AppendAsync(engine, Records);
        var rates = new List<double>();
        long read = 0, given = 0;
        for (int round = -1; round < Rounds; round++)
        {
            await using var fanOut = new FanOut(engine);
            var readers = new List<TransientReader>();
            for (int i = 0; i < Readers; i++) readers.Add(await TransientReader.OpenAsync(fanOut, TopicSelection.Parse("t"), RecordFilter.Parse(filter), ConsumerStart.First));
            long started = Stopwatch.GetTimestamp();
            long[] records = await Task.WhenAll(readers.Select(reader => Task.Run(() => CountAsync(reader))));
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            (read, given) = fanOut.PageCounts;
            foreach (TransientReader reader in readers) await reader.DisposeAsync();
            if (round >= 0) rates.Add(records.Sum() / seconds);
        }

        Console.WriteLine(
            $"one topic to {Readers} readers in this process, {what}: {Median(rates):N0} deliveries/s (min {rates.Min():N0}, max {rates.Max():N0}); {read} pages read by all together, {given} given");
    }

    private static async Task<long> CountAsync(TransientReader reader)
    {
        long records = 0;
        while (await reader.ReadAsync() is { } page)
        {
            foreach (RecordView record in page) records += record.Id.Milliseconds > 0 ? 1 : 0;
        }

        return records;
    }

    /// <summary>Consumers that are open, have read everything and wait.</summary>
    private static async Task IdleAsync(string directory)
    {
        const int Idle = 2000;
        string path = Fresh(directory, "idle");
        await using var engine = new LogEngine(new() { Directory = path });
        await AppendAsync(engine, 1000);
        await using var registry = new ConsumerRegistry(engine);
        for (int i = 0; i < Idle; i++) await registry.RegisterAsync(new() { Name = $"consumer-{i}", Topics = TopicSelection.Parse("t"), Start = ConsumerStart.First });
        using var stop = new CancellationTokenSource();
        var waits = new List<Task>(Idle);
        var readers = new List<ConsumerReader>(Idle);
        await OpenAsync(1);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        await OpenAsync(Idle - 1);
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"idle consumers, {Idle} open and waiting: {bytes / (Idle - 1):N0} bytes of managed memory each");
        await stop.CancelAsync();
        await Task.WhenAll(waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task OpenAsync(int count)
        {
            for (int i = 0; i < count; i++)
            {
                ConsumerReader reader = await registry.OpenAsync($"consumer-{readers.Count}");
                readers.Add(reader);
                while (await reader.ReadAsync() is not null)
                {
                    // Up to the end, as one that has caught up.
                }

                await reader.AcknowledgeAllAsync();
                waits.Add(reader.WaitAsync(stop.Token).AsTask());
            }
        }
    }

    private static async Task AppendAsync(LogEngine engine, int records)
    {
        var batch = new RecordBatch();
        for (int i = 0; i < records; i++)
        {
            byte[] data = System.Text.Encoding.UTF8.GetBytes($"{{\"n\":{i % 4},\"text\":\"{new string('x', RecordBytes - 60)}\"}}");
            batch.Add("NEW"u8, "lustre-MDT0000"u8, "0x200000401:0x1:0x0"u8, data);
            if (batch.SizeBytes < 1024 * 1024 && i + 1 < records) continue;
            await engine.AppendAsync("t", batch);
            batch.Clear();
        }
    }

    private static double Flush(string path, long flushes)
    {
        File.Delete(path);
        using IDiskFile file = LocalDisk.Instance.OpenWrite(path);
        var buffer = new byte[4096];
        file.Write(new byte[64 * 4096], 0);
        file.Sync();
        long started = Stopwatch.GetTimestamp();
        for (long i = 0; i < flushes; i++)
        {
            file.Write(buffer, i % 64 * 4096);
            file.Sync();
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static string Fresh(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        return path;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
