using Weir.Changelogs.Coalescing;
using Weir.Changelogs.Following;
using Weir.Changelogs.Namespaces;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Changelogs;
using Weir.Lab.Disks;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests.Following;

/// <summary>The power fails at any operation of the disk; what the MDT has cleared must be in the feed, and nothing twice.</summary>
public sealed class FollowerCrashTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is not null;

    public static TheoryData<int> Seeds => IsLong ? [.. Enumerable.Range(1, 200)] : [.. Enumerable.Range(1, 8), 26, 121];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Crashes_anywhere_lose_nothing_and_repeat_nothing(int seed)
    {
        var lab = new Laboratory(seed);
        var random = new Random(seed);
        for (int round = 0; round < 12; round++)
        {
            lab.Namespace.Run(random.Next(1, 400));
            long at = lab.Disk.Operations + random.Next(1, 60);
            Unsynced unsynced = (Unsynced)random.Next(3);
            lab.Disk.Faults.At(at, random.Next(3) switch
            {
                0 => DiskFault.PowerLossBefore(unsynced),
                1 => DiskFault.PowerLossWithin(random.Next(5000), unsynced),
                _ => DiskFault.PowerLossAfter(unsynced),
            });
            LogEngine feed = lab.OpenFeed();
            try
            {
                Follower follower = lab.Follow(feed, new FollowerOptions { ReadBytes = 4096, BatchBytes = 8192 });
                while (!lab.Disk.IsDown)
                {
                    lab.Namespace.Run(random.Next(1, 200));
                    await follower.RunOnceAsync(TestContext.Current.CancellationToken);
                }
            }
            catch (Exception crashed) when (crashed is IOException or SimulatedCrashException)
            {
                // The crash that was asked for.
            }

            lab.Disk.PowerOn();
            lab.Disk.Faults.Clear();
            await using LogEngine after = lab.OpenFeed();
            ulong cleared = lab.Changelog.ReadUsers()!.Find(lab.User)!.Index;
            HashSet<ulong> kept = [.. (await Laboratory.ReadAllAsync(after, isWhole: false)).Select(record => record.Id.Sequence)];
            for (ulong index = 1; index <= cleared; index++) Assert.True(kept.Contains(index), $"seed {seed}, round {round}: record {index} of {cleared} cleared is not in the feed");
        }

        await using LogEngine last = lab.OpenFeed();
        await lab.Follow(last).RunOnceAsync(TestContext.Current.CancellationToken);
        List<Record> records = await Laboratory.ReadAllAsync(last, isWhole: false);
        Assert.DoesNotContain(records, record => record.Type == ChangelogTopic.Gap);
        Assert.Equal(lab.Changelog.CurrentIndex, (ulong)records.Select(record => record.Id.Sequence).Distinct().Count());
        lab.AssertSame(await Laboratory.ReplayAsync(last), $"seed {seed}");
    }

    /// <summary>
    /// A consumer that keeps its namespace, applies coalesced records, and acknowledges after a flush; it dies between any two
    /// records, while the MDT goes on.
    /// </summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_coalescing_consumer_that_crashes_anywhere_ends_with_the_namespace(int seed)
    {
        var lab = new Laboratory(seed, new NamespaceOptions { TargetObjects = 300, NamesPerDirectory = 40 });
        var random = new Random(seed);
        await using LogEngine feed = lab.OpenFeed();
        Follower follower = lab.Follow(feed);
        var replay = new NamespaceReplay();
        RecordId acknowledged = RecordId.Zero;
        long collapsed = 0;
        for (int round = 0; round < 20; round++)
        {
            await follower.RunOnceAsync(TestContext.Current.CancellationToken);
            TopicInfo? opened = await feed.DescribeAsync(Laboratory.Topic, TestContext.Current.CancellationToken);
            var coalescer = new ChangelogCoalescer(new ReplaySink(replay), new CoalescerOptions { WindowRecords = random.Next(8, 500) }.OnOpening(opened));
            int dieAfter = round == 19 ? int.MaxValue : random.Next(1, 3000);
            int pages = random.Next(10);
            var reader = new ChangelogRecordReader();
            await using ITopicCursor cursor = feed.OpenCursor(Laboratory.Topic, acknowledged, new CursorOptions { PageBytes = 32 * 1024 });
            while (true)
            {
                if (pages-- > 0)
                {
                    lab.Namespace.Run(random.Next(1, 300));
                    await follower.RunOnceAsync(TestContext.Current.CancellationToken);
                }

                RecordPage page = await cursor.ReadAsync(TestContext.Current.CancellationToken);
                if (page.IsEmpty) break;
                foreach (RecordView view in page)
                {
                    if (dieAfter-- == 0) goto dead;
                    if (reader.TryRead(view, out ChangelogRecord record)) coalescer.Add(record);
                }

                if (random.Next(3) != 0) continue;
                coalescer.Flush();
                acknowledged = cursor.Position;
            }

            coalescer.Flush();
            acknowledged = cursor.Position;
        dead:
            collapsed += coalescer.Counts.Collapsed;
        }

        lab.AssertSame(replay, $"seed {seed}");
        Assert.True(collapsed > 0, $"seed {seed}: nothing collapsed");
    }

    private sealed class ReplaySink(NamespaceReplay replay) : ICoalescedSink
    {
        public void Take(ChangelogRecord record) => replay.Apply(record);
    }
}
