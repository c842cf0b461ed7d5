using Weir.Feed.Consuming;

namespace Weir.Feed.Tests.Contract;

public abstract partial class ConsumerContract
{
    [Fact]
    public async Task A_consumer_is_given_what_comes_after_its_registration_and_nothing_before()
    {
        await AppendAsync("t", "1", "2");
        await RegisterAsync("c", "t");
        await AppendAsync("t", "3", "4");
        await using ConsumerReader reader = await OpenAsync("c");
        Assert.Equal(["t 3", "t 4"], await ReadToEndAsync(reader));
        Assert.Null(await reader.ReadAsync(Cancellation));
    }

    [Fact]
    public async Task A_consumer_begins_where_it_asked_to()
    {
        await AppendAsync("t", "1");
        RecordId second = await AppendAsync("t", "2");
        await AppendAsync("t", "3");
        await RegisterAsync("from first", "t", ConsumerStart.First);
        await RegisterAsync("from an id", "t", ConsumerStart.At(second));
        await RegisterAsync("from a time", "t", ConsumerStart.At(second.Time.AddHours(-1)));
        await RegisterAsync("from a later time", "t", ConsumerStart.At(second.Time.AddHours(1)));
        await using (ConsumerReader reader = await OpenAsync("from first")) Assert.Equal(["t 1", "t 2", "t 3"], await ReadToEndAsync(reader));
        await using (ConsumerReader reader = await OpenAsync("from an id")) Assert.Equal(["t 2", "t 3"], await ReadToEndAsync(reader));
        await using (ConsumerReader reader = await OpenAsync("from a time")) Assert.Equal(["t 1", "t 2", "t 3"], await ReadToEndAsync(reader));
        await using (ConsumerReader reader = await OpenAsync("from a later time")) Assert.Empty(await ReadToEndAsync(reader));
    }

    [Fact]
    public async Task What_was_not_acknowledged_comes_again_with_the_same_ids_and_what_was_does_not()
    {
        await AppendNumbersAsync("t", 0, 10);
        await RegisterAsync("c", "t", ConsumerStart.First);
        var ids = new List<RecordId>();
        await using (ConsumerReader reader = await OpenAsync("c"))
        {
            while (await reader.ReadAsync(Cancellation) is { } page)
            {
                foreach (RecordView record in page) ids.Add(record.Id);
            }

            await reader.AcknowledgeAsync("t", ids[3], Cancellation);
        }

        await RestartAsync();
        await using ConsumerReader again = await OpenAsync("c");
        var seen = new List<RecordId>();
        while (await again.ReadAsync(Cancellation) is { } page)
        {
            foreach (RecordView record in page) seen.Add(record.Id);
        }

        Assert.Equal(ids[4..], seen);
        await again.AcknowledgeAllAsync(Cancellation);
        await again.DisposeAsync();
        await RestartAsync();
        await using ConsumerReader last = await OpenAsync("c");
        Assert.Empty(await ReadToEndAsync(last));
    }

    [Fact]
    public async Task The_future_cannot_be_acknowledged_nor_a_topic_that_is_not_read()
    {
        RecordId first = await AppendAsync("t", "1");
        await RegisterAsync("c", "t", ConsumerStart.First);
        await using ConsumerReader reader = await OpenAsync("c");
        await Assert.ThrowsAsync<AcknowledgementException>(async () => await reader.AcknowledgeAsync("t", first, Cancellation));
        await ReadToEndAsync(reader);
        await Assert.ThrowsAsync<AcknowledgementException>(async () => await reader.AcknowledgeAsync("t", first.Next(), Cancellation));
        await Assert.ThrowsAsync<AcknowledgementException>(async () => await reader.AcknowledgeAsync("u", first, Cancellation));
        await Assert.ThrowsAsync<AcknowledgementException>(
            async () => await reader.AcknowledgeAsync([new("t", first), new("t", RecordId.Max)], Cancellation));
        await Assert.ThrowsAsync<AcknowledgementException>(async () => await Registry.AcknowledgeAsync("c", new("t", first.Next()), Cancellation));
        await Assert.ThrowsAsync<AcknowledgementException>(async () => await Registry.AcknowledgeAsync("c", new("u", first), Cancellation));
        Assert.Equal(RecordId.Zero, await Engine.ReadPositionAsync("t", "c", Cancellation));
        await reader.AcknowledgeAsync("t", first, Cancellation);
        await reader.AcknowledgeAsync("t", first, Cancellation);
        await reader.AcknowledgeAsync("t", RecordId.Zero, Cancellation);
        Assert.Equal(first, await Engine.ReadPositionAsync("t", "c", Cancellation));
    }

    [Fact]
    public async Task The_next_read_acknowledges_the_last_page_where_that_is_asked_for()
    {
        await AppendNumbersAsync("t", 0, 300);
        await RegisterAsync("c", "t", ConsumerStart.First);
        int given = 0, beforeLast = 0;
        await using (ConsumerReader reader = await OpenAsync("c", acknowledgesByReading: true))
        {
            for (int pages = 0; pages < 3; pages++)
            {
                beforeLast = given;
                given += (await reader.ReadAsync(Cancellation))!.Count;
            }
        }

        Assert.True(given < 300);
        await using ConsumerReader again = await OpenAsync("c", acknowledgesByReading: true);
        Assert.Equal(Numbers("t", beforeLast, 300 - beforeLast), await ReadToEndAsync(again));
        Assert.Equal(0, (await Registry.MeasureAsync(again.Consumer, Cancellation)).Records);
    }

    [Fact]
    public async Task A_second_reader_takes_over_and_the_first_is_told_by_whom()
    {
        await AppendNumbersAsync("t", 0, 5);
        await RegisterAsync("c", "t", ConsumerStart.First);
        await using ConsumerReader first = await OpenAsync("c");
        await ReadToEndAsync(first);
        await using ConsumerReader second = await Registry.OpenAsync("c", new() { Owner = "the second" }, Cancellation);
        Assert.Equal(Numbers("t", 0, 5), await ReadToEndAsync(second));
        var over = await Assert.ThrowsAsync<ConsumerTakenOverException>(async () => await first.ReadAsync(Cancellation));
        Assert.Equal("the second", over.By?.Owner);
        await Assert.ThrowsAsync<ConsumerTakenOverException>(async () => await first.AcknowledgeAsync("t", RecordId.Zero, Cancellation));

        ConsumerRegistry elsewhere = OpenRegistry(Open(), "another process");
        await using ConsumerReader third = await elsewhere.OpenAsync("c", null, Cancellation);
        Assert.Equal(Numbers("t", 0, 5), await ReadToEndAsync(third));
        over = await Assert.ThrowsAsync<ConsumerTakenOverException>(async () => await second.AcknowledgeAllAsync(Cancellation));
        Assert.Equal("another process", over.By?.Owner);
        await third.AcknowledgeAllAsync(Cancellation);
        Assert.Equal(3, (await Registry.FindAsync("c", Cancellation))!.Reader!.Number);
    }

    [Fact]
    public async Task Topics_of_a_prefix_that_come_later_are_read_from_their_beginning_with_all_others()
    {
        await AppendAsync("a:1", "old");
        await AppendAsync("b", "other");
        await RegisterAsync("c", "a:* named");
        await using ConsumerReader reader = await OpenAsync("c");
        Assert.Empty(await ReadToEndAsync(reader));
        Task<List<string>> following = Task.Run(() => FollowAsync(reader, 4), Cancellation);
        await AppendAsync("a:2", "1", "2");
        await AppendAsync("named", "3");
        await AppendAsync("b", "4");
        await AppendAsync("a:1", "5");
        Assert.Equal(["a:1 5", "a:2 1", "a:2 2", "named 3"], (await following.WaitAsync(Patience, Cancellation)).Order(StringComparer.Ordinal));
        await reader.AcknowledgeAllAsync(Cancellation);
        await RestartAsync();
        await AppendAsync("a:3", "6");
        await using ConsumerReader again = await OpenAsync("c");
        Assert.Equal(["a:3 6"], await ReadToEndAsync(again));
    }

    [Fact]
    public async Task Topics_have_their_turns()
    {
        foreach (string topic in new[] { "a", "b", "c" }) await AppendNumbersAsync(topic, 0, 300);
        await RegisterAsync("all", "*", ConsumerStart.First);
        await using ConsumerReader reader = await OpenAsync("all");
        var turns = new List<string>();
        var records = new List<string>();
        while (await reader.ReadAsync(Cancellation) is { } page)
        {
            if (page.Topic == FeedEvents.Topic) continue;
            turns.Add(page.Topic);
            Take(page, records);
        }

        Assert.Equal(["a", "b", "c"], turns[..3].Order(StringComparer.Ordinal));
        Assert.Equal(["a", "b", "c"], turns[3..6].Order(StringComparer.Ordinal));
        foreach (string topic in new[] { "a", "b", "c" }) Assert.Equal(Numbers(topic, 0, 300), records.Where(record => record.StartsWith($"{topic} ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_a_filter_passes_over_is_not_given_and_counts_as_acknowledged()
    {
        await RegisterAsync("c", "t", filter: "data.wanted=true");
        await AppendAsync("t", """{"wanted":true,"n":1}""", """{"wanted":false}""", """{"wanted":true,"n":2}""", "{}", """{"wanted":"true"}""");
        await using ConsumerReader reader = await OpenAsync("c");
        Assert.Equal(["""t {"wanted":true,"n":1}""", """t {"wanted":true,"n":2}"""], await ReadToEndAsync(reader));
        Assert.Equal(5, (await Registry.MeasureAsync(reader.Consumer, Cancellation)).Records);
        await reader.AcknowledgeAllAsync(Cancellation);
        Assert.Equal(0, (await Registry.MeasureAsync(reader.Consumer, Cancellation)).Records);
    }

    [Fact]
    public async Task A_consumer_whose_filter_passes_everything_over_holds_nothing_back()
    {
        await RegisterAsync("c", "t", filter: "type=NEVER");
        await AppendNumbersAsync("t", 0, 100);
        await using ConsumerReader reader = await OpenAsync("c");
        Assert.Empty(await ReadToEndAsync(reader));
        Task waiting = reader.WaitAsync(Cancellation).AsTask();
        while ((await Registry.MeasureAsync(reader.Consumer, Cancellation)).Records > 0) await Task.Delay(20, Cancellation);
        await AppendAsync("t", "one more");
        await waiting.WaitAsync(Patience, Cancellation);
    }

    [Fact]
    public async Task A_transient_reader_watches_from_where_it_is_told_to_and_leaves_nothing()
    {
        RecordId first = await AppendAsync("t", "1");
        await AppendAsync("t", "2");
        await using TransientReader last = await Registry.OpenTransientAsync(TopicSelection.Parse("*"), cancellationToken: Cancellation);
        await using TransientReader all = await Registry.OpenTransientAsync(TopicSelection.Parse("t"), start: ConsumerStart.First, cancellationToken: Cancellation);
        await using TransientReader after = await Registry.OpenTransientAsync(
            TopicSelection.Parse("t"), after: new Dictionary<string, RecordId> { ["t"] = first }, cancellationToken: Cancellation);
        await using TransientReader some = await Registry.OpenTransientAsync(
            TopicSelection.Parse("t"), RecordFilter.Parse("type=U"), ConsumerStart.First, cancellationToken: Cancellation);
        await AppendAsync("t", "3");
        await AppendAsync("u", "4");
        Assert.Equal(["t 3", "u 4"], (await FollowAsync(last, 2)).Order(StringComparer.Ordinal));
        Assert.Equal(["t 1", "t 2", "t 3"], await ReadToEndAsync(all));
        Assert.Equal(["t 2", "t 3"], await ReadToEndAsync(after));
        Assert.Empty(await ReadToEndAsync(some));
        Assert.Empty(await Engine.ListPositionsAsync("t", Cancellation));
        Assert.Empty(await Registry.ListAsync(Cancellation));
    }

    [Fact]
    public async Task Many_readers_of_a_topic_are_all_given_everything_and_it_is_read_once()
    {
        const int Readers = 20, Records = 500;
        var readers = new List<TransientReader>();
        for (int i = 0; i < Readers; i++) readers.Add(await Registry.OpenTransientAsync(TopicSelection.Parse("t"), cancellationToken: Cancellation));
        Task<List<string>>[] following = [.. readers.Select(reader => Task.Run(() => FollowAsync(reader, Records), Cancellation))];
        await AppendNumbersAsync("t", 0, Records);
        foreach (Task<List<string>> one in following) Assert.Equal(Numbers("t", 0, Records), await one.WaitAsync(Patience, Cancellation));
        (long read, long given) = Registry.FanOut.PageCounts;
        Assert.True(given > 2 * read, $"{read} pages were read and {given} given to {Readers} readers.");
        foreach (TransientReader reader in readers) await reader.DisposeAsync();
    }

    [Fact]
    public async Task A_reader_that_is_far_behind_is_given_everything_and_holds_nobody_up()
    {
        await using TransientReader slow = await Registry.OpenTransientAsync(TopicSelection.Parse("t"), cancellationToken: Cancellation);
        await using TransientReader fast = await Registry.OpenTransientAsync(TopicSelection.Parse("t"), cancellationToken: Cancellation);
        var slowly = new List<string>();
        var quickly = new List<string>();
        for (int round = 0; round < 20; round++)
        {
            await AppendNumbersAsync("t", round * 100, 100);
            quickly.AddRange(await ReadToEndAsync(fast));
            if (await slow.ReadAsync(Cancellation) is { } page) Take(page, slowly);
        }

        Assert.True(slowly.Count < 2000);
        slowly.AddRange(await ReadToEndAsync(slow));
        Assert.Equal(Numbers("t", 0, 2000), quickly);
        Assert.Equal(Numbers("t", 0, 2000), slowly);
        await AppendNumbersAsync("t", 2000, 10);
        Assert.Equal(Numbers("t", 2000, 10), await ReadToEndAsync(slow));
        Assert.Equal(Numbers("t", 2000, 10), await ReadToEndAsync(fast));
    }

    [Fact]
    public async Task A_reader_goes_on_in_a_topic_that_is_trimmed_or_made_anew()
    {
        await using TransientReader reader = await Registry.OpenTransientAsync(TopicSelection.Parse("t"), cancellationToken: Cancellation);
        await using TransientReader other = await Registry.OpenTransientAsync(TopicSelection.Parse("t"), cancellationToken: Cancellation);
        await AppendNumbersAsync("t", 0, 10);
        Assert.Equal(10, (await ReadToEndAsync(other)).Count);
        await Engine.TrimAsync("t", RecordId.Max, Cancellation);
        await AppendAsync("t", "10");
        Assert.Equal("t 10", (await ReadToEndAsync(reader))[^1]);
        await Engine.DeleteTopicAsync("t", Cancellation);
        var batch = new RecordBatch();
        batch.Add(new(99_999_999_999_999, 0), "T"u8, ""u8, ""u8, "11"u8);
        await Engine.AppendAsync("t", batch, default, Cancellation);
        Assert.Equal(["t 11"], await FollowAsync(reader, 1));
        Assert.Equal("t 11", (await FollowAsync(other, 1))[^1]);
    }

    [Fact]
    public async Task Something_made_of_a_page_is_made_once_for_all_who_share_it_and_disposed_with_it()
    {
        await using TransientReader a = await Registry.OpenTransientAsync(TopicSelection.Parse("t"), cancellationToken: Cancellation);
        await using TransientReader b = await Registry.OpenTransientAsync(TopicSelection.Parse("t"), cancellationToken: Cancellation);
        await AppendAsync("t", "1", "2");
        var key = new object();
        int made = 0;
        FeedPage first = (await a.ReadAsync(Cancellation))!;
        Trace one = first.GetShared(key, page => new Trace(++made, page.Count))!;
        Trace two = (await b.ReadAsync(Cancellation))!.GetShared(key, page => new Trace(++made, page.Count))!;
        Assert.Same(one, two);
        Assert.Equal((1, 2, false), (one.Number, one.Count, one.IsDisposed));
        await a.DisposeAsync();
        await b.DisposeAsync();
        Assert.True(one.IsDisposed);
    }

    private sealed class Trace(int number, int count) : IDisposable
    {
        public int Number => number;

        public int Count => count;

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
