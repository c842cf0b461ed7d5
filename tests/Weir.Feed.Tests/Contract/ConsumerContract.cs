using System.Text;
using Weir.Feed.Consuming;

namespace Weir.Feed.Tests.Contract;

/// <summary>
/// What consumers do, whatever engine the feed has. A class per engine derives from this one and says how an engine is opened; all engines
/// of one test use the same, at first empty feed.
/// </summary>
public abstract partial class ConsumerContract : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<IAsyncDisposable> _opened = [];
    private IFeedEngine? _engine;
    private ConsumerRegistry? _registry;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected SteppedClock Clock { get; } = new();

    protected IFeedEngine Engine => _engine ??= Open();

    protected ConsumerRegistry Registry => _registry ??= OpenRegistry(Engine, "first");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable opened in Enumerable.Reverse(_opened)) await opened.DisposeAsync();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens one more engine on the test's feed.</summary>
    protected abstract IFeedEngine OpenEngine();

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    protected IFeedEngine Open()
    {
        IFeedEngine engine = OpenEngine();
        _opened.Add(engine);
        return engine;
    }

    protected ConsumerRegistry OpenRegistry(IFeedEngine engine, string owner)
    {
        var registry = new ConsumerRegistry(engine, new()
        {
            Time = Clock,
            Owner = owner,
            CheckInterval = TimeSpan.Zero,
            FanOut = new() { PageBytes = 4096, LaggingPageBytes = 1024, KeptBytes = 16 * 1024, ListInterval = TimeSpan.FromMilliseconds(20) },
        });
        _opened.Add(registry);
        return registry;
    }

    /// <summary>All processes end and the feed is opened again.</summary>
    protected async Task RestartAsync()
    {
        foreach (IAsyncDisposable opened in Enumerable.Reverse(_opened)) await opened.DisposeAsync();
        _opened.Clear();
        _engine = null;
        _registry = null;
    }

    protected async Task<RecordId> AppendAsync(string topic, params string[] data)
    {
        var batch = new RecordBatch();
        foreach (string text in data) batch.Add("T"u8, "source"u8, "subject"u8, Encoding.UTF8.GetBytes(text));
        return await Engine.AppendAsync(topic, batch, default, Cancellation).AsTask().WaitAsync(Patience, Cancellation);
    }

    /// <summary>Appends numbers from a first one on, a record each.</summary>
    protected async Task<RecordId> AppendNumbersAsync(string topic, int first, int count)
    {
        RecordId last = default;
        for (int i = 0; i < count; i += 50) last = await AppendAsync(topic, [.. Enumerable.Range(first + i, Math.Min(50, count - i)).Select(n => $"{n}")]);
        return last;
    }

    protected ValueTask<ConsumerInfo> RegisterAsync(string name, string topics, ConsumerStart start = default, string filter = "", ConsumerLimits? limits = null) => Registry.RegisterAsync(
        new()
        {
            Name = name,
            Topics = TopicSelection.Parse(topics.Split(' ')),
            Start = start,
            Filter = RecordFilter.Parse(filter),
            Limits = limits ?? ConsumerLimits.Default,
        },
        Cancellation);

    protected ValueTask<ConsumerReader> OpenAsync(string name, bool acknowledgesByReading = false) =>
        Registry.OpenAsync(name, new() { AcknowledgesByReading = acknowledgesByReading }, Cancellation);

    /// <summary>Reads to the end: topic and data of each record.</summary>
    protected static async Task<List<string>> ReadToEndAsync(IFeedReader reader)
    {
        var records = new List<string>();
        while (await reader.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation) is { } page) Take(page, records);
        return records;
    }

    protected static void Take(FeedPage page, List<string> records)
    {
        Assert.Null(page.Gap);
        int count = 0;
        foreach (RecordView record in page)
        {
            records.Add($"{page.Topic} {Encoding.UTF8.GetString(record.Data)}");
            count++;
            Assert.True(record.Id <= page.LastId);
        }

        Assert.Equal(page.Count, count);
    }

    /// <summary>Follows until there are so many records.</summary>
    protected static async Task<List<string>> FollowAsync(IFeedReader reader, int count)
    {
        var records = new List<string>();
        while (true)
        {
            records.AddRange(await ReadToEndAsync(reader));
            if (records.Count >= count) return records;
            await reader.WaitAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);
        }
    }

    protected static string[] Numbers(string topic, int first, int count) => [.. Enumerable.Range(first, count).Select(n => $"{topic} {n}")];

    protected async Task<List<Record>> EventsAsync()
    {
        var records = new List<Record>();
        await using ITopicCursor cursor = Engine.OpenCursor(FeedEvents.Topic, RecordId.Zero);
        while (await cursor.ReadAsync(Cancellation) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page) records.Add(record.ToRecord());
        }

        return records;
    }
}
