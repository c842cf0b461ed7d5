using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Hsm;
using Weir.Hsm.Shipping;
using Weir.Lab.Disks;
using Weir.Lab.Mdt;
using Weir.Lab.Scenarios;
using Weir.Lab.Time;

namespace Weir.Simulation.Tests.Hsm;

/// <summary>
/// A shipper between simulated MDTs and a feed on a simulated disk, while processes are killed, the power goes and calls fail. At quiet
/// moments the feed tells the truth.
/// </summary>
internal sealed class ShippingSimulation : IDisposable
{
    private const string FeedDirectory = "/var/feed";

    private readonly string _files = Directory.CreateTempSubdirectory("weir-sim-").FullName;
    private readonly Random _random;
    private readonly int _seed;
    private readonly ActionLayout _layout;
    private readonly MdtCluster _cluster;
    private readonly SimulatedDisk _disk;
    private readonly ManualTimeProvider _time;
    private readonly TimeSpan _heartbeat;
    private SimulatedProcess _process = null!;
    private UnthreadedEngine _engine = null!;
    private Shipper _shipper = null!;
    private bool _isTrimmed;
    private bool _mayHaveGaps;

    public ShippingSimulation(int seed)
    {
        _seed = seed;
        _random = new(seed);
        _layout = _random.Next(3) == 0 ? ActionLayout.Single : ActionLayout.PerMdt;
        _cluster = new(_files, ClusterOptions());
        _disk = new(seed);
        _time = new(_cluster.Now);
        _heartbeat = TimeSpan.FromSeconds(_random.Next(30, 300));
        Start();
    }

    public int Crashes { get; private set; }

    public int Failures { get; private set; }

    public async Task RunAsync()
    {
        for (int round = 0; round < 6; round++)
        {
            for (int poll = _random.Next(2, 9); poll > 0; poll--) await TroubleAsync();
            await CalmAsync();
            await MaintainAsync();
        }

        await StartWithoutSnapshotAsync();
    }

    public void Dispose() => Directory.Delete(_files, recursive: true);

    /// <summary>A poll in which something may go wrong at any moment.</summary>
    private async Task TroubleAsync()
    {
        Advance(TimeSpan.FromSeconds(_random.Next(1, 60)));
        _cluster.WriteFiles();
        if (_random.Next(3) > 0) PlanTrouble();
        CycleReport report = _random.Next(4) == 0 ? await _shipper.RunOnceAsync() : await _shipper.RunCycleAsync();
        if (!report.Succeeded) Failures++;
        _disk.Faults.Clear();
        if (_process.IsAlive && _random.Next(8) == 0) _process.Kill();
        if (_process.IsAlive) return;
        Crashes++;
        _disk.PowerOn();
        Start();
    }

    private void PlanTrouble()
    {
        long operation = _disk.Operations + _random.Next(1, 40);
        int bytes = _random.Next(2) == 0 ? _random.Next(1, 64) : _random.Next(1, 50_000);
        Unsynced unsynced = (Unsynced)_random.Next(3);

        // Of a batch that was never acknowledged any sectors may be there; what is intact among them is kept.
        _mayHaveGaps |= unsynced == Unsynced.Random;
        DiskFault fault = _random.Next(9) switch
        {
            0 => DiskFault.KillBefore(),
            1 => DiskFault.KillAfter(),
            2 => DiskFault.KillWithin(bytes),
            3 => DiskFault.PowerLossBefore(unsynced),
            4 => DiskFault.PowerLossAfter(unsynced),
            5 => DiskFault.PowerLossWithin(bytes, unsynced),
            6 => DiskFault.Fail(DiskError.NoSpace, _random.Next(2) * bytes),
            _ => DiskFault.Fail(DiskError.Io, _random.Next(2) * bytes),
        };
        if (_random.Next(6) == 0) _disk.Faults.AtLook(_disk.Looks + _random.Next(1, 40), DiskFault.Fail(DiskError.Io));
        else _disk.Faults.At(operation, fault);
    }

    /// <summary>All MDTs are up, their files are whole, nothing fails: after two polls the feed tells the truth and each thing once.</summary>
    private async Task CalmAsync()
    {
        while (_cluster.Mdts.Any(mdt => !mdt.IsUp)) Advance(TimeSpan.FromSeconds(5));
        _cluster.WriteFiles(clean: true);
        for (int poll = 0; poll < 2; poll++) Assert.Empty((await _shipper.RunCycleAsync()).Problems);
        ReplayCheck replay = await ReplayCheck.RunAsync(_engine, _isTrimmed);
        Assert.Empty(replay.Wrong);
        Assert.True(_mayHaveGaps || !replay.HasGaps);
        Assert.Empty(TruthComparison.Differences(_cluster, replay.Live));
        Assert.Equal(0, (await _shipper.RunCycleAsync()).EventsShipped);
        await CheckSourcesAsync();
    }

    /// <summary>Of each MDT it is said in turn that it is lost and that it is back, and all are back.</summary>
    private async Task CheckSourcesAsync()
    {
        var lost = new HashSet<string>(StringComparer.Ordinal);
        await using ITopicCursor cursor = _engine.OpenCursor(ActionTopics.Sources, RecordId.Zero);
        while (await cursor.ReadAsync() is { IsEmpty: false } page)
        {
            foreach (RecordView record in page)
            {
                Weir.Feed.Record said = record.ToRecord();
                Assert.True(said.Type == "SOURCE_LOST" ? lost.Add(said.Subject) : lost.Remove(said.Subject), $"{said.Id}: {said.Type} {said.Subject}");
            }
        }

        Assert.Empty(lost);
    }

    /// <summary>Trimming what no live action needs changes nothing that a reader finds, and an emptied topic is filled again.</summary>
    private async Task MaintainAsync()
    {
        ReplayCheck before = await ReplayCheck.RunAsync(_engine, _isTrimmed);
        switch (_random.Next(6))
        {
            case 0 or 1:
                _isTrimmed = true;
                foreach ((string topic, RecordId point) in before.TrimPoints(_layout)) await _engine.TrimAsync(topic, point);
                Assert.Equal(before.Describe(), (await ReplayCheck.RunAsync(_engine, _isTrimmed)).Describe());
                break;
            case 2:
                foreach (string topic in before.TrimPoints(_layout).Keys) await _engine.DeleteTopicAsync(topic);
                if (_random.Next(2) == 0) Start();
                break;
            default:
                break;
        }
    }

    private async Task StartWithoutSnapshotAsync()
    {
        await CalmAsync();
        ReplayCheck before = await ReplayCheck.RunAsync(_engine, _isTrimmed);
        if (_disk.FileExists(SnapshotPath)) _disk.Delete(SnapshotPath);
        _process.Kill();
        Start();
        CycleReport report = await _shipper.RunOnceAsync();
        Assert.Empty(report.Problems);
        Assert.Equal((0L, before.Live.Count), (report.EventsShipped, report.LiveActions));
        Assert.Equal(before.Describe(), (await ReplayCheck.RunAsync(_engine, _isTrimmed)).Describe());
    }

    private static string SnapshotPath => FeedDirectory + "/hsm/ship.snapshot";

    private void Start()
    {
        if (_process is { IsAlive: true }) _process.Kill();
        _process = _disk.StartProcess("shipper");
        _engine = new(new LogEngine(new()
        {
            Directory = FeedDirectory,
            Disk = _process,
            Time = _time,
            Logger = NullLogger.Instance,
            SegmentBytes = 60_000,
            IndexIntervalBytes = 4_096,
        }));
        _shipper = new(
            new()
            {
                Actions = [_cluster.Glob],
                SnapshotPath = SnapshotPath,
                Layout = _layout,
                HeartbeatInterval = _heartbeat,
                RefreshInterval = _heartbeat * 2.5,
                SnapshotInterval = TimeSpan.FromSeconds(90),
                Disk = _process,
                Time = _time,
                HostName = "sim",
            },
            _engine);
    }

    private void Advance(TimeSpan time)
    {
        _cluster.Advance(time);
        _time.Advance(time);
    }

    private MdtClusterOptions ClusterOptions() => MdtClusterOptions.Default with
    {
        Seed = _seed,
        MdtCount = _random.Next(1, 4),
        ArrivalsPerSecond = _random.Next(2) == 0 ? 0.3 : 2,
        MeanRunTime = TimeSpan.FromSeconds(_random.Next(5, 90)),
        HastyDeletionProbability = _random.NextDouble() * 0.5,
        GraceDelay = TimeSpan.FromSeconds(_random.Next(1, 90)),
        CatalogSlots = _random.Next(1, 5),
        RecordsPerLog = _random.Next(16, 128),
        StatusChangesMoveRecords = _random.Next(4) == 0,
        FailOversPerHour = _random.Next(2) * 20,
        TornFileProbability = _random.NextDouble() * 0.2,
        LostLineProbability = _random.NextDouble() * 0.2,
        GarbageProbability = _random.NextDouble() * 0.2,
    };
}
