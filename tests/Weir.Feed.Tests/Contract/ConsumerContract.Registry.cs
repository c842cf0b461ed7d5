using Weir.Feed.Consuming;

namespace Weir.Feed.Tests.Contract;

public abstract partial class ConsumerContract
{
    [Fact]
    public async Task A_registration_is_read_back_whole_by_every_process()
    {
        await AppendAsync("t", "1");
        var registration = new ConsumerRegistration
        {
            Name = "rob/in hood €",
            Topics = TopicSelection.Parse("hsm:actions:*", "t", @"star\*"),
            Filter = RecordFilter.Parse("type=NEW,UPDATE data.path=\"/a b\" time>=2026-01-31T12:00:00Z"),
            Start = ConsumerStart.At(new RecordId(17, 4)),
            Limits = new() { AbortTimeout = TimeSpan.FromHours(3), AbortRecords = 5, AbortBytes = 1L << 40 },
            Coalesces = true,
        };
        await Registry.RegisterAsync(registration, Cancellation);
        ConsumerInfo there = (await OpenRegistry(Open(), "other").FindAsync(registration.Name, Cancellation))!;
        Assert.True(registration.IsSame(there.Registration));
        Assert.Equal((ConsumerState.Active, Clock.GetUtcNow(), null, null), (there.State, there.RegisteredAt, there.Reader, there.Abort));
        await RestartAsync();
        Assert.True(registration.IsSame(Assert.Single(await Registry.ListAsync(Cancellation)).Registration));
    }

    [Fact]
    public async Task Registering_the_same_again_changes_nothing_and_something_else_is_refused()
    {
        await AppendAsync("t", "1");
        ConsumerInfo first = await RegisterAsync("c", "t");
        await AppendAsync("t", "2");
        Clock.Step(TimeSpan.FromMinutes(1));
        ConsumerInfo again = await RegisterAsync("c", "t");
        Assert.Equal(first.RegisteredAt, again.RegisteredAt);
        await Assert.ThrowsAsync<ConsumerExistsException>(async () => await RegisterAsync("c", "u"));
        await Assert.ThrowsAsync<ConsumerExistsException>(async () => await RegisterAsync("c", "t", ConsumerStart.First));
        await using ConsumerReader reader = await OpenAsync("c");
        Assert.Equal(["t 2"], await ReadToEndAsync(reader));
    }

    [Fact]
    public async Task Of_two_who_register_a_name_at_once_one_has_it()
    {
        await AppendAsync("t", "1");
        ConsumerRegistry[] registries = [Registry, OpenRegistry(Open(), "second"), OpenRegistry(Open(), "third")];
        for (int i = 0; i < 5; i++)
        {
            int won = 0;
            await Task.WhenAll(registries.Select((registry, n) => Task.Run(async () =>
            {
                try
                {
                    var mine = new ConsumerRegistration { Name = $"c{i}", Topics = TopicSelection.Parse("t", $"topic{n}"), Start = ConsumerStart.First };
                    await registry.RegisterAsync(mine, Cancellation);
                    Interlocked.Increment(ref won);
                }
                catch (ConsumerExistsException)
                {
                    // Somebody else has it.
                }
            }, Cancellation)));
            Assert.True(won <= 1);
            if (won == 1) Assert.NotNull(await Registry.FindAsync($"c{i}", Cancellation));
        }
    }

    [Fact]
    public async Task An_unregistered_consumer_is_gone_with_its_positions_and_its_reader_is_told()
    {
        await AppendAsync("t", "1");
        await RegisterAsync("c", "t", ConsumerStart.First);
        await RegisterAsync("d", "t", ConsumerStart.First);
        await using ConsumerReader reader = await OpenAsync("c");
        await ReadToEndAsync(reader);
        Assert.True(await Registry.UnregisterAsync("c", Cancellation));
        Assert.False(await Registry.UnregisterAsync("c", Cancellation));
        Assert.Equal(["d"], (await Registry.ListAsync(Cancellation)).Select(c => c.Name));
        Assert.Equal(["d"], (await Engine.ListPositionsAsync("t", Cancellation)).Select(p => p.Consumer));
        await Assert.ThrowsAsync<ConsumerTakenOverException>(async () => await reader.AcknowledgeAllAsync(Cancellation));
        await Assert.ThrowsAsync<ConsumerNotFoundException>(async () => await OpenAsync("c"));
        await Assert.ThrowsAsync<ConsumerNotFoundException>(async () => await Registry.AcknowledgeAsync("c", new("t", RecordId.Zero), Cancellation));
    }

    [Fact]
    public async Task The_backlog_is_measured_in_records_bytes_and_seconds()
    {
        RecordId last = await AppendNumbersAsync("t", 0, 20);
        await AppendAsync("u", "x");
        await RegisterAsync("c", "t u", ConsumerStart.First);
        await using ConsumerReader reader = await OpenAsync("c");
        ConsumerBacklog all = await Registry.MeasureAsync(reader.Consumer, Cancellation);
        Assert.Equal((21, true), (all.Records, all.IsExact));
        Assert.Equal(["t", "u"], all.Topics.Select(t => t.Topic));
        Assert.True(all.SizeBytes > 0);
        Assert.Equal(all.At - all.Topics.Min(t => t.Behind.FirstId.Time) is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero, all.Age);
        await ReadToEndAsync(reader);
        await reader.AcknowledgeAsync("t", last, Cancellation);
        ConsumerBacklog one = await Registry.MeasureAsync(reader.Consumer, Cancellation);
        Assert.Equal(1, one.Records);
        Assert.True(one.SizeBytes < all.SizeBytes);
        Assert.Equal(last, one.Topics[0].Position);
        Assert.Equal(last, one.Topics[0].Behind.LastId);
    }

    [Fact]
    public async Task What_happens_to_consumers_is_told_on_a_topic()
    {
        await AppendAsync("t", "1");
        await RegisterAsync("c", "t");
        await Registry.UnregisterAsync("c", Cancellation);
        List<Record> events = await EventsAsync();
        Assert.Equal([("CONSUMER_REGISTERED", "c"), ("CONSUMER_UNREGISTERED", "c")], events.Select(e => (e.Type, e.Subject)));
        Assert.Contains("\"topics\":[\"t\"]", events[0].DataText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_several_processes_tell_at_once_is_told_in_the_end()
    {
        await AppendAsync("t", "1");
        await RegisterAsync("a", "t");
        ConsumerRegistry other = OpenRegistry(Open(), "other");
        await other.RegisterAsync(new() { Name = "b", Topics = TopicSelection.Parse("t") }, Cancellation);
        await Registry.Events.TellWaitingAsync(Cancellation);
        Assert.Equal(["a", "b"], (await EventsAsync()).Select(e => e.Subject));
        await Registry.Events.TellWaitingAsync(Cancellation);
        Assert.Equal(2, (await EventsAsync()).Count);
    }

    [Fact]
    public async Task More_consumers_than_allowed_are_refused()
    {
        var few = new ConsumerRegistry(Engine, new() { MaxConsumers = 2, Time = Clock });
        await few.RegisterAsync(new() { Name = "a", Topics = TopicSelection.Parse("t") }, Cancellation);
        await few.RegisterAsync(new() { Name = "b", Topics = TopicSelection.Parse("t") }, Cancellation);
        await Assert.ThrowsAsync<FeedException>(async () => await few.RegisterAsync(new() { Name = "c", Topics = TopicSelection.Parse("t") }, Cancellation));
        await few.DisposeAsync();
    }
}
