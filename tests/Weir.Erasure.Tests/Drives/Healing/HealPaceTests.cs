using System.Collections.Concurrent;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Lab.Time;

namespace Weir.Erasure.Tests.Drives.Healing;

/// <summary>A repair keeps the limit of each drive over any ten seconds, looking, reading and writing, on a clock that the test moves.</summary>
public sealed class HealPaceTests : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20), Window = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0.4)]
    [InlineData(0.8)]
    public async Task No_ten_seconds_see_more_bytes_than_the_limit(double mbps)
    {
        DriveTree tree = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "tree"), Data = 2, Parity = 1 });
        Assert.Equal(12, GeneratedObjects.Write(tree, "bucket", 9, 1, null).Count());
        foreach (string name in Directory.GetDirectories(Path.Combine(tree.Drives[1], "bucket/generated"))) Directory.Delete(name, recursive: true);
        var time = new ManualTimeProvider();
        var calls = new ConcurrentQueue<(string Drive, TimeSpan At, long Bytes)>();
        long start = time.GetTimestamp();
        var store = new HookedStore { Calling = (drive, bytes) => calls.Enqueue((drive, time.GetElapsedTime(start), bytes)) };
        Task<HealRun> running = Task.Run(() => HealRun.RunAsync(tree.Drives, VerifyMode.Deep, store, queueOptions: new() { Time = time, BytesPerSecond = mbps * 1e6, Timeout = TimeSpan.FromMinutes(5) }));
        while (!running.IsCompleted)
        {
            time.Advance(Tick);
            // Time must not run away from the work: then nothing would be limited.
            await Task.WhenAny(running, Task.Delay(1, TestContext.Current.CancellationToken));
        }

        HealRun run = await running;
        Assert.All(run.Outcomes, outcome => Assert.True(outcome.IsDone, run.Text));
        foreach (IGrouping<string, (string Drive, TimeSpan At, long Bytes)> drive in calls.GroupBy(call => call.Drive))
        {
            (string Drive, TimeSpan At, long Bytes)[] all = [.. drive.OrderBy(call => call.At)];
            double most = Most(all) / (mbps * 1e6 * Window.TotalSeconds);
            Assert.True(most <= 1.05, $"{drive.Key} had {most * 100:0.0} % of the limit in ten seconds");
        }

        // It was the limit that took the time.
        double needed = calls.Where(call => call.Drive == tree.Drives[1]).Sum(call => call.Bytes) / (mbps * 1e6);
        Assert.True(needed > 10 && time.GetElapsedTime(start).TotalSeconds > 0.9 * needed, $"{needed} s were needed, and it took {time.GetElapsedTime(start)}");
    }

    private static double Most((string Drive, TimeSpan At, long Bytes)[] calls)
    {
        double within = 0, most = 0;
        for (int last = 0, first = 0; last < calls.Length; last++)
        {
            within += calls[last].Bytes;
            while (calls[first].At <= calls[last].At - Window) within -= calls[first++].Bytes;
            most = Math.Max(most, within);
        }

        return most;
    }
}
