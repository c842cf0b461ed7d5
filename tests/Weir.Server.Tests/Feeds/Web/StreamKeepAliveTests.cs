using Microsoft.AspNetCore.Http;
using Weir.Feed.Consuming;
using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Weir.Server.Feeds;
using Weir.Server.Feeds.Web;

namespace Weir.Server.Tests.Feeds.Web;

public sealed class StreamKeepAliveTests
{
    /// <summary>Bytes of one comment.</summary>
    private const int Comment = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_stream_says_something_each_interval_by_one_timer_for_all()
    {
        var time = new ManualTimeProvider();
        var keepAlive = new StreamKeepAlive(time);
        await using var feed = new LogEngine(new() { Directory = "/feed", Disk = new SimulatedDisk().StartProcess("p") });
        await using var registry = new ConsumerRegistry(feed);
        using var metrics = new GatewayMetrics("test");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var streams = new List<(EventStreamSession Session, CountingStream Body, Task Running, int Turn)>();
        for (int i = 0; i < 10; i++)
        {
            var body = new CountingStream();
            var context = new DefaultHttpContext { Response = { Body = body } };
            TransientReader reader = await registry.OpenTransientAsync(new(["t"], []), cancellationToken: Token);
            var session = new EventStreamSession(context, reader, false, metrics);
            int turn = keepAlive.Add(session);
            streams.Add((session, body, RunAsync(session, reader, stop.Token), turn));
        }

        Assert.Equal(1, time.ActiveTimers);

        // One says so as it begins, and then in each interval in which nothing else was sent.
        int intervals = 0;
        for (; streams.Any(stream => stream.Body.Count < 4 * Comment); intervals++)
        {
            time.Advance(StreamKeepAlive.Interval);
            await Task.Delay(5, Token);
        }

        Assert.All(streams, stream => Assert.InRange(stream.Body.Count / Comment, 4, 1 + intervals));
        await stop.CancelAsync();
        foreach (var stream in streams)
        {
            keepAlive.Remove(stream.Session, stream.Turn);
            keepAlive.Remove(stream.Session, stream.Turn);
            await stream.Running;
        }

        Assert.Equal(0, time.ActiveTimers);
    }

    private static async Task RunAsync(EventStreamSession session, TransientReader reader, CancellationToken stopping)
    {
        await using (reader)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.RunAsync(stopping));
        }
    }

    /// <summary>Counts what is written to it.</summary>
    private sealed class CountingStream : Stream
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Interlocked.Add(ref _count, count);
    }
}
