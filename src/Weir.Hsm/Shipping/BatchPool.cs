using Weir.Feed;

namespace Weir.Hsm.Shipping;

/// <summary>Batches that are used again and again: as many as were ever in use at once, which is a few.</summary>
internal sealed class BatchPool
{
    private readonly Stack<RecordBatch> _free = new();

    public RecordBatch Rent()
    {
        lock (_free) return _free.TryPop(out RecordBatch? batch) ? batch : new(64 * 1024);
    }

    public void Return(RecordBatch? batch)
    {
        if (batch is null) return;
        batch.Abandon();
        batch.Clear();
        lock (_free) _free.Push(batch);
    }
}
