using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Collectors.Raw;
using Weir.BlockEvents.Collectors.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Topology;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.BlockEvents.Tests.Pipeline;

/// <summary>Lines in, events out, on a feed in memory.</summary>
internal sealed class TestPipeline(IDeviceResolver resolver) : IAsyncDisposable
{
    private readonly SimulatedDisk _disk = new();
    private readonly List<LogEngine> _engines = [];

    public StormOptions Storms { get; init; } = StormOptions.Default;

    public int MostPerSecond { get; init; } = 1_000_000;

    public LogEngine OpenEngine()
    {
        var engine = new LogEngine(new LogEngineOptions { Directory = "/feed", Disk = _disk.StartProcess($"engine {_engines.Count}") });
        _engines.Add(engine);
        return engine;
    }

    public static async Task<CollectorCounts> CollectAsync(IFeedEngine feed, string text, int mostPerSecond)
    {
        using var source = new TextSource("test", new MemoryStream(Encoding.UTF8.GetBytes(text)));
        using var collector = new RawCollector(feed, RuleSet.BuiltIn, new() { MostPerSecond = mostPerSecond }, NullLogger.Instance);
        await collector.RunAsync(source, once: true, null, TestContext.Current.CancellationToken);
        return collector.Counts;
    }

    public async Task MakeAsync(IFeedEngine feed)
    {
        var maker = new EventMaker(feed, RuleSet.BuiltIn, resolver, new() { Storms = Storms, Hostname = "here" }, NullLogger.Instance);
        await maker.RunAsync(Task.CompletedTask, null, TestContext.Current.CancellationToken);
    }

    /// <summary>Collects the lines, makes events of them, and reads those back.</summary>
    public async Task<IReadOnlyList<StorageEvent>> RunAsync(string text)
    {
        LogEngine feed = OpenEngine();
        await CollectAsync(feed, text, MostPerSecond);
        await MakeAsync(feed);
        return await EventsOfAsync(feed);
    }

    public static async Task<IReadOnlyList<StorageEvent>> EventsOfAsync(IFeedEngine feed)
    {
        var events = new List<StorageEvent>();
        await using ITopicCursor cursor = feed.OpenCursor(EventMakerOptions.Topic, RecordId.Zero);
        while (await cursor.ReadAsync(TestContext.Current.CancellationToken) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page)
            {
                Assert.True(StorageEventReader.TryRead(record.Data.ToArray(), out StorageEvent? one, out string? problem), problem);
                Assert.Equal(one.EventType, Encoding.UTF8.GetString(record.Type));
                events.Add(one);
            }
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (LogEngine engine in _engines) await engine.DisposeAsync();
    }
}
