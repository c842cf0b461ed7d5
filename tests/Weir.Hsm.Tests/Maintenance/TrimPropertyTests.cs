using Microsoft.Extensions.Logging.Abstractions;
using Weir.Hsm.Maintenance;
using Record = Weir.Feed.Record;

namespace Weir.Hsm.Tests.Maintenance;

/// <summary>Trimming loses nothing: over random histories, on both layouts and on a feed that changed its layout.</summary>
public class TrimPropertyTests
{
    private const int Steps = 400;

    public static TheoryData<int, string> Cases()
    {
        var cases = new TheoryData<int, string>();
        foreach (string layout in (string[])["per-mdt", "single", "mixed"])
        {
            for (int seed = 1; seed <= 25; seed++) cases.Add(seed, layout);
        }

        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Replaying_the_trimmed_stream_gives_the_same_live_actions_with_the_same_fields(int seed, string layout)
    {
        await using var feed = new TestFeed();
        await using var janitor = new Janitor(feed.Engine, new JanitorOptions { Time = feed.Clock, StaleActionTimeout = TimeSpan.FromDays(30) }, NullLogger.Instance);
        var random = new Random(seed);
        var history = new RandomHistory(seed, onlyWeir: false);
        long removed = 0;
        for (int step = 0; step < Steps; step++)
        {
            feed.Clock.Advance(TimeSpan.FromSeconds(random.Next(1, 600)));
            (string mdt, byte[] data) = history.Next(feed.Clock.GetUtcNow().ToUnixTimeSeconds());
            await feed.AppendAsync(TopicOf(layout, mdt, step), data);
            if (random.Next(20) != 0) continue;
            List<string> before = await feed.ReplayAsync();
            removed += (await janitor.RunRoundAsync(TestContext.Current.CancellationToken)).Removed;
            Assert.Equal(before, await feed.ReplayAsync());
            Assert.Equal(history.LiveCount, before.Count);
        }

        Assert.True(removed > 0, "nothing was ever trimmed");
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Readers_of_the_Python_tools_count_the_same_in_the_trimmed_stream(int seed, string layout)
    {
        await using var feed = new TestFeed();
        await using var janitor = new Janitor(feed.Engine, new JanitorOptions { Time = feed.Clock, StaleActionTimeout = TimeSpan.FromDays(30) }, NullLogger.Instance);
        var random = new Random(seed);
        var history = new RandomHistory(seed, onlyWeir: true);
        for (int step = 0; step < Steps; step++)
        {
            feed.Clock.Advance(TimeSpan.FromSeconds(random.Next(1, 600)));
            (string mdt, byte[] data) = history.Next(feed.Clock.GetUtcNow().ToUnixTimeSeconds());
            await feed.AppendAsync(TopicOf(layout, mdt, step), data);
            if (random.Next(20) != 0) continue;
            List<Record> full = await ReadInOrderAsync(feed);
            await janitor.RunRoundAsync(TestContext.Current.CancellationToken);
            List<Record> trimmed = await ReadInOrderAsync(feed);
            Assert.Equal(OriginalReaders.CountByPlace(full), OriginalReaders.CountByPlace(trimmed));
            Assert.Equal(OriginalReaders.CountByKey(full), OriginalReaders.CountByKey(trimmed));
            Assert.Equal(history.Truth, OriginalReaders.CountByPlace(trimmed));
        }
    }

    /// <summary>A site that goes from one layout to the other and back in the middle.</summary>
    private static string TopicOf(string layout, string mdt, int step)
    {
        bool isSingle = layout == "single" || (layout == "mixed" && step / 150 % 2 == 0);
        return ActionTopics.Of(ActionTopics.DefaultPrefix, isSingle ? ActionLayout.Single : ActionLayout.PerMdt, mdt);
    }

    private static async Task<List<Record>> ReadInOrderAsync(TestFeed feed)
    {
        var all = new List<Record>();
        foreach (string topic in await ActionTopics.ListAsync(feed.Engine, ActionTopics.DefaultPrefix)) all.AddRange(await feed.ReadAllAsync(topic));
        return [.. all.OrderBy(record => record.Id)];
    }
}
