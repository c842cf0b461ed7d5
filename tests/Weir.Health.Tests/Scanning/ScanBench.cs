using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Erasure.Drives.Disks;
using Weir.Erasure.Drives.Making;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Health.Issues;
using Weir.Health.Pacing;
using Weir.Health.Pools;
using Weir.Health.Scanning;

namespace Weir.Health.Tests.Scanning;

/// <summary>Drives in a temporary directory, a feed beside them, and the scans of one process after another.</summary>
internal sealed class ScanBench : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogEngine _log;
    private CancellationTokenSource _ending = new();
    private Task _running = Task.CompletedTask;

    public ScanBench(int data = 2, int parity = 2, int drives = 0, int batch = 10_000, TimeProvider? time = null)
    {
        Tree = DriveTree.Create(new() { Directory = _directory.Path, Data = data, Parity = parity, Drives = drives, Time = time ?? TimeProvider.System });
        Time = time ?? TimeProvider.System;
        BatchObjects = batch;
        _log = new LogEngine(new() { Directory = _directory.Below("feed") });
        Feed = _log;
    }

    public DriveTree Tree { get; }

    public TimeProvider Time { get; }

    public int BatchObjects { get; set; }

    public TimeSpan BatchTime { get; set; } = TimeSpan.FromSeconds(1);

    public IFeedEngine Feed { get; set; }

    public IDriveDisk Disk { get; set; } = LocalDriveDisk.Instance;

    public FixedPolicies Policies { get; } = new();

    public string StateDirectory => _directory.Below("state");

    public Pacer Pacer { get; private set; } = null!;

    public PoolSet Pools { get; private set; } = null!;

    public IssueBook Issues { get; private set; } = null!;

    public ScanService Scans { get; private set; } = null!;

    public static CancellationToken Ended => TestContext.Current.CancellationToken;

    public string Below(string name) => _directory.Below(name);

    /// <summary>Opens the parts without scanning.</summary>
    public async Task OpenAsync()
    {
        Pacer = new(Policies, Time);
        Pools = new(new() { Pools = [new("pool0", Tree.Drives)], Time = Time, Disk = Disk, CheckInterval = TimeSpan.FromSeconds(1) }, Pacer, NullLogger.Instance);
        Issues = await IssueBook.OpenAsync(Feed, new() { StateDirectory = StateDirectory, Policies = Policies, Time = Time, RetryInterval = TimeSpan.FromMilliseconds(20) }, Ended);
        Scans = new(Feed, Pools, Pacer, Policies, Issues, new()
        {
            StateDirectory = StateDirectory,
            BatchObjects = BatchObjects,
            BatchTime = BatchTime,
            Time = Time,
            RetryInterval = TimeSpan.FromMilliseconds(20),
        });
    }

    /// <summary>Opens the parts and scans.</summary>
    public async Task StartAsync()
    {
        await OpenAsync();
        Run();
    }

    public void Run()
    {
        _ending = new();
        _running = Scans.RunAsync(_ending.Token);
    }

    /// <summary>Ends the process, as it were; in an orderly way.</summary>
    public async Task StopAsync()
    {
        await _ending.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Scans.Dispose();
        await Issues.DisposeAsync();
        Pools.Dispose();
        Pacer.Dispose();
    }

    public async Task<ScanStatus> ScanAsync(ScanRequest request)
    {
        ScanStatus started = await Scans.StartAsync(request, Ended);
        return await EndOf(started.Id);
    }

    public async Task<ScanStatus> EndOf(string id)
    {
        await Eventually.Is(() => Scans.Find(id) is { State: ScanState.Completed or ScanState.Cancelled or ScanState.Failed }, () => $"{id} is {Scans.Find(id)}");
        return Scans.Find(id)!;
    }

    /// <summary>The records of a topic: type and data.</summary>
    public async Task<List<(string Type, JsonElement Data)>> ReadAsync(string topic)
    {
        var records = new List<(string, JsonElement)>();
        await using ITopicCursor cursor = Feed.OpenCursor(topic, RecordId.Zero);
        while (true)
        {
            RecordPage page = await cursor.ReadAsync(Ended);
            if (page.IsEmpty) return records;
            foreach (RecordView record in page)
            {
                using JsonDocument document = JsonDocument.Parse(record.Data.ToArray());
                records.Add((System.Text.Encoding.UTF8.GetString(record.Type), document.RootElement.Clone()));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Scans is not null) await StopAsync();
        await _log.DisposeAsync();
        _directory.Dispose();
    }
}
