using System.Diagnostics;
using Weir.Feed;
using Weir.Feed.Log;

namespace Weir.Benchmarks.Feed;

/// <summary>Sequential reads by a cursor on one thread, records touched one by one.</summary>
internal static class ReadComparison
{
    private const int Records = 2_000_000;
    private const int DataBytes = 264; // 300 with type, source and subject

    public static async Task RunAsync(string directory)
    {
        string path = Path.Combine(directory, "read");
        await using var engine = new LogEngine(new() { Directory = path });
        var batch = new RecordBatch(4 << 20);
        var data = new byte[DataBytes];
        Array.Fill(data, (byte)'x');
        for (int done = 0; done < Records;)
        {
            batch.Clear();
            for (int i = 0; i < 10_000; i++, done++) batch.Add("NEW"u8, "lustre-MDT0000"u8, "0x200000401:0x1:0x0"u8, data);
            await engine.AppendAsync("t", batch, new(AppendDurability.Buffered));
        }

        await engine.SyncAsync("t");
        var rates = new List<double>();
        long allocated = 0;
        for (int round = 0; round < 7; round++)
        {
            await using ITopicCursor cursor = engine.OpenCursor("t", RecordId.Zero);
            await cursor.ReadAsync();
            long before = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            long count = 0;
            long bytes = 0;
            while (true)
            {
                RecordPage page = await cursor.ReadAsync();
                if (page.IsEmpty) break;
                foreach (RecordView record in page)
                {
                    bytes += record.Data.Length + record.Subject.Length;
                    count++;
                }
            }

            rates.Add(count / Stopwatch.GetElapsedTime(started).TotalSeconds);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        rates.Sort();
        Console.WriteLine($"read, one thread, records of 300 bytes: {rates[rates.Count / 2] / 1e6:0.00} million/s (min {rates[0] / 1e6:0.00}, max {rates[^1] / 1e6:0.00}), {allocated / (double)Records:0.000} B allocated a record");
        Directory.Delete(path, true);
    }
}
