using System.Text;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Hsm.Events;
using Weir.Hsm.Top;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Top;

public sealed class TopFeedTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly LogEngine _engine;
    private readonly TopModel _model;
    private ulong _sequence;

    public TopFeedTests()
    {
        _engine = new(new LogEngineOptions { Directory = "/feed", Disk = new SimulatedDisk().Main, Time = _time });
        _model = new(_time);
    }

    [Fact]
    public async Task It_reads_everything_and_then_what_comes_also_on_topics_that_come_later()
    {
        await using var feed = new TopFeed(_engine, "hsm:actions", _model);
        await AppendAsync("hsm:actions:elm-MDT0000", 1, HsmStatus.Waiting);
        await AppendAsync("hsm:actionsx", 2, HsmStatus.Waiting);
        feed.Watch();
        await ReadAllAsync(feed);
        Assert.Equal(1, _model.Live.Count);

        Task news = feed.WaitAsync();
        await AppendAsync("hsm:actions:elm-MDT0001", 3, HsmStatus.Waiting, "elm-MDT0001");
        await news.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await ReadAllAsync(feed);
        Assert.Equal(2, _model.Live.Count);

        news = feed.WaitAsync();
        var lost = new RecordBatch();
        lost.Add("SOURCE_LOST"u8, "mds1"u8, "elm-MDT0007"u8, "{}"u8);
        await _engine.AppendAsync("hsm:sources", lost, cancellationToken: TestContext.Current.CancellationToken);
        await news.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await ReadAllAsync(feed);
        Assert.Equal("elm-MDT0007", Assert.Single(Frame().Lost).Mdt);
    }

    [Fact]
    public async Task A_feed_in_both_layouts_is_read_from_the_older_one_on()
    {
        // First a topic for each MDT, then one for all: what the single topic says is newer.
        await AppendAsync("hsm:actions:elm-MDT0000", 1, HsmStatus.Waiting);
        await AppendAsync("hsm:actions", 1, HsmStatus.Started);
        await using var feed = new TopFeed(_engine, "hsm:actions", _model);
        await ReadAllAsync(feed);
        Assert.Equal("elm-MDT0000 ARCHIVE STARTED 1", TopRig.Show(Frame()));
    }

    [Fact]
    public async Task A_topic_that_was_emptied_and_begun_anew_tells_everything_anew()
    {
        await AppendAsync("hsm:actions:elm-MDT0000", 1, HsmStatus.Waiting);
        await AppendAsync("hsm:actions:elm-MDT0000", 2, HsmStatus.Started);
        await using var feed = new TopFeed(_engine, "hsm:actions", _model);
        await ReadAllAsync(feed);
        Assert.Equal("elm-MDT0000 ARCHIVE STARTED 1; elm-MDT0000 ARCHIVE WAITING 1", TopRig.Show(Frame()));
        await _engine.DeleteTopicAsync("hsm:actions:elm-MDT0000", TestContext.Current.CancellationToken);
        await AppendAsync("hsm:actions:elm-MDT0000", 3, HsmStatus.Waiting);
        await ReadAllAsync(feed);
        Assert.Equal("elm-MDT0000 ARCHIVE STARTED 0 -1; elm-MDT0000 ARCHIVE WAITING 1", TopRig.Show(Frame()));
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    private TopFrame Frame()
    {
        _model.TakeFrame();
        return _model.Build(TopQuery.Default);
    }

    private static Task ReadAllAsync(TopFeed feed) => feed.CatchUpAsync(TestContext.Current.CancellationToken);

    private async Task AppendAsync(string topic, uint record, HsmStatus status, string mdt = EventText.Mdt)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        var batch = new RecordBatch();
        byte[] line = Encoding.UTF8.GetBytes(ActionText.Line(1, record, record, status));
        long now = _time.GetUtcNow().ToUnixTimeSeconds();
        HsmEventWriter.WriteState(
            batch, new((ulong)_time.GetUtcNow().ToUnixTimeMilliseconds(), ++_sequence), HsmEventType.Update, new MdtName(mdt), ActionText.Parse(line), new(now, now, now));
        await _engine.AppendAsync(topic, batch, cancellationToken: TestContext.Current.CancellationToken);
    }
}
