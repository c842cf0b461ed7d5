using Weir.Feed.Log;

namespace Weir.Feed.Tests.Log;

/// <summary>Runs alone, as it counts what the whole process allocates.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationCollection;

[Collection(nameof(AllocationTests))]
public sealed class AllocationTests : IDisposable
{
    private const int RecordsPerBatch = 1_000;
    private const int Batches = 50;
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-allocation-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Neither_appending_nor_reading_allocates_per_record()
    {
        await using var engine = new LogEngine(new LogEngineOptions { Directory = _directory });
        var batch = new RecordBatch();
        for (int i = 0; i < RecordsPerBatch; i++) batch.Add("NEW"u8, "lustre-MDT0000"u8, "0x2000057b4:0x1d648:0x0"u8, "{\"action\":\"ARCHIVE\"}"u8);
        await AppendAsync(engine, batch);
        await ReadAsync(engine);

        long start = GC.GetTotalAllocatedBytes(precise: true);
        await AppendAsync(engine, batch);
        long appended = GC.GetTotalAllocatedBytes(precise: true);
        int read = await ReadAsync(engine);
        long end = GC.GetTotalAllocatedBytes(precise: true);

        // What is left is per call, per page and per segment: a hundredth of an object a record.
        Assert.Equal(2 * Batches * RecordsPerBatch, read);
        Assert.InRange((appended - start) / (double)(Batches * RecordsPerBatch), 0, 0.5);

        // A cursor has one page of its own.
        Assert.InRange((end - appended - CursorOptions.Default.PageBytes) / (double)read, double.MinValue, 0.5);
    }

    private static async Task AppendAsync(LogEngine engine, RecordBatch batch)
    {
        for (int i = 0; i < Batches; i++) await engine.AppendAsync("t", batch, default, Cancellation);
    }

    private static async Task<int> ReadAsync(LogEngine engine)
    {
        int count = 0;
        await using ITopicCursor cursor = engine.OpenCursor("t", RecordId.Zero);
        while (await cursor.ReadAsync(Cancellation) is { IsEmpty: false } page)
            foreach (RecordView record in page) count += record.Data.IsEmpty ? 0 : 1;
        return count;
    }
}
