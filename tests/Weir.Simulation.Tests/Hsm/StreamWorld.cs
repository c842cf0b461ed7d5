using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Hsm;
using Weir.Hsm.Following;
using Weir.Hsm.Live;
using Weir.Hsm.Maintenance;
using Weir.Hsm.Reconciling;
using Weir.Hsm.Shipping;
using Weir.Lab.Disks;
using Weir.Lab.Mdt;
using Weir.Lab.Time;

namespace Weir.Simulation.Tests.Hsm;

/// <summary>
/// MDTs that work and fail over, a shipper and a janitor that crash, a disk that loses its power or cannot be written for a while, and a reader that
/// follows all of it: over simulated days, the same for the same seed.
/// </summary>
internal sealed class StreamWorld : IAsyncDisposable
{
    public static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Heartbeat = TimeSpan.FromHours(1);
    public static readonly TimeSpan Refresh = TimeSpan.FromHours(4);
    public static readonly TimeSpan JanitorInterval = TimeSpan.FromMinutes(10);

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-stream-").FullName;
    private readonly ManualTimeProvider _time;
    private readonly SimulatedDisk _disk;
    private readonly MdtCluster _cluster;
    private readonly Random _random;
    private readonly ActionLayout _layout;
    private readonly Queue<DateTimeOffset> _arrivals = new();
    private SimulatedProcess? _shipperProcess;
    private LogEngine? _shipperEngine;
    private Shipper? _shipper;
    private LogEngine? _janitorEngine;
    private Janitor? _janitor;
    private LogEngine _readerEngine;
    private ActionFollower _reader;
    private DateTimeOffset _nextRound;
    private DateTimeOffset _awayUntil;

    public StreamWorld(int seed, ActionLayout layout)
    {
        var options = new MdtClusterOptions
        {
            Seed = seed,
            MdtCount = 3,
            ArrivalsPerSecond = 0.02,
            MeanBurst = 4,
            StuckProbability = 0.06,
            ActiveRequestTimeout = TimeSpan.FromHours(11),
            CatalogSlots = 3,
            RecordsPerLog = 120,
            FailOversPerHour = 0.2,
            MeanOutage = TimeSpan.FromMinutes(20),
        };
        _layout = layout;
        _random = new(seed);
        _time = new(options.Start);
        _disk = new(seed);
        _cluster = new(Path.Combine(_directory, "lustre"), options)
        {
            Observer = change =>
            {
                if (change.Before is null && !change.IsDeleted) _arrivals.Enqueue(change.Time);
            },
        };
        _readerEngine = OpenEngine(_disk.StartProcess("reader"));
        _reader = new(_readerEngine);
    }

    public DateTimeOffset Now => _cluster.Now;

    public int Crashes { get; private set; }

    public int PowerLosses { get; private set; }

    public int Outages { get; private set; }

    public long Removed { get; private set; }

    /// <summary>How often each thing has happened to the MDTs.</summary>
    public MdtCounts Counts => _cluster.Counts;

    /// <summary>One poll interval in which anything may go wrong.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        _cluster.Advance(PollInterval);
        _time.Advance(PollInterval);
        _cluster.WriteFiles();
        await BreakAsync();
        if (Now >= _awayUntil) _disk.IsReadOnly = false;
        await Shipper().RunCycleAsync(cancellationToken);
        if (Now >= _nextRound) await SweepAsync(cancellationToken);
        if (_random.Next(5) == 0) await _reader.CatchUpAsync(cancellationToken);
    }

    /// <summary>Lets everything settle, then checks what must hold.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        _disk.IsReadOnly = false;
        _cluster.WriteFiles(clean: true);

        // The first look after a failed flush opens the topic again; a catalog that has wrapped, or a file that lost lines before, purges with
        // the second look.
        int succeeded = 0;
        for (int poll = 0; poll < 5 && succeeded < 2; poll++)
        {
            CycleReport report = await Shipper().RunCycleAsync(cancellationToken);
            succeeded = report.Succeeded ? succeeded + 1 : 0;
            Assert.True(report.Succeeded || poll < 3, string.Join("; ", report.Problems));
        }

        await SweepAsync(cancellationToken);
        await using var reconciler = new Reconciler(_readerEngine, new() { Actions = [_cluster.Glob] });
        ReconcileReport compared = await reconciler.CompareAsync(cancellationToken);
        Assert.True(compared.Problems.Count == 0 || _cluster.Mdts.All(mdt => !mdt.IsUp), string.Join("; ", compared.Problems));
        Assert.All(compared.Mdts, mdt => Assert.Equal((0, 0, 0, null), (mdt.Missing, mdt.Extra, mdt.Different, mdt.Problem)));
        Assert.Equal(_cluster.Mdts.Where(mdt => mdt.IsUp).Sum(mdt => mdt.ActionCount), compared.Mdts.Sum(mdt => mdt.InStream));

        await using var fresh = new ActionFollower(_readerEngine);
        await fresh.CatchUpAsync(cancellationToken);
        await _reader.CatchUpAsync(cancellationToken);
        Assert.Equal(Describe(fresh.Live), Describe(_reader.Live));

        // Since the oldest state record at most a refresh interval has passed, or the MDT is down: an action of that time makes a NEW, few
        // changes and a PURGED, and one that lasts a refresh and four heartbeats.
        long records = 0;
        foreach (FollowedTopic topic in fresh.Topics) records += (await _readerEngine.DescribeAsync(topic.Name, cancellationToken))!.Count;
        while (_arrivals.TryPeek(out DateTimeOffset arrival) && arrival < Now - Refresh - (2 * JanitorInterval)) _arrivals.Dequeue();
        bool isAnyDown = _cluster.Mdts.Any(mdt => !mdt.IsUp);
        long bound = 8 * (fresh.Live.Count + _arrivals.Count) + 50;
        Assert.True(records <= bound || isAnyDown, $"{records} records for {fresh.Live.Count} live actions and {_arrivals.Count} arrivals; at most {bound} are allowed");
    }

    public async ValueTask DisposeAsync()
    {
        await _reader.DisposeAsync();
        if (_janitor is not null) await _janitor.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task BreakAsync()
    {
        switch (_random.Next(400))
        {
            case < 3:
                KillShipper();
                break;
            case 3:
                await DropJanitorAsync();
                break;
            case 4:
                await LosePowerAsync();
                break;
            case 5:
                _disk.IsReadOnly = true;
                _awayUntil = Now + TimeSpan.FromMinutes(_random.Next(1, 30));
                Outages++;
                break;
            default:
                break;
        }
    }

    private void KillShipper()
    {
        _shipperProcess?.Kill();
        _shipper = null;
        Crashes++;
    }

    private async Task DropJanitorAsync()
    {
        if (_janitor is not null) await _janitor.DisposeAsync();
        _janitor = null;
        Crashes++;
    }

    private async Task LosePowerAsync()
    {
        _disk.PowerLoss();
        _disk.PowerOn();
        _shipper = null;
        await DropJanitorAsync();
        await _reader.DisposeAsync();
        _readerEngine = OpenEngine(_disk.StartProcess("reader"));
        _reader = new(_readerEngine);
        PowerLosses++;
    }

    private Shipper Shipper()
    {
        if (_shipper is not null) return _shipper;
        _shipperProcess = _disk.StartProcess("shipper");
        _shipperEngine = OpenEngine(_shipperProcess);
        return _shipper = new(
            new()
            {
                Actions = [_cluster.Glob],
                SnapshotPath = "/ship/ship.snapshot",
                Layout = _layout,
                HeartbeatInterval = Heartbeat,
                RefreshInterval = Refresh,
                HostName = "mds",
                Disk = _shipperProcess,
                Time = _time,
            },
            _shipperEngine);
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        _nextRound = Now + JanitorInterval;
        if (_janitor is null)
        {
            _janitorEngine = OpenEngine(_disk.StartProcess("janitor"));
            _janitor = new(_janitorEngine, new() { Time = _time }, NullLogger.Instance);
        }

        try
        {
            Removed += (await _janitor.RunRoundAsync(cancellationToken)).Removed;
        }
        catch (FeedException) when (_disk.IsReadOnly)
        {
            // The next round goes on.
        }
    }

    private LogEngine OpenEngine(SimulatedProcess process) => new(new() { Directory = "/feed", Disk = process, Time = _time, SegmentBytes = 64 * 1024 });

    private static List<string> Describe(LiveActions live)
    {
        var all = new List<string>();
        foreach (MdtActions mdt in live.Mdts)
        {
            foreach (LiveAction action in mdt)
            {
                all.Add($"{action.Mdt} {action.Fid} {action.ActionText} {action.StatusText} {action.Cookie} {action.Index} {action.FirstSeen:u} {action.StatusSince:u} {action.LastEvent:u} {action.LastState}");
            }
        }

        all.Sort(StringComparer.Ordinal);
        return all;
    }
}
