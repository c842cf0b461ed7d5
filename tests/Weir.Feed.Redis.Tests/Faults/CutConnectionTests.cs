using Weir.Feed.Redis.Tests.Servers;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>Connections that are cut in the middle of replies.</summary>
public sealed class CutConnectionTests : FaultTest, IClassFixture<CutConnectionTests.Server>
{
    private readonly RedisServer _redis;

    public CutConnectionTests(Server server) => _redis = server.Redis;

    [Fact]
    public async Task Own_ids_are_appended_exactly_once_wherever_the_reply_is_cut()
    {
        await using var proxy = new FaultProxy(_redis.Port);
        await using RedisEngine engine = Open(proxy.Url);
        await engine.AppendAsync("own", Own(1, 1), default, Cancellation);
        int next = 2;
        for (int cut = 0; cut < 60; cut += 3)
        {
            // More than one piece, so that the cut also hits pieces that are already in the pipeline.
            proxy.CutAfter(cut);
            await engine.AppendAsync("own", Own(next, 2600), default, Cancellation);
            next += 2600;
        }

        Assert.True(proxy.Cuts >= 10, $"{proxy.Cuts} cuts");
        await using RedisEngine direct = Open(_redis.Url);
        Assert.Equal(Numbers(1, next - 1), await ReadAsync(direct, "own"));
    }

    [Fact]
    public async Task Buffered_own_ids_are_appended_exactly_once_wherever_the_reply_is_cut()
    {
        await using var proxy = new FaultProxy(_redis.Port) { MaxPieceBytes = 100 };
        await using RedisEngine engine = Open(proxy.Url);
        int next = 1;
        for (int cut = 0; cut < 200; cut += 7)
        {
            proxy.CutAfter(cut);
            for (int i = 0; i < 20; i++)
            {
                await engine.AppendAsync("buffered", Own(next, 7), new(AppendDurability.Buffered), Cancellation);
                next += 7;
            }

            await engine.SyncAsync("buffered", Cancellation);
        }

        Assert.True(proxy.Cuts >= 10, $"{proxy.Cuts} cuts");
        Assert.Equal(Numbers(1, next - 1), await ReadAsync(engine, "buffered"));
    }

    [Fact]
    public async Task Given_ids_are_not_appended_again_when_the_reply_is_lost_and_the_caller_is_told()
    {
        await using var proxy = new FaultProxy(_redis.Port);
        await using RedisEngine engine = Open(proxy.Url);
        await engine.AppendAsync("given", Given("0"), default, Cancellation);
        int failed = 0;
        for (int i = 1; i <= 20; i++)
        {
            proxy.CutAfter(i % 5);
            try
            {
                await engine.AppendAsync("given", Given($"{i}"), default, Cancellation);
            }
            catch (FeedException lost)
            {
                Assert.Contains("not known", lost.Message, StringComparison.Ordinal);
                failed++;
            }
        }

        Assert.True(failed >= 4, $"{failed} of 20 failed");
        Assert.Equal(Numbers(0, 21), await ReadAsync(engine, "given"));
    }

    [Fact]
    public async Task A_topic_is_read_whole_wherever_replies_are_cut()
    {
        const int Records = 3000;
        await using (RedisEngine direct = Open(_redis.Url)) await direct.AppendAsync("read", Own(1, Records, 200), default, Cancellation);
        await using var proxy = new FaultProxy(_redis.Port) { MaxPieceBytes = 5000 };
        await using RedisEngine engine = Open(proxy.Url);
        for (int cut = 0; cut < 200_000; cut += 9001)
        {
            proxy.CutAfter(cut);
            await using ITopicCursor cursor = engine.OpenCursor("read", RecordId.Zero, new() { PageBytes = 64 * 1024 });
            Assert.Equal(Numbers(1, Records), await ReadAsync(cursor));
        }

        Assert.True(proxy.Cuts >= 20, $"{proxy.Cuts} cuts");
    }

    [Fact]
    public async Task A_watch_goes_on_over_a_cut_connection()
    {
        await using var proxy = new FaultProxy(_redis.Port);
        await using RedisEngine engine = Open(proxy.Url);
        await engine.AppendAsync("watched", Own(1, 1), default, Cancellation);
        using IFeedWatch watch = engine.Watch("watched");
        await using ITopicCursor cursor = engine.OpenCursor("watched", RecordId.Zero);
        var read = new List<string>();
        for (int i = 2; i <= 20; i++)
        {
            proxy.CutAfter(i % 7);
            await engine.AppendAsync("watched", Own(i, 1), default, Cancellation);
            while (read.Count < i)
            {
                read.AddRange(await ReadAsync(cursor));
                if (read.Count < i) await watch.WaitAsync(Cancellation);
            }
        }

        Assert.Equal(Numbers(1, 20), read);
    }

    public sealed class Server : IAsyncLifetime
    {
        public RedisServer Redis { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Redis = await RedisServer.StartAsync();

        public async ValueTask DisposeAsync()
        {
            if (Redis is not null) await Redis.DisposeAsync();
        }
    }
}
