using System.Diagnostics;
using Weir.Feed;
using Weir.Feed.Redis;

namespace Weir.Benchmarks.Redis;

/// <summary>Appends against redis-benchmark in turns in one run, and reading back, on a server with everysec.</summary>
internal static class RedisComparison
{
    private const int Records = 300_000;
    private const int BatchRecords = 4000;
    private const int RecordBytes = 300;

    public static async Task RunAsync(string scratch, int rounds)
    {
        using var server = new BenchServer(scratch);
        foreach ((string name, string topic, bool own, AppendDurability durability) in new[]
        {
            ("given ids", "bench", false, AppendDurability.Durable), ("own ids", "bench", true, AppendDurability.Durable),
            ("own ids, buffered", "bench", true, AppendDurability.Buffered), ("own ids, buffered, HSM layout", "hsm:actions:bench", true, AppendDurability.Buffered),
        })
        {
            var rates = new List<double>();
            var yardsticks = new List<double>();
            var reads = new List<double>();
            var client = new List<double>();
            var serverAppend = new List<double>();
            var serverYardstick = new List<double>();
            for (int round = -1; round < rounds; round++)
            {
                server.Run("redis-cli", "FLUSHALL");
                await using var engine = new RedisEngine(new() { Url = RedisUrl.Parse(server.Url) });
                (TimeSpan ours, TimeSpan its) = (Environment.CpuUsage.TotalTime, server.ProcessorTime);
                double rate = await AppendAsync(engine, topic, own, durability);
                ours = Environment.CpuUsage.TotalTime - ours;
                its = server.ProcessorTime - its;
                double read = await ReadAsync(engine, topic);
                server.Run("redis-cli", "FLUSHALL");
                TimeSpan other = server.ProcessorTime;
                double yardstick = server.Yardstick(Records, RecordBytes);
                other = server.ProcessorTime - other;
                if (round < 0) continue;
                client.Add(Microseconds(ours));
                serverAppend.Add(Microseconds(its));
                serverYardstick.Add(Microseconds(other));
                rates.Add(rate);
                yardsticks.Add(yardstick);
                reads.Add(read);
            }

            List<double> ratios = [.. rates.Zip(yardsticks, (a, b) => a / b)];
            Console.WriteLine(
                $"redis, {Records} records of {RecordBytes} bytes, {name}: append {Median(rates):N0}/s, redis-benchmark -c 1 -P 64 {Median(yardsticks):N0}/s, "
                + $"ratio {Median(ratios):0.00} ({ratios[0]:0.00} to {ratios[^1]:0.00}); read {Median(reads):N0}/s; "
                + $"processor time a record: client {Median(client):0.00} us, server {Median(serverAppend):0.00} us (with redis-benchmark {Median(serverYardstick):0.00} us)");
        }
    }

    private static async Task<double> AppendAsync(RedisEngine engine, string topic, bool own, AppendDurability durability)
    {
        byte[] data = new byte[RecordBytes];
        data.AsSpan().Fill((byte)'x');
        "{\"event_type\":\"NEW\",\"action\":\"ARCHIVE\",\"fid\":\"0x2000057b4:0x1d648:0x0\",\"status\":\"STARTED\",\"mdt\":\"elm-MDT0000\",\"raw\":\""u8.CopyTo(data);
        "\"}"u8.CopyTo(data.AsSpan(RecordBytes - 2));
        var batch = new RecordBatch(BatchRecords * (RecordBytes + 64));
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Records;)
        {
            batch.Clear();
            for (int j = 0; j < BatchRecords && i < Records; j++, i++)
            {
                if (own) batch.Add(new(1_758_517_956_000UL + (ulong)(i / 16), (ulong)(i % 16)), "NEW"u8, "elm-MDT0000"u8, "0x2000057b4:0x1d648:0x0"u8, data);
                else batch.Add("NEW"u8, "elm-MDT0000"u8, "0x2000057b4:0x1d648:0x0"u8, data);
            }

            await engine.AppendAsync(topic, batch, new(durability));
        }

        await engine.SyncAsync(topic);
        return Records / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> ReadAsync(RedisEngine engine, string topic)
    {
        long started = Stopwatch.GetTimestamp();
        await using ITopicCursor cursor = engine.OpenCursor(topic, RecordId.Zero);
        long read = 0;
        long bytes = 0;
        while (true)
        {
            RecordPage page = await cursor.ReadAsync();
            if (page.IsEmpty) break;
            foreach (RecordView record in page) bytes += record.Subject.Length;
            read += page.Count;
        }

        if (read != Records || bytes == 0) throw new InvalidOperationException($"{read} records were read back.");
        return read / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Microseconds(TimeSpan time) => time.TotalMicroseconds / Records;

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
