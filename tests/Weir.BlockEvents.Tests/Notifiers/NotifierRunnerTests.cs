using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Notifiers;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Tests.Pipeline;
using Weir.BlockEvents.Topology;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Feed.Log;

namespace Weir.BlockEvents.Tests.Notifiers;

public sealed class NotifierRunnerTests
{
    [Fact]
    public async Task What_fails_is_tried_again_and_is_a_dead_letter_at_last()
    {
        await using var pipeline = new TestPipeline(new NoDevices());
        LogEngine feed = pipeline.OpenEngine();
        var flaky = new Told { Failures = 2 };
        var settings = new NotifierSettings { Name = "flaky", Attempts = 3, RetryDelay = TimeSpan.FromMilliseconds(1) };
        await StartAsync(feed, flaky, settings);
        await AppendAsync(feed, Sample.Event("ONE"), Sample.Event("TWO"));
        NotifierRunner runner = await StartAsync(feed, flaky, settings);
        Assert.Equal(["ONE", "TWO"], flaky.Types);
        Assert.Equal((2L, 0L), (runner.ToldCount, runner.DeadCount));

        flaky.Failures = 3;
        await AppendAsync(feed, Sample.Event("THREE"), Sample.Event("FOUR"));
        runner = await StartAsync(feed, flaky, settings);
        Assert.Equal(["ONE", "TWO", "FOUR"], flaky.Types);
        Assert.Equal(1, runner.DeadCount);
        Assert.Equal("THREE", Assert.Single(await LettersAsync(feed)).Event.EventType);
    }

    [Fact]
    public async Task What_is_refused_for_good_is_not_tried_again()
    {
        await using var pipeline = new TestPipeline(new NoDevices());
        LogEngine feed = pipeline.OpenEngine();
        var refusing = new Told { Failures = 1, Refuses = true };
        var settings = new NotifierSettings { Name = "refusing" };
        await StartAsync(feed, refusing, settings);
        await AppendAsync(feed, Sample.Event("ONE"));
        await StartAsync(feed, refusing, settings);
        Assert.Empty(refusing.Types);
        Assert.Equal("refusing", Assert.Single(await LettersAsync(feed)).Notifier);
    }

    [Fact]
    public async Task Filters_and_intervals_hold_back_and_count()
    {
        await using var pipeline = new TestPipeline(new NoDevices());
        LogEngine feed = pipeline.OpenEngine();
        var told = new Told();
        var settings = new NotifierSettings { Name = "n", RepeatInterval = TimeSpan.FromMinutes(10), Filter = new() { Severity = Severity.Error, EventTypes = ["BLK_*"] } };
        await StartAsync(feed, told, settings);
        StorageEvent one = Sample.Event();
        await AppendAsync(
            feed, one, one with { Timestamp = one.Timestamp.AddMinutes(1), Count = 5 }, one with { Timestamp = one.Timestamp.AddMinutes(9), Count = 1 },
            one with { Severity = Severity.Warning }, Sample.Event("FS_ERROR"), one with { Timestamp = one.Timestamp.AddMinutes(11), Count = 2 });
        await StartAsync(feed, told, settings);
        Assert.Equal([12, 8], told.Counts);
    }

    [Fact]
    public async Task It_is_a_registered_consumer_for_which_events_are_kept()
    {
        await using var pipeline = new TestPipeline(new NoDevices());
        LogEngine feed = pipeline.OpenEngine();
        var told = new Told();
        var settings = new NotifierSettings { Name = "n", Filter = new() { EventTypes = ["ONE"] } };
        await AppendAsync(feed, Sample.Event("ONE"));
        await StartAsync(feed, told, settings);
        Assert.Empty(told.Types);
        await using var consumers = new ConsumerRegistry(feed);
        ConsumerInfo consumer = Assert.Single(await consumers.ListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("weir-notify-n", ConsumerState.Active, "block:events"), (consumer.Name, consumer.State, consumer.Registration.Topics.ToString()));
        await AppendAsync(feed, Sample.Event("ONE"), Sample.Event("TWO"));
        Assert.Equal(2, (await consumers.MeasureAsync(consumer, TestContext.Current.CancellationToken)).Records);
        TopicHolders holders = await TopicHolders.ReadAsync(feed, TestContext.Current.CancellationToken);
        RecordId needed = await holders.NeededFromAsync(EventMakerOptions.Topic, TestContext.Current.CancellationToken);
        Assert.True(needed <= (await feed.DescribeAsync(EventMakerOptions.Topic, TestContext.Current.CancellationToken))!.LastId);
        await StartAsync(feed, told, settings);
        Assert.Equal(["ONE"], told.Types);
        // Also what it did not want is done with.
        Assert.Equal(0, (await consumers.MeasureAsync(consumer, TestContext.Current.CancellationToken)).Records);
        // Who unregisters it makes it new.
        Assert.True(await consumers.UnregisterAsync("weir-notify-n", TestContext.Current.CancellationToken));
        await AppendAsync(feed, Sample.Event("ONE"));
        await StartAsync(feed, told, settings);
        Assert.Equal(["ONE"], told.Types);
    }

    [Fact]
    public async Task What_is_told_and_what_fails_is_measured()
    {
        string name = $"measured-{Guid.NewGuid():N}";
        var measured = new System.Collections.Concurrent.ConcurrentDictionary<string, double>();
        using var listener = new System.Diagnostics.Metrics.MeterListener { InstrumentPublished = (instrument, to) => { if (instrument.Meter.Name == "Weir.BlockEvents") to.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument.Name, 1, tags));
        listener.Start();
        await using var pipeline = new TestPipeline(new NoDevices());
        LogEngine feed = pipeline.OpenEngine();
        var flaky = new Told { Failures = 2 };
        var settings = new NotifierSettings { Name = name, Attempts = 2, RetryDelay = TimeSpan.FromMilliseconds(1) };
        await StartAsync(feed, flaky, settings);
        await AppendAsync(feed, Sample.Event("ONE"), Sample.Event("TWO"));
        await StartAsync(feed, flaky, settings);
        Assert.Equal(
            [("weir_events_dead_letters_total", 1), ("weir_events_notified_total", 1), ("weir_events_notifier_failures_total", 2), ("weir_events_notifier_seconds", 3)],
            measured.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, (int)pair.Value)));

        void Note(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length == 1 && name.Equals(tags[0].Value)) measured.AddOrUpdate(instrument, value, (_, sum) => sum + value);
        }
    }

    [Fact]
    public async Task A_place_from_before_it_was_registered_is_kept()
    {
        await using var pipeline = new TestPipeline(new NoDevices());
        LogEngine feed = pipeline.OpenEngine();
        await AppendAsync(feed, Sample.Event("ONE"));
        RecordId last = (await feed.DescribeAsync(EventMakerOptions.Topic, TestContext.Current.CancellationToken))!.LastId;
        await feed.WritePositionAsync(EventMakerOptions.Topic, "weir-notify-n", last, TestContext.Current.CancellationToken);
        await AppendAsync(feed, Sample.Event("TWO"));
        var told = new Told();
        await StartAsync(feed, told, new NotifierSettings { Name = "n" });
        Assert.Equal(["TWO"], told.Types);
    }

    [Fact]
    public async Task A_drive_below_which_a_device_fails_is_to_be_scanned_once()
    {
        await using var pipeline = new TestPipeline(new NoDevices());
        LogEngine feed = pipeline.OpenEngine();
        var bridge = new HealthBridge(feed, ["/data/disk1", "/data/disk1/sub", "/data/disk10", "/data/disk2"]);
        StorageEvent one = Sample.Event();
        await bridge.TellAsync(one, TestContext.Current.CancellationToken);
        // A consequence asks for nothing more, nor does a device without a file system.
        await bridge.TellAsync(Sample.Event("FS_ERROR") with { RootCauseEventId = one.EventId }, TestContext.Current.CancellationToken);
        await bridge.TellAsync(Sample.Event() with { Hierarchy = BlockInfo.None }, TestContext.Current.CancellationToken);
        var requests = new List<string>();
        await using ITopicCursor cursor = feed.OpenCursor(HealthBridge.Topic, RecordId.Zero);
        foreach (RecordView record in await cursor.ReadAsync(TestContext.Current.CancellationToken)) requests.Add(record.ToRecord().DataText);
        Assert.Equal(2, requests.Count);
        using var json = System.Text.Json.JsonDocument.Parse(requests[0]);
        Assert.Equal("/data/disk1", json.RootElement.GetProperty("drive_path").GetString());
        Assert.Equal("naa.1", json.RootElement.GetProperty("device").GetProperty("wwid").GetString());
        Assert.Equal("u-1", json.RootElement.GetProperty("device").GetProperty("uuid").GetString());
        Assert.Equal("Targeted", json.RootElement.GetProperty("strategy").GetString());
        Assert.Equal(one.EventId, json.RootElement.GetProperty("event_ids")[0].GetGuid());
    }

    private static async Task<NotifierRunner> StartAsync(LogEngine feed, INotifier notifier, NotifierSettings settings)
    {
        await using var consumers = new ConsumerRegistry(feed);
        var runner = new NotifierRunner(consumers, notifier, settings, TimeProvider.System, NullLogger.Instance);
        await runner.RunAsync(once: true, TestContext.Current.CancellationToken);
        // The first start of all is from now on, also in a feed that had no event yet.
        return runner;
    }

    private static async Task AppendAsync(LogEngine feed, params StorageEvent[] events)
    {
        var batch = new RecordBatch();
        foreach (StorageEvent one in events)
        {
            batch.Add(System.Text.Encoding.UTF8.GetBytes(one.EventType), "h1"u8, "naa.1"u8, StorageEventWriter.ToUtf8(one));
        }

        await feed.AppendAsync(EventMakerOptions.Topic, batch, default, TestContext.Current.CancellationToken);
    }

    private static async Task<List<(string Notifier, StorageEvent Event)>> LettersAsync(LogEngine feed)
    {
        var letters = new List<(string, StorageEvent)>();
        await using ITopicCursor cursor = feed.OpenCursor(DeadLetters.Topic, RecordId.Zero);
        foreach (RecordView record in await cursor.ReadAsync(TestContext.Current.CancellationToken)) letters.Add(DeadLetters.Read(record.Data.ToArray())!.Value);
        return letters;
    }

    private sealed class Told : INotifier
    {
        public List<string> Types { get; } = [];

        public List<long> Counts { get; } = [];

        public int Failures { get; set; }

        public bool Refuses { get; init; }

        public Task TellAsync(StorageEvent one, CancellationToken cancellationToken)
        {
            if (Failures-- > 0) throw Refuses ? new NotifierRefusedException("never") : new IOException("not now");
            Types.Add(one.EventType);
            Counts.Add(one.Count);
            return Task.CompletedTask;
        }
    }

    private sealed class NoDevices : IDeviceResolver
    {
        public ResolvedDevice Resolve(string name, string kernelKey, DateTimeOffset? at) => ResolvedDevice.None;
    }
}
