using BenchmarkDotNet.Attributes;
using Weir.Feed;
using Weir.Feed.Log;

namespace Weir.Benchmarks.Feed;

/// <summary>The embedded log's operations a record at a time: nanoseconds and allocated bytes.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class LogBenchmarks
{
    private const int PerBatch = 1000;

    private readonly RecordBatch _batch = new(1 << 20);
    private readonly byte[] _data = new byte[264];
    private string _directory = "";
    private LogEngine _engine = null!;
    private ITopicCursor _cursor = null!;

    [GlobalSetup]
    public async Task Setup()
    {
        _directory = Directory.CreateTempSubdirectory("weir-bench-").FullName;
        _engine = new(new() { Directory = _directory });
        for (int i = 0; i < 300; i++)
        {
            Fill();
            await _engine.AppendAsync("read", _batch, new(AppendDurability.Buffered));
        }

        await _engine.SyncAsync("read");
        _cursor = _engine.OpenCursor("read", RecordId.Zero);
    }

    [GlobalCleanup]
    public async Task Cleanup()
    {
        await _cursor.DisposeAsync();
        await _engine.DisposeAsync();
        Directory.Delete(_directory, true);
    }

    [Benchmark(OperationsPerInvoke = PerBatch)]
    public async Task Append_a_batch_of_1000_buffered()
    {
        Fill();
        await _engine.AppendAsync("append", _batch, new(AppendDurability.Buffered));
    }

    [Benchmark(OperationsPerInvoke = 300 * PerBatch)]
    public async Task<long> Read_a_topic_of_300_000()
    {
        await _cursor.DisposeAsync();
        _cursor = _engine.OpenCursor("read", RecordId.Zero);
        long bytes = 0;
        while (true)
        {
            RecordPage page = await _cursor.ReadAsync();
            if (page.IsEmpty) return bytes;
            foreach (RecordView record in page) bytes += record.Data.Length;
        }
    }

    private void Fill()
    {
        _batch.Clear();
        for (int i = 0; i < PerBatch; i++) _batch.Add("NEW"u8, "lustre-MDT0000"u8, "0x200000401:0x1:0x0"u8, _data);
    }
}
