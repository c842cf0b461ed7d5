using System.Collections.Concurrent;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Verifying;
using Weir.Erasure.Drives.Walking;
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
        (HealRun run, (string Drive, TimeSpan At, long Bytes)[] calls, TimeSpan took) = await HealAsync(tree, new() { BytesPerSecond = mbps * 1e6 });
        Assert.All(run.Outcomes, outcome => Assert.True(outcome.IsDone, run.Text));
        Check(calls, mbps * 1e6);
        // It was the limit that took the time.
        double needed = calls.Where(call => call.Drive == tree.Drives[1]).Sum(call => call.Bytes) / (mbps * 1e6);
        Assert.True(needed > 10 && took.TotalSeconds > 0.9 * needed, $"{needed} s were needed, and it took {took}");
    }

    /// <summary>A directory is looked at, a file opened and a piece written when its turn has come, and not before.</summary>
    [Theory]
    [InlineData(10, 40)]
    [InlineData(40, 150)]
    public async Task No_ten_seconds_see_more_calls_than_the_limit(double iops, int objects)
    {
        DriveTree tree = DriveTree.Create(new() { Directory = Path.Combine(_directory.Path, "tree"), Data = 2, Parity = 1 });
        Assert.Equal(objects, GeneratedObjects.Write(tree, "bucket", objects, 1, 200_000).Count());
        foreach (string name in Directory.GetDirectories(Path.Combine(tree.Drives[1], "bucket/generated")).Order().Take(20)) Directory.Delete(name, recursive: true);
        (HealRun run, (string Drive, TimeSpan At, long Bytes)[] calls, TimeSpan took) = await HealAsync(tree, new() { CallsPerSecond = iops });
        Assert.Equal(20, run.Outcomes.Count);
        Assert.All(run.Outcomes, outcome => Assert.True(outcome.IsDone, run.Text));
        Check([.. calls.Select(call => call with { Bytes = 1 })], iops);
        double needed = calls.Count(call => call.Drive == tree.Drives[1]) / iops;
        Assert.True(took.TotalSeconds > 10 && took.TotalSeconds > 0.9 * needed, $"{needed} s were needed, and it took {took}");
    }

    private static void Check((string Drive, TimeSpan At, long Units)[] calls, double perSecond)
    {
        foreach (IGrouping<string, (string Drive, TimeSpan At, long Units)> drive in calls.GroupBy(call => call.Drive))
        {
            double most = Most([.. drive.OrderBy(call => call.At)]) / (perSecond * Window.TotalSeconds);
            Assert.True(most <= 1.05, $"{drive.Key} had {most * 100:0.0} % of the limit in ten seconds");
        }
    }

    private static async Task<(HealRun Run, (string Drive, TimeSpan At, long Bytes)[] Calls, TimeSpan Took)> HealAsync(DriveTree tree, DriveQueueOptions limits)
    {
        var time = new ManualTimeProvider();
        var calls = new ConcurrentQueue<(string Drive, TimeSpan At, long Bytes)>();
        long start = time.GetTimestamp();
        // What is looked at before the run begins has no limit.
        bool isBegun = false;
        var store = new HookedStore
        {
            Calling = (drive, bytes) =>
            {
                if (isBegun) calls.Enqueue((drive, time.GetElapsedTime(start), bytes));
            },
        };
        Task<HealRun> running = Task.Run(() => HealRun.RunAsync(tree.Drives, VerifyMode.Deep, store, beforeLook: () => isBegun = true, queueOptions: limits with { Time = time, Timeout = TimeSpan.FromMinutes(5) }));
        while (!running.IsCompleted)
        {
            time.Advance(Tick);
            // Time must not run away from the work: then nothing would be limited.
            await Task.WhenAny(running, Task.Delay(1, TestContext.Current.CancellationToken));
        }

        return (await running, [.. calls], time.GetElapsedTime(start));
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
