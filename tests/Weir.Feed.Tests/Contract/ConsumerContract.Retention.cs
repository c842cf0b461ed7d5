using Weir.Feed.Consuming;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Contract;

public abstract partial class ConsumerContract
{
    private RetentionKeeper Keeper(RetentionOptions? options = null) =>
        new(Registry, options ?? new() { Topics = [new(TopicSelection.Parse("t"))] });

    [Fact]
    public async Task A_topic_is_trimmed_to_what_its_slowest_consumer_needs()
    {
        RecordId fifth = default;
        for (int i = 1; i <= 10; i++)
        {
            RecordId id = await AppendAsync("t", $"{i}");
            if (i == 5) fifth = id;
        }

        await RegisterAsync("slow", "t", ConsumerStart.First);
        await RegisterAsync("fast", "t*");
        RetentionKeeper keeper = Keeper();
        Assert.Empty((await keeper.RunOnceAsync(Cancellation)).Trimmed);
        await Registry.AcknowledgeAsync("slow", new("t", fifth), Cancellation);
        TopicTrim trim = Assert.Single((await keeper.RunOnceAsync(Cancellation)).Trimmed);
        Assert.Equal(("t", fifth.Next(), 5L), (trim.Topic, trim.Below, trim.Records));
        await using ConsumerReader reader = await OpenAsync("slow");
        Assert.Equal(Numbers("t", 6, 5), await ReadToEndAsync(reader));
        Assert.Contains(await EventsAsync(), e => e is { Type: "TRIMMED", Subject: "t" });
        await Registry.UnregisterAsync("slow", Cancellation);
        await keeper.RunOnceAsync(Cancellation);
        Assert.Equal(0, (await Engine.DescribeAsync("t", Cancellation))!.Count);
    }

    [Fact]
    public async Task A_topic_without_a_retention_and_one_that_a_stranger_holds_are_not_trimmed()
    {
        await AppendAsync("t", "1");
        await AppendAsync("kept", "1");
        await Engine.WritePositionAsync("t", "a stranger", RecordId.Zero, Cancellation);
        await Engine.WritePositionAsync("t", "changelog-follower", RecordId.Zero, Cancellation);
        Assert.Empty((await Keeper().RunOnceAsync(Cancellation)).Trimmed);
        Assert.Equal(new RecordId(0, 1), await (await TopicHolders.ReadAsync(Engine, Cancellation)).NeededFromAsync("t", Cancellation));
        await Engine.WritePositionAsync("t", "a stranger", null, Cancellation);
        Assert.Equal(["t"], (await Keeper().RunOnceAsync(Cancellation)).Trimmed.Select(trim => trim.Topic));
        Assert.Equal(1, (await Engine.DescribeAsync("kept", Cancellation))!.Count);
    }

    [Fact]
    public async Task Whichever_keeps_more_counts_the_topics_retention_or_its_consumers()
    {
        await AppendNumbersAsync("t", 0, 100);
        await RegisterAsync("c", "t", ConsumerStart.First);
        RetentionKeeper keeper = Keeper(new() { Topics = [new(TopicSelection.Parse("t")) { MaxRecords = 0 }] });
        Assert.Empty((await keeper.RunOnceAsync(Cancellation)).Trimmed);
        await using (ConsumerReader reader = await OpenAsync("c"))
        {
            await ReadToEndAsync(reader);
            await reader.AcknowledgeAllAsync(Cancellation);
        }

        RetentionKeeper byAge = Keeper(new() { Topics = [new(TopicSelection.Parse("t")) { MaxAge = TimeSpan.FromDays(365 * 30) }] });
        Assert.Empty((await byAge.RunOnceAsync(Cancellation)).Trimmed);
        RetentionKeeper bySize = Keeper(new() { Topics = [new(TopicSelection.Parse("t")) { MaxBytes = 1L << 40, MaxRecords = 1000 }] });
        Assert.Empty((await bySize.RunOnceAsync(Cancellation)).Trimmed);
        Assert.Equal(100, Assert.Single((await keeper.RunOnceAsync(Cancellation)).Trimmed).Records);
    }

    [Fact]
    public async Task A_retention_by_number_keeps_at_least_as_many_and_not_many_more()
    {
        var batch = new RecordBatch();
        for (ulong i = 1; i <= 2000; i++) batch.Add(new(i, 0), "T"u8, ""u8, ""u8, "{}"u8);
        await Engine.AppendAsync("t", batch, default, Cancellation);
        await Keeper(new() { Topics = [new(TopicSelection.Parse("t")) { MaxRecords = 320 }] }).RunOnceAsync(Cancellation);
        Assert.InRange((await Engine.DescribeAsync("t", Cancellation))!.Count, 320, 340);
    }

    [Fact]
    public async Task A_consumer_past_a_limit_is_aborted_and_told_what_it_lost_and_how_to_start_again()
    {
        RecordId first = await AppendAsync("t", "1");
        RecordId last = await AppendNumbersAsync("t", 2, 9);
        await RegisterAsync("few records", "t", ConsumerStart.First, limits: new() { AbortRecords = 9 });
        await RegisterAsync("few bytes", "t", ConsumerStart.First, limits: new() { AbortBytes = 10 });
        await RegisterAsync("just enough", "t", ConsumerStart.First, limits: new() { AbortRecords = 10 });
        await using ConsumerReader reader = await OpenAsync("few records");
        RetentionReport report = await Keeper().RunOnceAsync(Cancellation);
        Assert.Equal(["few bytes", "few records"], report.Aborted.Select(c => c.Name).Order(StringComparer.Ordinal));
        Assert.Empty(report.Trimmed);

        var told = await Assert.ThrowsAsync<ConsumerAbortedException>(async () => await reader.ReadAsync(Cancellation));
        ConsumerLoss loss = Assert.Single(told.Consumer.Abort!.Losses);
        Assert.Equal(("t", first, last, 10L), (loss.Topic, loss.FirstId, loss.LastId, loss.Records));
        foreach (string word in new[] { $"{first}", $"{last}", "abort_records", "register it again" }) Assert.Contains(word, told.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ConsumerAbortedException>(async () => await OpenAsync("few bytes"));
        await Assert.ThrowsAsync<ConsumerAbortedException>(async () => await OpenRegistry(Open(), "other").AcknowledgeAsync("few bytes", new("t", first), Cancellation));
        Assert.Equal(ConsumerState.Aborted, (await Registry.FindAsync("few bytes", Cancellation))!.State);
        Assert.Equal(2, (await EventsAsync()).Count(e => e.Type == "CONSUMER_ABORTED"));

        await Registry.UnregisterAsync("just enough", Cancellation);
        Assert.Equal(10, Assert.Single((await Keeper().RunOnceAsync(Cancellation)).Trimmed).Records);
        await RegisterAsync("few records", "t", ConsumerStart.First, limits: new() { AbortRecords = 9 });
        await AppendAsync("t", "after");
        await using ConsumerReader again = await OpenAsync("few records");
        Assert.Equal(["t after"], await ReadToEndAsync(again));
    }

    [Fact]
    public async Task A_consumer_that_is_not_seen_for_too_long_is_aborted_but_not_one_without_anything_to_read()
    {
        await AppendAsync("t", "1");
        var limits = new ConsumerLimits { AbortTimeout = TimeSpan.FromHours(1) };
        await RegisterAsync("gone", "t", ConsumerStart.First, limits: limits);
        await RegisterAsync("idle", "t", limits: limits);
        await RegisterAsync("alive", "t", ConsumerStart.First, limits: limits);
        Clock.Step(TimeSpan.FromMinutes(50));
        Assert.Empty((await Keeper().RunOnceAsync(Cancellation)).Aborted);
        await using ConsumerReader reader = await OpenAsync("alive");
        await ReadToEndAsync(reader);
        Clock.Step(TimeSpan.FromMinutes(50));
        RetentionReport report = await Keeper().RunOnceAsync(Cancellation);
        Assert.True(await Engine.MeasureAsync("t", RecordId.Zero, Cancellation) is { } all && (all.Age(Clock.GetUtcNow()) > limits.AbortTimeout) == report.Aborted.Any(c => c.Name == "gone"));
        Assert.DoesNotContain(report.Aborted, c => c.Name is "idle" or "alive");
    }

    [Fact]
    public async Task Above_the_high_water_mark_first_the_retention_gives_way_and_then_who_holds_the_most()
    {
        await AppendNumbersAsync("t", 0, 2000);
        await RegisterAsync("largest", "t", ConsumerStart.First);
        var options = new RetentionOptions
        {
            Topics = [new(TopicSelection.Parse("t")) { MaxAge = TimeSpan.FromDays(365 * 30) }],
            HighWaterBytes = 20_000,
            Patience = TimeSpan.FromMinutes(10),
        };
        RetentionKeeper keeper = Keeper(options);
        RetentionReport report = await keeper.RunOnceAsync(Cancellation);
        Assert.True(report.IsAboveMark);
        Assert.Empty(report.Aborted);
        Clock.Step(TimeSpan.FromMinutes(11));
        report = await keeper.RunOnceAsync(Cancellation);
        Assert.Equal(["largest"], report.Aborted.Select(c => c.Name));
        Assert.Contains("high-water", report.Aborted[0].Abort!.Reason, StringComparison.Ordinal);
        Assert.Equal(2000, report.Trimmed.Sum(trim => trim.Records));
    }

    [Fact]
    public async Task What_a_source_has_to_give_up_for_want_of_room_is_told_as_a_gap()
    {
        var full = new FullEngine(Engine);
        var writer = new PatientWriter(full, Registry.Events, "t", "a source", new() { Patience = TimeSpan.FromMilliseconds(20), RetryInterval = TimeSpan.FromMilliseconds(1) });
        RecordId? before = await writer.AppendAsync(Batch("1"), Cancellation);
        full.IsFull = true;
        Assert.Null(await writer.AppendAsync(Batch("2"), Cancellation));
        Assert.Null(await writer.AppendAsync(Batch("3"), Cancellation));
        Assert.Equal(2, writer.GivenUp);
        full.IsFull = false;
        Assert.NotNull(await writer.AppendAsync(Batch("4"), Cancellation));
        Assert.Equal(0, writer.GivenUp);
        Record gap = Assert.Single(await EventsAsync(), e => e.Type == "GAP");
        Assert.Contains($"\"after\":\"{before}\",\"records\":2", gap.DataText, StringComparison.Ordinal);
        await using TransientReader reader = await Registry.OpenTransientAsync(TopicSelection.Parse("t"), start: ConsumerStart.First, cancellationToken: Cancellation);
        Assert.Equal(["t 1", "t 4"], await ReadToEndAsync(reader));
    }

    private static RecordBatch Batch(string data)
    {
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, System.Text.Encoding.UTF8.GetBytes(data));
        return batch;
    }

    /// <summary>A feed without room for topic "t" when told so.</summary>
    private sealed class FullEngine(IFeedEngine inner) : ForwardingEngine(inner, leaveOpen: true)
    {
        public bool IsFull { get; set; }

        public override ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default) =>
            IsFull ? ValueTask.FromException<RecordId>(new FeedFullException("full")) : base.AppendAsync(topic, batch, options, cancellationToken);
    }
}
