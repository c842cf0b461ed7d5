using Weir.Erasure.Drives.Walking;
using Weir.Lab.Time;

namespace Weir.Erasure.Tests.Drives.Walking;

/// <summary>Limits are kept within 5 % over any ten seconds, from both sides, on a clock that the test moves.</summary>
public sealed class DrivePaceTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(1, 0, 3)]
    [InlineData(4, 50, 0)]
    [InlineData(6, 0, 20)]
    [InlineData(6, 5, 12)]
    [InlineData(16, 0, 100)]
    [InlineData(12, 100, 300)]
    public void A_limit_is_kept_over_any_ten_seconds(int drives, double mbps, double totalMbps)
    {
        int seed = Random.Shared.Next();
        var time = new ManualTimeProvider();
        var run = new Run(time, seed, drives, mbps * 1e6, totalMbps * 1e6);
        run.Go(TimeSpan.FromSeconds(60));
        for (int drive = 0; drive < drives; drive++)
        {
            if (mbps > 0) Assert.True(run.Most(drive) <= 1.05 * mbps * 1e6 * 10, $"seed {seed}: drive {drive} had {run.Most(drive)} bytes in ten seconds");
        }

        double all = run.Most(null);
        if (totalMbps > 0) Assert.True(all <= 1.05 * totalMbps * 1e6 * 10, $"seed {seed}: all had {all} bytes in ten seconds");
        double attainable = Math.Min(totalMbps > 0 ? totalMbps : double.MaxValue, mbps > 0 ? mbps * drives : double.MaxValue) * 1e6 * 10;
        Assert.True(run.Least() >= 0.95 * attainable, $"seed {seed}: {run.Least()} of {attainable} bytes in the slowest ten seconds");
    }

    [Fact]
    public void A_changed_limit_counts_for_what_waits_already()
    {
        var time = new ManualTimeProvider();
        var limit = new RateLimit(time) { PerSecond = 1 };
        double ticket = limit.Take(1000);
        Assert.Equal(TimeSpan.FromSeconds(1000), limit.Left(ticket));
        limit.PerSecond = 100;
        Assert.Equal(TimeSpan.FromSeconds(10), limit.Left(ticket));
        time.Advance(TimeSpan.FromSeconds(5));
        limit.PerSecond = 1000;
        Assert.Equal(TimeSpan.FromSeconds(0.5), limit.Left(ticket));
        limit.PerSecond = 0;
        Assert.Equal(TimeSpan.Zero, limit.Left(ticket));
    }

    [Fact]
    public void Time_without_work_is_not_saved_up()
    {
        var time = new ManualTimeProvider();
        var limit = new RateLimit(time) { PerSecond = 100 };
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromSeconds(10 - RateLimit.BurstSeconds), limit.Left(limit.Take(1000)));
    }

    [Fact]
    public void Calls_are_limited_too()
    {
        var time = new ManualTimeProvider();
        var pace = new DrivePace(time);
        pace.Calls.PerSecond = 50;
        Assert.Equal(2, pace.Left(pace.Take(100, 1_000_000)).TotalSeconds, 3);
    }

    [Fact]
    public async Task Work_on_a_queue_waits_and_does_not_count_as_hanging()
    {
        var time = new ManualTimeProvider();
        string directory = Directory.CreateTempSubdirectory("weir-pace").FullName;
        try
        {
            var pace = new DrivePace(time);
            pace.Bytes.PerSecond = 1000;
            var drive = Weir.Erasure.Drives.DriveTopology.Look(directory, Weir.Erasure.Drives.Disks.LocalDriveDisk.Instance);
            using var queue = new DriveQueue(drive, new() { Time = time, Pace = _ => pace, Timeout = TimeSpan.FromSeconds(60) });
            Task<bool> work = queue.RunAsync(worker =>
            {
                worker.Charge(1, 300_000);
                return true;
            });
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            TimeSpan passed = TimeSpan.Zero;
            // The queue's own watch is one timer; the worker's wait the other.
            while (!work.IsCompleted)
            {
                Task armed = time.WhenTimersAsync(2, patience.Token);
                await Task.WhenAny(work, armed);
                patience.Token.ThrowIfCancellationRequested();
                if (work.IsCompleted) break;
                time.Advance(TimeSpan.FromSeconds(0.5));
                passed += TimeSpan.FromSeconds(0.5);
            }

            Assert.True(await work);
            Assert.Null(queue.Failure);
            Assert.InRange(passed.TotalSeconds, 299, 310);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Drives that read as fast as they are let, each call taking a little time of its own.</summary>
    private sealed class Run(ManualTimeProvider time, int seed, int drives, double rate, double total)
    {
        private readonly Random _random = new(seed);
        private readonly List<(TimeSpan At, int Drive, double Bytes)> _reads = [];
        private TimeSpan _end;

        public void Go(TimeSpan length)
        {
            _end = length;
            RateLimit? all = total > 0 ? new(time) { PerSecond = total } : null;
            DrivePace[] paces = [.. Enumerable.Range(0, drives).Select(_ => new DrivePace(time, all))];
            foreach (DrivePace pace in paces) pace.Bytes.PerSecond = rate;
            // Each drive asks, waits, reads, and asks again; the next that is ready is the next that is looked at.
            var next = new PriorityQueue<(int Drive, PaceTicket? Ticket, int Bytes), TimeSpan>();
            TimeSpan now = TimeSpan.Zero;
            for (int drive = 0; drive < drives; drive++) next.Enqueue((drive, null, 0), now);
            while (next.TryDequeue(out var turn, out TimeSpan at) && at < length)
            {
                if (at > now)
                {
                    time.Advance(at - now);
                    now = at;
                }

                if (turn.Ticket is not { } ticket)
                {
                    int bytes = Math.Min(_random.Next(4096, 2 << 20), paces[turn.Drive].MostAtOnce);
                    next.Enqueue((turn.Drive, paces[turn.Drive].Take(1, bytes), bytes), now);
                    continue;
                }

                TimeSpan left = paces[turn.Drive].Left(ticket);
                if (left > TimeSpan.FromMilliseconds(1))
                {
                    next.Enqueue(turn, now + left);
                    continue;
                }

                _reads.Add((now, turn.Drive, turn.Bytes));
                // Drives faster than their limits: reading takes at most half of the time that the limit asks for.
                double fastest = Math.Min(rate > 0 ? rate : double.MaxValue, total > 0 ? total : double.MaxValue);
                double seconds = turn.Bytes / fastest * _random.NextDouble() / 2;
                next.Enqueue((turn.Drive, null, 0), now + TimeSpan.FromSeconds(seconds));
            }
        }

        public double Most(int? drive)
        {
            (TimeSpan At, int Drive, double Bytes)[] reads = [.. _reads.Where(read => drive is null || read.Drive == drive)];
            double sum = 0, most = 0;
            int from = 0;
            for (int to = 0; to < reads.Length; to++)
            {
                sum += reads[to].Bytes;
                while (reads[to].At - reads[from].At > Window) sum -= reads[from++].Bytes;
                most = Math.Max(most, sum);
            }

            return most;
        }

        public double Least()
        {
            double least = double.MaxValue;
            for (TimeSpan from = TimeSpan.Zero; from + Window <= _end; from += TimeSpan.FromSeconds(0.5))
            {
                least = Math.Min(least, _reads.Where(read => read.At >= from && read.At < from + Window).Sum(read => read.Bytes));
            }

            return least;
        }
    }
}
