using Weir.Feed.Log;
using Weir.Lab.Disks;

namespace Weir.Feed.Tests.Log.Crashes;

/// <summary>A call that failed at any of its operations, or whose process was killed there, and is made again: what it then acknowledges is durable.</summary>
public sealed class RetryTests
{
    private static readonly RecordId Middle = new(3, 0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Cases => new(
        from call in new[] { "trim", "write position", "remove position", "advance position", "write document", "delete document", "delete" } from kill in new[] { false, true } select (call, kill));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task What_a_retry_acknowledges_survives_a_power_loss(string call, bool kill)
    {
        await TryEachAsync(call, kill, isRestarted: false);

        // As after a restart of the machine, which nobody has written since.
        await TryEachAsync(call, kill, isRestarted: true);
    }

    private static async Task TryEachAsync(string call, bool kill, bool isRestarted)
    {
        long before = (await MakeAsync()).Operations;
        var whole = await MakeAsync();
        if (isRestarted) whole.PowerLoss();
        await CallAsync(whole, call);
        for (long operation = before + 1; operation <= whole.Operations; operation++)
        {
            SimulatedDisk disk = await MakeAsync();
            if (isRestarted) disk.PowerLoss();
            disk.Faults.At(operation, kill ? DiskFault.KillBefore() : DiskFault.Fail(DiskError.Io));
            await Assert.ThrowsAnyAsync<FeedException>(() => CallAsync(disk, call));
            disk.Faults.Clear();
            await CallAsync(disk, call);
            disk.PowerLoss();
            Assert.True(await IsDoneAsync(disk, call), $"{call}: failed at operation {operation - before}, acknowledged when tried again, and gone.\n{disk.Trace.Tail()}");
        }
    }

    private static LogEngine Open(SimulatedDisk disk) => new SimulatedFeed(disk).Open("process");

    private static async Task<SimulatedDisk> MakeAsync()
    {
        var disk = new SimulatedDisk();
        await using LogEngine engine = Open(disk);
        var batch = new RecordBatch();
        for (ulong i = 1; i <= 5; i++) batch.Add(new(i, 0), "T"u8, ""u8, ""u8, ""u8);
        await engine.AppendAsync("t", batch, default, Cancellation);
        await engine.WritePositionAsync("t", "there", new(1, 0), Cancellation);
        await engine.Documents.TryWriteAsync("c", "there", new byte[] { 1 }, null, Cancellation);
        return disk;
    }

    private static async Task CallAsync(SimulatedDisk disk, string call)
    {
        await using LogEngine engine = Open(disk);
        switch (call)
        {
            case "trim":
                await engine.TrimAsync("t", Middle, Cancellation);
                break;
            case "write position":
                await engine.WritePositionAsync("t", "new", Middle, Cancellation);
                break;
            case "remove position":
                await engine.WritePositionAsync("t", "there", null, Cancellation);
                break;
            case "advance position":
                await engine.AdvancePositionAsync("t", "there", Middle, Cancellation);
                break;
            case "write document":
                Assert.True(await engine.Documents.TryWriteAsync("c", "d", new byte[] { 7 }, await engine.Documents.ReadAsync("c", "d", Cancellation), Cancellation));
                break;
            case "delete document":
                FeedDocument there = await engine.Documents.ReadAsync("c", "there", Cancellation) ?? new("there", ReadOnlyMemory<byte>.Empty);
                await engine.Documents.TryDeleteAsync("c", there, Cancellation);
                break;
            default:
                await engine.DeleteTopicAsync("t", Cancellation);
                break;
        }
    }

    private static async Task<bool> IsDoneAsync(SimulatedDisk disk, string call)
    {
        await using LogEngine engine = Open(disk);
        return call switch
        {
            "trim" => (await engine.DescribeAsync("t", Cancellation))!.FirstId == Middle,
            "write position" => await engine.ReadPositionAsync("t", "new", Cancellation) == Middle,
            "remove position" => await engine.ReadPositionAsync("t", "there", Cancellation) is null,
            "advance position" => await engine.ReadPositionAsync("t", "there", Cancellation) == Middle,
            "write document" => (await engine.Documents.ReadAsync("c", "d", Cancellation))?.Content.Length == 1,
            "delete document" => await engine.Documents.ReadAsync("c", "there", Cancellation) is null,
            _ => await engine.DescribeAsync("t", Cancellation) is null,
        };
    }
}
