using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Benchmarks.Feed;
using Weir.Changelogs.Coalescing;
using Weir.Changelogs.Devices;
using Weir.Changelogs.Following;
using Weir.Feed.Log;
using Weir.Lab.Changelogs;
using Weir.Lustre.Changelog;

namespace Weir.Benchmarks.Changelogs;

/// <summary>
/// Changelog records of a simulated namespace: decoded, printed as text, brought durably into a feed, coalesced. Rates are by the
/// wall clock and by the process's CPU time; on a machine that others use, only the second says what the code costs.
/// </summary>
internal static class ChangelogSpeed
{
    private const int Records = 400_000;
    private const int ManyRecords = 3_000_000;
    private const int Rounds = 7;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(string directory)
    {
        byte[] bytes = Generate(Records, 100_000, out int count);
        var line = new byte[ChangelogText.MaxBytes];
        Measure("decode", count, () => Scan(bytes, static (record, _) => (long)(record.Index + record.Target.ObjectId + record.Parent.Sequence + record.Uid)
            + record.Name.Length + record.JobId.Length + record.Nid.Number, line));
        Measure("decode and encode to text", count, () => Scan(bytes, static (record, line) => ChangelogText.Format(record, line), line));
        CoalesceAll(bytes, count, [1_000, 65_536, 1_000_000]);
        for (int round = 0; round < Rounds; round++) await FollowAsync(Path.Combine(directory, $"changelog-{round}"), bytes, count);

        // More records than the largest window holds, of more files than a cache does.
        bytes = Generate(ManyRecords, 1_000_000, out count);
        CoalesceAll(bytes, count, [65_536, 1_000_000]);
    }

    private static void CoalesceAll(byte[] bytes, int count, int[] windows)
    {
        foreach (int window in windows)
        {
            var coalescer = new ChangelogCoalescer(new Discard(), new CoalescerOptions { WindowRecords = window });
            Measure($"decode and coalesce, window {window}", count, () => Coalesce(coalescer, bytes));
            Console.WriteLine($"  {coalescer.Counts}");
        }
    }

    private static byte[] Generate(int records, int objects, out int count)
    {
        var changelog = new SimulatedChangelog("lab-MDT0000", TimeProvider.System) { Mask = ChangelogMask.All };
        changelog.Register();
        var space = new SimulatedNamespace(new NamespaceOptions { TargetObjects = objects, OddNameShare = 0.01 }, changelog, DateTimeOffset.UtcNow);
        while (changelog.CurrentIndex < (ulong)records) space.Run(1000);
        count = (int)changelog.CurrentIndex;
        using var all = new MemoryStream();
        using IChangelogStream stream = changelog.Open(1);
        var buffer = new byte[1 << 20];
        while (stream.Read(buffer) is > 0 and var read) all.Write(buffer, 0, read);
        Console.WriteLine($"{count} records of {objects} objects, {all.Length / count} bytes on average");
        return all.ToArray();
    }

    private static void Measure(string what, int count, Func<long> work)
    {
        var wall = new List<double>();
        var cpu = new List<double>();
        long allocated = 0;
        long started = Stopwatch.GetTimestamp();
        for (int round = -2; round < Rounds; round++)
        {
            long before = GC.GetTotalAllocatedBytes(true);
            TimeSpan cpuStart = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            work();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            // Long enough for the compiler's last tier.
            if (round < 0 && Stopwatch.GetElapsedTime(started) < WarmUp) round = -2;
            if (round < 0) continue;
            wall.Add(seconds);
            cpu.Add((Environment.CpuUsage.TotalTime - cpuStart).TotalSeconds);
            allocated = GC.GetTotalAllocatedBytes(true) - before;
        }

        Console.WriteLine(
            $"{what}: {count / Median(wall):N0} records/s by the clock, {count / Median(cpu):N0}/s of CPU ({Median(cpu) / count * 1e9:N0} ns a record), {(double)allocated / count:0.00} B allocated a record");
    }

    private static long Scan(byte[] bytes, Use use, byte[] line)
    {
        long sum = 0;
        var scanner = new ChangelogScanner(bytes, isFinal: true);
        while (scanner.Next(out ChangelogRecord record, out _) == ChangelogScan.Record) sum += use(record, line);
        return sum;
    }

    private static long Coalesce(ChangelogCoalescer coalescer, byte[] bytes)
    {
        var scanner = new ChangelogScanner(bytes, isFinal: true);
        while (scanner.Next(out ChangelogRecord record, out _) == ChangelogScan.Record) coalescer.Add(record);
        coalescer.Flush();
        return coalescer.Counts.Given;
    }

    private static async Task FollowAsync(string directory, byte[] bytes, int count)
    {
        var disk = new CountingDisk();
        await using (var engine = new LogEngine(new() { Directory = directory, Disk = disk }))
        {
            var device = new MemoryChangelog(bytes);
            var follower = new Follower(new FollowerOptions { User = "cl1" }, device, engine, NullLogger.Instance);
            long before = GC.GetTotalAllocatedBytes(true);
            TimeSpan cpuStart = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            await follower.RunOnceAsync(CancellationToken.None);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, cpu = (Environment.CpuUsage.TotalTime - cpuStart).TotalSeconds;
            long written = Directory.EnumerateFiles(directory, "*.log", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
            Console.WriteLine(
                $"decode, append durably, clear: {count / seconds:N0} records/s by the clock, {count / cpu:N0}/s of CPU; {written / 1e6:N0} MB, {disk.Syncs} flushes, {device.Clears} clears, {(double)(GC.GetTotalAllocatedBytes(true) - before) / count:0.00} B allocated a record");
        }

        Directory.Delete(directory, true);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private delegate long Use(ChangelogRecord record, byte[] line);

    private sealed class Discard : ICoalescedSink
    {
        public void Take(ChangelogRecord record) { }
    }

    /// <summary>A device that gives prepared records as fast as it is asked.</summary>
    private sealed class MemoryChangelog(byte[] bytes) : IChangelogDevice
    {
        public string Mdt => "lab-MDT0000";

        public int Clears { get; private set; }

        public IChangelogStream Open(ulong firstIndex) => new Reading(bytes);

        public void Clear(string user, ulong index) => Clears++;

        public ChangelogUsers? ReadUsers() => null;

        private sealed class Reading(byte[] bytes) : IChangelogStream
        {
            private int _at;

            public int Read(Span<byte> buffer)
            {
                int start = _at;
                while (ChangelogRecord.TryParse(bytes.AsSpan(_at), out ChangelogRecord record) == ChangelogError.None && _at - start + record.Length <= buffer.Length)
                    _at += record.Length;
                bytes.AsSpan(start, _at - start).CopyTo(buffer);
                return _at - start;
            }

            public void Seek(ulong index) { }

            public ChangelogPoll Poll(TimeSpan timeout) => ChangelogPoll.Readable;

            public void Dispose() { }
        }
    }
}
