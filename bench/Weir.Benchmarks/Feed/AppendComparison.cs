using System.Diagnostics;
using Weir.Feed;
using Weir.Feed.Disks;
using Weir.Feed.Log;

namespace Weir.Benchmarks.Feed;

/// <summary>
/// Durable appends against a plain file that takes the same bytes with the same number of flushes, in turns in one run.
/// </summary>
internal static class AppendComparison
{
    private const int RecordBytes = 300;
    private const int Rounds = 7;

    public static async Task RunAsync(string directory)
    {
        await CompareAsync(directory, writers: 64, perWriter: 400);
        await CompareAsync(directory, writers: 1, perWriter: 2000);
    }

    private static async Task CompareAsync(string directory, int writers, int perWriter)
    {
        var ours = new List<double>();
        var plain = new List<double>();
        var ratios = new List<double>();
        long flushes = 0;
        long allocated = 0;
        for (int round = -1; round < Rounds; round++)
        {
            string path = Path.Combine(directory, $"append-{writers}-{round}");
            var disk = new CountingDisk();
            await using var engine = new LogEngine(new() { Directory = path, Disk = disk });
            RecordBatch[] batches = [.. Enumerable.Range(0, writers).Select(_ => OneRecord())];
            await engine.AppendAsync("t", batches[0]);
            disk.Syncs = 0;
            long before = GC.GetTotalAllocatedBytes(true);
            long started = Stopwatch.GetTimestamp();
            await Task.WhenAll(batches.Select(batch => Task.Run(() => WriteAsync(engine, batch, perWriter))));
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            allocated = GC.GetTotalAllocatedBytes(true) - before;
            flushes = disk.Syncs;
            long bytes = (long)writers * perWriter * batches[0].SizeBytes;
            double plainSeconds = PlainWriter(Path.Combine(directory, "plain"), bytes, flushes);
            Directory.Delete(path, true);
            if (round < 0) continue;
            ours.Add(seconds);
            plain.Add(plainSeconds);
            ratios.Add(plainSeconds / seconds);
        }

        double records = (double)writers * perWriter;
        Console.WriteLine(
            $"append durable, {writers} writers x {perWriter} records of {RecordBytes} bytes: weir {records / Median(ours):N0}/s ({Median(ours) / records * writers * 1e6:N0} us an append), "
            + $"plain file, same bytes and {flushes} flushes {records / Median(plain):N0}/s, ratio {Median(ratios):0.00} (min {ratios.Min():0.00}, max {ratios.Max():0.00}), {allocated / records:0.0} B allocated a record");
    }

    private static RecordBatch OneRecord()
    {
        var batch = new RecordBatch();
        batch.Add("NEW"u8, "lustre-MDT0000"u8, "0x200000401:0x1:0x0"u8, new byte[RecordBytes - 3 - 14 - 19]);
        return batch;
    }

    private static async Task WriteAsync(LogEngine engine, RecordBatch batch, int count)
    {
        for (int i = 0; i < count; i++) await engine.AppendAsync("t", batch);
    }

    private static double PlainWriter(string path, long bytes, long flushes)
    {
        File.Delete(path);
        using IDiskFile file = LocalDisk.Instance.OpenWrite(path);
        var buffer = new byte[bytes / Math.Max(flushes, 1)];
        long started = Stopwatch.GetTimestamp();
        long offset = 0;
        for (long i = 0; i < flushes; i++)
        {
            file.Write(buffer, offset);
            offset += buffer.Length;
            file.Sync();
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
