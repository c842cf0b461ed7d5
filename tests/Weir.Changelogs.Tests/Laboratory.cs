using Microsoft.Extensions.Logging.Abstractions;
using Weir.Changelogs.Following;
using Weir.Changelogs.Namespaces;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Lab.Changelogs;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests;

/// <summary>An MDT with a namespace, a feed on a simulated disk, and a follower between them that can crash.</summary>
internal sealed class Laboratory
{
    public const string Mdt = "lab-MDT0000";
    public const string Topic = "lustre:changelog:lab-MDT0000";

    public Laboratory(int seed = 1, NamespaceOptions? options = null)
    {
        Clock = new(new DateTimeOffset(2025, 8, 12, 12, 0, 0, TimeSpan.Zero));
        Disk = new(seed);
        Changelog = new(Mdt, Clock) { Mask = ChangelogMask.All };
        User = Changelog.Register();
        Namespace = new((options ?? NamespaceOptions.Default) with { Seed = seed }, Changelog, Clock.GetUtcNow());
    }

    public ManualTimeProvider Clock { get; }

    public SimulatedDisk Disk { get; }

    public SimulatedChangelog Changelog { get; }

    public SimulatedNamespace Namespace { get; }

    public string User { get; set; }

    public LogEngine OpenFeed() => new(new LogEngineOptions { Directory = "/feed", Disk = Disk.Main, Time = Clock, SegmentBytes = 4 * 1024 * 1024 });

    public Follower Follow(IFeedEngine feed, FollowerOptions? options = null) => new(
        (options ?? new FollowerOptions { ReadBytes = 16 * 1024, BatchBytes = 32 * 1024 }) with { User = User, Time = Clock }, Changelog, feed, NullLogger.Instance);

    /// <summary>Everything in the topic.</summary>
    /// <param name="isWhole">Whether holes are a failure.</param>
    public static async Task<List<Record>> ReadAllAsync(IFeedEngine feed, bool isWhole = true, string topic = Topic)
    {
        var records = new List<Record>();
        await using ITopicCursor cursor = feed.OpenCursor(topic, RecordId.Zero);
        while (await cursor.ReadAsync(TestContext.Current.CancellationToken) is { IsEmpty: false } page)
        {
            if (isWhole) Assert.Null(page.Gap);
            foreach (RecordView view in page) records.Add(view.ToRecord());
        }

        return records;
    }

    /// <summary>The namespace that the topic tells of.</summary>
    public static async Task<NamespaceReplay> ReplayAsync(IFeedEngine feed, RecordId after = default, NamespaceReplay? into = null)
    {
        NamespaceReplay replay = into ?? new();
        var reader = new ChangelogRecordReader();
        await using ITopicCursor cursor = feed.OpenCursor(Topic, after);
        while (await cursor.ReadAsync(TestContext.Current.CancellationToken) is { IsEmpty: false } page)
        {
            foreach (RecordView view in page)
            {
                if (reader.TryRead(view, out ChangelogRecord record)) replay.Apply(record);
            }
        }

        return replay;
    }

    public void AssertSame(NamespaceReplay replay, string what)
    {
        HashSet<NamespaceEntry> expected = [.. Namespace.Entries], found = [.. replay.Entries];
        Assert.True(found.Count == replay.Count, $"{what}: {replay.Count} counted, {found.Count} there");
        int missing = expected.Count(entry => !found.Contains(entry)), extra = found.Count(entry => !expected.Contains(entry));
        Assert.True(missing == 0 && extra == 0, $"{what}: of {expected.Count} entries {missing} are missing, and {extra} should not be there");
    }
}
