using Weir.Changelogs.Coalescing;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Tests.Coalescing;

/// <summary>Consumers of the feed that have changelogs coalesced at read time.</summary>
public sealed class ChangelogCoalescingRuleTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void It_applies_to_changelog_topics_only()
    {
        var rule = new ChangelogCoalescingRule();
        Assert.True(rule.AppliesTo(ChangelogTopic.Of("elm-MDT0000")));
        Assert.False(rule.AppliesTo("hsm:actions:elm-MDT0000"));
    }

    [Fact]
    public async Task A_file_that_comes_and_goes_is_not_given_and_what_was_there_before_is_kept_whole()
    {
        await using var engine = new LogEngine(new() { Directory = "/feed", Disk = new SimulatedDisk().StartProcess("p") });
        await using var registry = new ConsumerRegistry(engine, new() { Coalescing = [new ChangelogCoalescingRule()] });
        string topic = ChangelogTopic.Of("elm-MDT0000");
        await registry.RegisterAsync(new() { Name = "db", Topics = TopicSelection.Parse(topic), Start = ConsumerStart.First, Coalesces = true }, Cancellation);
        await registry.RegisterAsync(new() { Name = "audit", Topics = TopicSelection.Parse(topic), Start = ConsumerStart.First }, Cancellation);
        var batch = new RecordBatch();
        Add(batch, 1, ChangelogType.Create, 1, "f1", 0);
        await engine.AppendAsync(topic, batch, default, Cancellation);
        await using ConsumerReader db = await registry.OpenAsync("db", null, Cancellation);
        await using ConsumerReader audit = await registry.OpenAsync("audit", null, Cancellation);

        batch.Clear();
        Add(batch, 2, ChangelogType.Unlink, 1, "f1", 1);
        Add(batch, 3, ChangelogType.Create, 2, "f2", 0);
        Add(batch, 4, ChangelogType.SetAttributes, 2, "", 0);
        Add(batch, 5, ChangelogType.Unlink, 2, "f2", 1);
        Add(batch, 6, ChangelogType.Create, 3, "f3", 0);
        batch.Add(new(1000, 7), "OMITTED"u8, "elm-MDT0000"u8, ""u8, "{}"u8);
        Add(batch, 8, ChangelogType.Unlink, 3, "f3", 1);
        RecordId last = await engine.AppendAsync(topic, batch, default, Cancellation);

        // File 1 was there when the consumer was opened, and may have been given before; file 3 has a record between that is none of ours.
        Assert.Equal([1UL, 2, 6, 7, 8], await ReadAsync(db));
        Assert.Equal([1UL, 2, 3, 4, 5, 6, 7, 8], await ReadAsync(audit));
        await db.AcknowledgeAllAsync(Cancellation);
        Assert.Equal(last, await engine.ReadPositionAsync(topic, "db", Cancellation));

        // Nothing is left out across an acknowledgement, nor across what was given.
        batch.Clear();
        Add(batch, 9, ChangelogType.Create, 4, "f4", 0);
        await engine.AppendAsync(topic, batch, default, Cancellation);
        Assert.Equal([9UL], await ReadAsync(db));
        batch.Clear();
        Add(batch, 10, ChangelogType.Unlink, 4, "f4", 1);
        await engine.AppendAsync(topic, batch, default, Cancellation);
        Assert.Equal([10UL], await ReadAsync(db));
    }

    private static async Task<List<ulong>> ReadAsync(ConsumerReader reader)
    {
        var indexes = new List<ulong>();
        while (await reader.ReadAsync(Cancellation) is { } page)
        {
            foreach (RecordView record in page) indexes.Add(record.Id.Sequence);
        }

        return indexes;
    }

    private static void Add(RecordBatch batch, ulong index, ChangelogType type, uint file, string name, ushort flags)
    {
        var fields = new ChangelogFields
        {
            Type = type,
            Format = ChangelogFormat.Version,
            Index = index,
            Target = new(0x200000402, file, 0),
            Flags = flags,
            Parent = name.Length == 0 ? default : new(0x200000402, 0x100, 0),
            Name = System.Text.Encoding.UTF8.GetBytes(name),
        };
        var bytes = new byte[fields.Length];
        fields.Write(bytes);
        Assert.Equal(ChangelogError.None, ChangelogRecord.TryParse(bytes, out ChangelogRecord record));
        new ChangelogRecordWriter("elm-MDT0000").Write(batch, record, 1000);
    }
}
