using Microsoft.Extensions.Logging.Abstractions;
using Weir.Changelogs.Following;
using Weir.Changelogs.Merging;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Changelogs;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests.Merging;

public sealed class MergedChangelogsTests
{
    private static readonly DateTimeOffset Start = new(2025, 8, 12, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Several_MDTs_come_by_time_and_each_in_its_own_order()
    {
        var clock = new ManualTimeProvider(Start);
        await using var feed = new LogEngine(new LogEngineOptions { Directory = "/feed", Disk = new SimulatedDisk(), Time = clock });
        string[] mdts = ["lab-MDT0000", "lab-MDT0001", "lab-MDT0002"];
        foreach (string mdt in mdts)
        {
            var changelog = new SimulatedChangelog(mdt, clock) { Mask = ChangelogMask.All };
            string user = changelog.Register();
            int number = mdt[^1] - '0';
            new SimulatedNamespace(new NamespaceOptions { Seed = number }, changelog, Start.AddMilliseconds(number * 0.1)).Run(2000);
            if (number == 1) changelog.Lose(3);
            new SimulatedNamespace(new NamespaceOptions { Seed = number + 10 }, changelog, Start.AddSeconds(number + 1)).Run(500);
            await new Follower(new FollowerOptions { User = user, Time = clock }, changelog, feed, NullLogger.Instance).RunOnceAsync(Cancel);
        }

        await using MergedChangelogs merged = MergedChangelogs.Open(feed, mdts.Select(mdt => (mdt, RecordId.Zero)));
        var last = new Dictionary<string, ulong>();
        var switches = new HashSet<(string, string)>();
        ChangelogTime before = default;
        string previous = "";
        int notices = 0, records = 0;
        while (await merged.MoveNextAsync(Cancel))
        {
            Assert.True(merged.Id.Sequence > last.GetValueOrDefault(merged.Mdt));
            last[merged.Mdt] = merged.Id.Sequence;
            if (!merged.TryGetRecord(out ChangelogRecord record))
            {
                Assert.Equal(ChangelogTopic.Gap, merged.NoticeType);
                notices++;
                continue;
            }

            Assert.True(record.Time >= before);
            before = record.Time;
            switches.Add((previous, previous = merged.Mdt));
            records++;
        }

        Assert.Equal(1, notices);
        Assert.Equal(last.Values.Sum(index => (long)index) - 3, records + notices - 1);
        Assert.Empty(merged.Holes);
        Assert.Contains((mdts[0], mdts[1]), switches);
        Assert.Contains((mdts[1], mdts[0]), switches);
        Assert.False(await merged.MoveNextAsync(Cancel));
    }

    [Fact]
    public async Task What_comes_later_is_read_then()
    {
        var lab = new Laboratory();
        await using LogEngine feed = lab.OpenFeed();
        Follower follower = lab.Follow(feed);
        await using MergedChangelogs merged = MergedChangelogs.Open(feed, [(Laboratory.Mdt, RecordId.Zero)]);
        Assert.False(await merged.MoveNextAsync(Cancel));
        ulong read = 0;
        for (int round = 0; round < 3; round++)
        {
            lab.Namespace.Run(100);
            await follower.RunOnceAsync(Cancel);
            while (await merged.MoveNextAsync(Cancel)) Assert.Equal(++read, merged.Id.Sequence);
            Assert.Equal(lab.Changelog.CurrentIndex, read);
        }
    }
}
