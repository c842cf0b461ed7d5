namespace Weir.Feed.Tests.Contract;

public abstract partial class FeedEngineContract
{
    [Fact]
    public async Task A_watch_made_before_an_append_completes_after_it()
    {
        await AppendAsync("t", "1");
        using IFeedWatch watch = Engine.Watch("t");
        await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero);
        await ReadAllAsync(cursor);
        Task waiting = Soon(watch.WaitAsync(Cancellation));
        await AppendAsync("t", "2");
        await waiting;
        Assert.Equal(["2"], await NextAsync(watch, cursor));
    }

    [Fact]
    public async Task A_wait_that_begins_after_the_append_completes_too()
    {
        using IFeedWatch watch = Engine.Watch("t");
        await AppendAsync("t", "1");
        await Soon(watch.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_new_topic_under_the_prefix_wakes_its_watch()
    {
        using IFeedWatch watch = Engine.Watch("hsm:");
        await AppendAsync("hsm:a", "1");
        await Soon(watch.WaitAsync(Cancellation));
        Task<string[]> found = NextAsync(watch, Engine.OpenCursor("hsm:b", RecordId.Zero));
        await AppendAsync("hsm:b", "2");
        Assert.Equal(["2"], await found);
    }

    [Fact]
    public async Task All_watches_of_a_topic_are_woken()
    {
        IFeedWatch[] watches = [Engine.Watch("t"), Engine.Watch("t"), Engine.Watch("")];
        Task[] waiting = [.. watches.Select(watch => NextAsync(watch, Engine.OpenCursor("t", RecordId.Zero)))];
        await AppendAsync("t", "1");
        await Task.WhenAll(waiting);
        foreach (IFeedWatch watch in watches) watch.Dispose();
    }

    [Fact]
    public async Task Nobody_who_reads_and_then_waits_misses_a_record()
    {
        const int Records = 300;
        Task<int>[] readers = [.. Enumerable.Range(0, 3).Select(async _ =>
        {
            using IFeedWatch watch = Engine.Watch("t");
            await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero);
            int read = 0;
            while (read < Records) read += (await NextAsync(watch, cursor)).Length;
            return read;
        })];
        for (int i = 0; i < Records; i++) await AppendAsync("t", $"{i}");
        Assert.All(await Task.WhenAll(readers), read => Assert.Equal(Records, read));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_begun_again()
    {
        using IFeedWatch watch = Engine.Watch("t");
        await using ITopicCursor cursor = Engine.OpenCursor("t", RecordId.Zero);
        using var stop = new CancellationTokenSource();
        Task waiting = WaitForEverAsync(watch, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience, Cancellation));
        await AppendAsync("t", "1");
        Assert.Equal(["1"], await NextAsync(watch, cursor));
    }

    /// <summary>A watch may complete early, so one cancelled wait needs a loop.</summary>
    private static async Task WaitForEverAsync(IFeedWatch watch, CancellationToken stop)
    {
        while (true) await watch.WaitAsync(stop);
    }

    private static async Task<string[]> NextAsync(IFeedWatch watch, ITopicCursor cursor)
    {
        while (true)
        {
            string[] data = Data(await ReadAllAsync(cursor));
            if (data.Length > 0) return data;
            await Soon(watch.WaitAsync(Cancellation));
        }
    }
}
