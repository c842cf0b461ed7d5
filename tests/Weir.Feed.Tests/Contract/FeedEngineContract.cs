using System.Text;

namespace Weir.Feed.Tests.Contract;

/// <summary>
/// What every feed engine does, whatever it stores its topics in. A class per engine derives from this one and says how
/// an engine is opened; all engines of one test use the same, at first empty feed.
/// </summary>
public abstract partial class FeedEngineContract : IAsyncLifetime
{
    /// <summary>No call of these tests takes long; one that does hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly byte[] LongSource = [.. Enumerable.Repeat((byte)'s', 250)];

    private readonly List<IFeedEngine> _opened = [];
    private IFeedEngine? _engine;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected IFeedEngine Engine => _engine ??= Open();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (IFeedEngine engine in _opened) await engine.DisposeAsync();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens one more engine on the test's feed.</summary>
    protected abstract IFeedEngine OpenEngine();

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    protected IFeedEngine Open()
    {
        IFeedEngine engine = OpenEngine();
        lock (_opened) _opened.Add(engine);
        return engine;
    }

    protected async Task<IFeedEngine> ReopenAsync()
    {
        await Engine.DisposeAsync();
        return _engine = Open();
    }

    protected static RecordBatch Batch(params string[] data)
    {
        var batch = new RecordBatch();
        foreach (string text in data) batch.Add("T"u8, "source"u8, "subject"u8, Encoding.UTF8.GetBytes(text));
        return batch;
    }

    /// <summary>Records of about 300 bytes with the ids as their data, so that a small page holds one of them.</summary>
    protected static RecordBatch Own(params (ulong Milliseconds, ulong Sequence)[] ids)
    {
        var batch = new RecordBatch();
        foreach ((ulong milliseconds, ulong sequence) in ids)
            batch.Add(new(milliseconds, sequence), "T"u8, LongSource, "subject"u8, Encoding.UTF8.GetBytes($"{milliseconds}-{sequence}"));
        return batch;
    }

    protected static async Task<RecordId> AppendAsync(IFeedEngine engine, string topic, RecordBatch batch, AppendOptions options = default) =>
        await engine.AppendAsync(topic, batch, options, Cancellation).AsTask().WaitAsync(Patience, Cancellation);

    protected Task<RecordId> AppendAsync(string topic, params string[] data) => AppendAsync(Engine, topic, Batch(data));

    protected static async Task<List<Record>> ReadAllAsync(
        IFeedEngine engine, string topic, RecordId after = default, CursorOptions? options = null)
    {
        await using ITopicCursor cursor = engine.OpenCursor(topic, after, options);
        return await ReadAllAsync(cursor);
    }

    protected static async Task<List<Record>> ReadAllAsync(ITopicCursor cursor)
    {
        var records = new List<Record>();
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);
            Assert.Null(page.Gap);
            if (page.IsEmpty) return records;
            foreach (RecordView record in page) records.Add(record.ToRecord());
        }
    }

    protected async Task<string[]> ReadDataAsync(string topic, RecordId after = default) => Data(await ReadAllAsync(Engine, topic, after));

    protected static string[] Data(IEnumerable<Record> records) => [.. records.Select(static r => r.DataText)];

    protected async Task<TopicInfo> DescribeAsync(string topic)
    {
        TopicInfo? info = await Engine.DescribeAsync(topic, Cancellation);
        Assert.NotNull(info);
        return info;
    }

    protected static Task Soon(ValueTask task) => task.AsTask().WaitAsync(Patience, Cancellation);
}
