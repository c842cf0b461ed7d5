using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Erasure.Drives;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Making;
using Weir.Erasure.Drives.Walking;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Health.Issues;
using Weir.Health.Pacing;
using Weir.Health.Pools;
using Weir.Health.Scanning;
using Weir.Lab.Disks;

namespace Weir.Health.Tests.Scanning;

/// <summary>The process or the power goes at any moment of a scan, again and again: it goes on, looks at nothing twice that was durable, and loses and doubles nothing.</summary>
public sealed class ScanCrashTests
{
    private const int Objects = 40, Batch = 4;

    private static int Runs => Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1" ? 200 : 4;

    [Fact]
    public async Task A_scan_survives_whatever_ends_the_process()
    {
        using var directory = new TemporaryDirectory();
        DriveTree tree = DriveTree.Create(new() { Directory = directory.Path, Data = 2, Parity = 2, Drives = 8 });
        int damaged = 0;
        for (int i = 0; i < Objects; i++)
        {
            var name = ObjectName.Create("bucket", $"{i:d3}");
            tree.Put(name, new SeededStream(i, 500));
            if (i % 4 != 0) continue;
            Directory.Delete(tree.Drives.Select(drive => Path.Combine(drive, "bucket", $"{i:d3}")).First(Directory.Exists), recursive: true);
            damaged++;
        }

        for (int run = 0; run < Runs; run++)
        {
            int seed = Random.Shared.Next();
            try
            {
                await new Life(tree, seed, damaged).RunAsync();
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw new InvalidOperationException($"seed {seed}: {error.Message}", error);
            }
        }
    }

    private sealed class Life(DriveTree tree, int seed, int damaged)
    {
        private static readonly ScanRequest Request = new() { Strategy = ScanStrategy.Full };

        private readonly Random _random = new(seed);
        private readonly SimulatedDisk _disk = new(seed);
        private readonly FixedPolicies _policies = new();
        private readonly WatchedDisk _drives = new();
        private string? _id;
        private long _seen;
        private int _crashes;

        public async Task RunAsync()
        {
            while (!await LiveAsync())
            {
                Assert.True(++_crashes < 500);
            }
        }

        /// <summary>One process; true when the scan has ended.</summary>
        private async Task<bool> LiveAsync()
        {
            if (_random.Next(4) > 0) _disk.Faults.At(_disk.Operations + _random.Next(1, 120), NextFault());
            SimulatedProcess process = _disk.Main;
            LogEngine? engine = null;
            Pacer? pacer = null;
            PoolSet? pools = null;
            try
            {
                engine = new LogEngine(new() { Directory = "/feed", Disk = _disk.Main });
                pacer = new(_policies, TimeProvider.System);
                pools = new(new() { Pools = [new("pool0", tree.Drives)], Disk = _drives }, pacer, NullLogger.Instance);
                IssueBook issues = await IssueBook.OpenAsync(engine, new() { StateDirectory = "/state", Policies = _policies, Disk = _disk.Main, RetryInterval = TimeSpan.FromMilliseconds(2), ChangesBetweenSnapshots = 3 }, ScanBench.Ended);
                using var scans = new ScanService(engine, pools, pacer, _policies, issues, new()
                {
                    StateDirectory = "/state",
                    Disk = _disk.Main,
                    BatchObjects = Batch,
                    RetryInterval = TimeSpan.FromMilliseconds(2),
                    StopPatience = TimeSpan.FromMilliseconds(1),
                    Random = new Random(_random.Next()),
                });
                // The request counts from when it was said to be taken in.
                // One that was not said to be taken in may have been, all the same.
                if (_id is null && scans.List() is [var kept, ..]) _id = kept.Id;
                if (_id is null) _id = (await scans.StartAsync(Request, ScanBench.Ended)).Id;
                ScanStatus? found = scans.Find(_id);
                // Who died while reading knows nothing.
                if (found is null && (_disk.IsDown || !process.IsAlive)) return false;
                ScanStatus status = found ?? throw new InvalidOperationException("the scan is lost");
                Assert.True(status.ObjectsScanned >= _seen - Batch, $"{status.ObjectsScanned} objects after {_seen}");
                if (status.State == ScanState.Completed)
                {
                    await CheckAsync(engine, scans, issues, status);
                    return true;
                }

                Dictionary<int, string> positions = Positions();
                _drives.Begin();
                using var ending = new CancellationTokenSource();
                Task running = scans.RunAsync(ending.Token);
                await Eventually.Is(() => _disk.IsDown || !process.IsAlive || scans.Find(_id)!.State == ScanState.Completed, () => $"seed {seed}: {scans.Find(_id)}");
                _seen = scans.Find(_id)!.ObjectsScanned;
                await ending.CancelAsync();
                await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                foreach ((string root, string path) in _drives.Read)
                {
                    if (positions.TryGetValue(tree.Drives.ToList().IndexOf(root) / 4, out string? done)) Assert.True(WalkRules.Compare(path, done) >= 0, $"{path} was looked at again behind {done}");
                }
            }
            catch (Exception error) when (error is IOException or FeedException or HealthException { Code: "state_unwritable" })
            {
                // The disk went away in between.
            }
            finally
            {
                pools?.Dispose();
                pacer?.Dispose();
                if (engine is not null) await DropAsync(engine);
                _disk.Faults.Clear();
                _disk.PowerOn();
                if (!_disk.Main.IsAlive) _disk.KillProcess();
            }

            return false;
        }

        /// <summary>By set: what is durable of the scan.</summary>
        private Dictionary<int, string> Positions()
        {
            using var file = System.Text.Json.JsonDocument.Parse(_disk.Content($"/state/scans/{_id}.json"));
            return file.RootElement.GetProperty("positions").EnumerateObject().ToDictionary(unit => unit.Name[^1] - '0', unit => unit.Value.GetString()!);
        }

        private async Task CheckAsync(LogEngine engine, ScanService scans, IssueBook issues, ScanStatus status)
        {
            Assert.Equal((Objects, damaged), (status.ObjectsScanned, status.IssuesDetected));
            Assert.Equal(damaged, scans.Issues(_id!, 0, 1000).Select(issue => issue.Id).Distinct().Count());
            Assert.Equal(damaged, issues.Query(new() { Limit = 1000 }).Total);
            Assert.Equal(damaged, issues.DetectedBySeverity.Values.Sum());
            var ids = new Dictionary<string, string>();
            await using ITopicCursor cursor = engine.OpenCursor(HealthTopics.Issues, RecordId.Zero);
            for (RecordPage page = await cursor.ReadAsync(ScanBench.Ended); !page.IsEmpty; page = await cursor.ReadAsync(ScanBench.Ended))
            {
                foreach (RecordView record in page)
                {
                    using var data = System.Text.Json.JsonDocument.Parse(record.Data.ToArray());
                    string name = data.RootElement.GetProperty("object").GetString()!, id = data.RootElement.GetProperty("id").GetString()!;
                    Assert.Equal("HealthIssueDetected", System.Text.Encoding.UTF8.GetString(record.Type));
                    if (!ids.TryAdd(name, id)) Assert.Equal(ids[name], id);
                }
            }

            Assert.Equal(damaged, ids.Count);
        }

        private DiskFault NextFault() => _random.Next(6) switch
        {
            0 => DiskFault.PowerLossBefore(Unsynced.Lost),
            1 => DiskFault.PowerLossAfter(Unsynced.Random),
            2 => DiskFault.PowerLossWithin(_random.Next(1, 200), Unsynced.Random),
            3 => DiskFault.KillBefore(),
            4 => DiskFault.KillAfter(),
            _ => DiskFault.KillWithin(_random.Next(1, 200)),
        };

        private static async Task DropAsync(LogEngine engine)
        {
            try
            {
                await engine.DisposeAsync();
            }
            catch (Exception error) when (error is IOException or FeedException)
            {
                // It is dead.
            }
        }
    }

    /// <summary>The drives; knows in which order a process looked at objects.</summary>
    private sealed class WatchedDisk : IDriveDisk
    {
        private readonly ConcurrentQueue<(string Root, string Path)> _read = new();

        public IEnumerable<(string Root, string Path)> Read => _read;

        public void Begin() => _read.Clear();

        public IDriveFile? OpenRead(string root, string relativePath) => LocalDriveDisk.Instance.OpenRead(root, relativePath);

        public DriveEntry? Stat(string root, string relativePath) => LocalDriveDisk.Instance.Stat(root, relativePath);

        public void List(string root, string relativePath, DriveEntryVisitor visit) => LocalDriveDisk.Instance.List(root, relativePath, visit);

        public int ReadStart(string root, string relativePath, Span<byte> buffer)
        {
            if (relativePath.EndsWith("/xl.meta", StringComparison.Ordinal)) _read.Enqueue((root, relativePath[..^"/xl.meta".Length]));
            return LocalDriveDisk.Instance.ReadStart(root, relativePath, buffer);
        }

        public DriveSpace Space(string root) => LocalDriveDisk.Instance.Space(root);
    }
}
