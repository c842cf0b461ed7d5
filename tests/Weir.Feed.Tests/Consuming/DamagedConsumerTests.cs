using Weir.Feed.Consuming;
using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Consuming;

/// <summary>A consumer whose document the disk has damaged.</summary>
public sealed class DamagedConsumerTests
{
    private const string Document = "/feed/documents/consumers/c";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_damaged_consumer_has_not_acknowledged_is_kept_until_it_is_unregistered()
    {
        var disk = new SimulatedDisk();
        await using var engine = new LogEngine(new() { Directory = "/feed", Disk = disk.StartProcess("p"), PositionJournalBytes = 1024 });
        await using var registry = new ConsumerRegistry(engine);
        var batch = new RecordBatch();
        batch.Add("T"u8, ""u8, ""u8, "{}"u8);
        await engine.AppendAsync("t", batch, default, Cancellation);
        await registry.RegisterAsync(new() { Name = "c", Topics = TopicSelection.Parse("t"), Start = ConsumerStart.First }, Cancellation);
        disk.FlipBit(Document, disk.Content(Document).Length / 2, 3);

        Assert.Equal(ConsumerState.Damaged, Assert.Single(await registry.ListAsync(Cancellation)).State);
        var refused = await Assert.ThrowsAsync<FeedException>(async () => await registry.OpenAsync("c", null, Cancellation));
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
        var keeper = new RetentionKeeper(registry, new() { Topics = [new(TopicSelection.Parse("t"))] });
        Assert.Empty((await keeper.RunOnceAsync(Cancellation)).Trimmed);

        Assert.True(await registry.UnregisterAsync("c", Cancellation));
        Assert.Empty(await registry.ListAsync(Cancellation));
        Assert.Single((await keeper.RunOnceAsync(Cancellation)).Trimmed);
    }

    [Fact]
    public async Task Each_flipped_bit_of_a_document_is_noticed_and_registering_again_mends_it()
    {
        var disk = new SimulatedDisk();
        await using (var engine = new LogEngine(new() { Directory = "/feed", Disk = disk.StartProcess("p"), PositionJournalBytes = 1024 }))
        {
            await using var registry = new ConsumerRegistry(engine);
            await registry.RegisterAsync(new() { Name = "c", Topics = TopicSelection.Parse("t") }, Cancellation);
        }

        for (int at = 0; at < disk.Content(Document).Length; at++)
        {
            SimulatedDisk damaged = disk.Clone();
            damaged.FlipBit(Document, at, at % 8);
            await using var engine = new LogEngine(new() { Directory = "/feed", Disk = damaged.StartProcess("p"), PositionJournalBytes = 1024 });
            await using var registry = new ConsumerRegistry(engine);
            Assert.Equal(ConsumerState.Damaged, Assert.Single(await registry.ListAsync(Cancellation)).State);
            await registry.RegisterAsync(new() { Name = "c", Topics = TopicSelection.Parse("t") }, Cancellation);
            Assert.Equal(ConsumerState.Active, Assert.Single(await registry.ListAsync(Cancellation)).State);
        }
    }
}
