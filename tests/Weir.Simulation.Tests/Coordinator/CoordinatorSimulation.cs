using Weir.Coordinator.Core;
using Weir.Coordinator.Scheduling;
using Weir.Feed.Log;
using Weir.Lab.Coordinators;
using Weir.Lab.Disks;
using Weir.Lab.Mdt;
using Weir.Lab.Time;
using Weir.Lustre;
using Weir.Simulation.Tests.Hsm;

namespace Weir.Simulation.Tests.Coordinator;

/// <summary>
/// A coordinator between simulated MDTs and agents that crash, hang, lie and lose their connections, on a disk that fails, in a process that
/// is killed at any point. In the end every request has ended, and nobody was handed what was not his to have.
/// </summary>
internal sealed class CoordinatorSimulation : IDisposable
{
    private readonly string _files = Directory.CreateTempSubdirectory("weir-sim-").FullName;
    private readonly Random _random;
    private readonly MdtCluster _cluster;
    private readonly SimulatedDisk _disk;
    private readonly ManualTimeProvider _time;
    private readonly SimulatedAgent[] _agents;
    private readonly LabCoordinator _lab;
    private readonly bool _isFair;
    private readonly bool _hasBatches;
    private SimulatedProcess _process = null!;

    /// <param name="seed">What happens.</param>
    /// <param name="isFair">Users share fairly, everything waits for all agents, many requests have flags of their own, and there is more to do than the agents manage.</param>
    public CoordinatorSimulation(int seed, bool isFair = false)
    {
        _random = new(seed);
        _isFair = isFair;
        _hasBatches = !isFair && _random.Next(3) == 0;
        _disk = new(seed);
        _cluster = new(_files, ClusterOptions(seed));
        _time = new(_cluster.Now);
        _agents = [.. Enumerable.Range(0, _random.Next(2, 6)).Select(index => new SimulatedAgent($"mover{index}", Behaviour(index), (seed * 31) + index))];
        _lab = new(_cluster, _time, Options(seed), new() { SnapshotBytes = 20_000, SlotsPerTurn = 16 }, _agents);
    }

    public int Kills { get; private set; }

    public long HandedOut => _lab.HandedOut;

    public long FairnessChecks => _lab.FairnessChecks;

    public int Troubles => _agents.Sum(agent => agent.Troubles);

    public async Task RunAsync()
    {
        await StartAsync();
        for (int second = _random.Next(100, 400); second > 0; second--)
        {
            if (_random.Next(25) == 0) PlanTrouble();
            await StepAsync();
            if (_lab.Core is not null && _random.Next(80) == 0) Kill();
            Assert.True(_lab.Violations.Count == 0, string.Join(' ', _lab.Violations));
        }

        await CalmDownAsync();
    }

    public void Dispose() => Directory.Delete(_files, recursive: true);

    /// <summary>Nothing goes wrong any more, and nothing new comes: all that was asked for ends.</summary>
    private async Task CalmDownAsync()
    {
        _disk.Faults.Clear();
        foreach (SimulatedAgent agent in _agents) agent.Behaviour = agent.Behaviour.Calm() with { ArchiveIds = [], MeanRunTime = TimeSpan.FromSeconds(1), MaxOfEach = 50 };
        if (_lab.Core is not null) Kill();
        HashSet<(Fid, ulong)> asked = [.. _cluster.Mdts.SelectMany(mdt => mdt.Actions).Select(action => (action.Fid, action.Cookie))];
        for (int second = 0; second < 5000 && IsAnyOpen(asked); second++)
        {
            await StepAsync();
            Assert.True(_lab.Violations.Count == 0, string.Join(' ', _lab.Violations));
        }

        Assert.False(IsAnyOpen(asked), $"Not ended although everybody works: {Describe(asked)}");
    }

    private bool IsAnyOpen(HashSet<(Fid, ulong)> asked) =>
        _cluster.Mdts.SelectMany(mdt => mdt.Actions).Any(action => !action.Status.IsFinal() && asked.Contains((action.Fid, action.Cookie)));

    private string Describe(HashSet<(Fid, ulong)> asked) => string.Join("; ", _cluster.Mdts.SelectMany(mdt => mdt.Actions)
        .Where(action => !action.Status.IsFinal() && asked.Contains((action.Fid, action.Cookie))).Take(3)
        .Select(action => $"{action} is {string.Join(", ", _lab.Core?.Explain(action.Cookie).Select(found => $"{found} because {string.Join(' ', found.Reasons)}") ?? ["down"])}"));

    private async Task StepAsync()
    {
        if (_lab.Core is null && _random.Next(4) == 0) await StartAsync();
        try
        {
            await _lab.StepAsync();
        }
        catch (Exception failed) when (failed is IOException or SimulatedCrashException)
        {
            _disk.Faults.Clear();
            Kill();
        }
    }

    private void Kill()
    {
        if (_lab.Core is null) return;
        Kills++;
        _lab.Kill();
        if (_process.IsAlive) _process.Kill();
        _disk.PowerOn();
    }

    private async Task StartAsync()
    {
        _process = _disk.StartProcess("coordinator");
        try
        {
            await _lab.StartAsync(new UnthreadedEngine(new LogEngine(new() { Directory = "/var/feed", Disk = _process, Time = _time, SegmentBytes = 30_000, IndexIntervalBytes = 4096 })));
        }
        catch (Exception failed) when (failed is IOException or SimulatedCrashException)
        {
            _disk.Faults.Clear();
            _process.Kill();
            _disk.PowerOn();
        }
    }

    private void PlanTrouble()
    {
        int bytes = _random.Next(2) == 0 ? _random.Next(1, 64) : _random.Next(1, 20_000);
        Unsynced unsynced = (Unsynced)_random.Next(3);
        _disk.Faults.At(_disk.Operations + _random.Next(1, 30), _random.Next(8) switch
        {
            0 => DiskFault.KillBefore(),
            1 => DiskFault.KillAfter(),
            2 => DiskFault.KillWithin(bytes),
            3 => DiskFault.PowerLossBefore(unsynced),
            4 => DiskFault.PowerLossAfter(unsynced),
            5 => DiskFault.PowerLossWithin(bytes, unsynced),
            6 => DiskFault.Fail(DiskError.NoSpace, _random.Next(2) * bytes),
            _ => DiskFault.Fail(DiskError.Io, _random.Next(2) * bytes),
        });
    }

    private CoordinatorOptions Options(int seed) => CoordinatorOptions.Default with
    {
        Seed = seed,
        MaxLead = 1 + (seed % 4),
        ClientGrace = TimeSpan.FromSeconds(_random.Next(5, 40)),
        Batches = _hasBatches ? new() { Idle = TimeSpan.FromSeconds(_random.Next(1, 5)), Max = TimeSpan.FromSeconds(_random.Next(5, 30)), SlotsPerAgent = _random.Next(1, 3) } : null,
        HostMappings = !_isFair && _random.Next(3) == 0 ? [new("tag=a", ["mover0", "mover1"]), new("tag=", ["mover0", "mover1"]) { IsConsistent = true, Groups = (ulong)_random.Next(5) }] : [],
        Classes = _random.Next(2) == 0 ? [new() { Name = "forced", Blocking = false, ArchiveIds = [1], FairBy = FairBy.Tag, RequeueByTime = true, StuckAfter = TimeSpan.FromSeconds(20) }] : [],
        DefaultClass = SchedulingClass.Default with { FairBy = _isFair || _random.Next(2) == 0 ? FairBy.Uid : FairBy.None, RequeueByTime = _random.Next(2) == 0 },
        BackOff = _random.Next(2) == 0 ? new() : null,
        ArchiveRates = _random.Next(4) == 0 ? new Dictionary<uint, RateLimit> { [1] = new(5, 10) } : new Dictionary<uint, RateLimit>(),
        AgentRate = _random.Next(4) == 0 ? new RateLimit(10, 3) : null,
        Reporting = _random.Next(4) == 0 ? new() { Hint = "tag", Interval = TimeSpan.FromSeconds(5) } : null,
    };

    private AgentBehaviour Behaviour(int index) => new()
    {
        MeanRunTime = TimeSpan.FromSeconds(_random.Next(1, 12)),
        MaxOfEach = !_isFair && _random.Next(5) == 0 ? -1 : _random.Next(1, 12),
        ArchiveIds = index == 0 || _random.Next(2) == 0 ? [] : [(uint)_random.Next(1, 4)],
        CrashProbability = _random.NextDouble() * 0.02,
        HangProbability = _random.NextDouble() * 0.02,
        DisconnectProbability = _random.NextDouble() * 0.05,
        LieProbability = _random.Next(3) == 0 ? 0.05 : 0,
        MeanAbsence = TimeSpan.FromSeconds(_random.Next(2, 40)),
    };

    private MdtClusterOptions ClusterOptions(int seed) => MdtClusterOptions.Default with
    {
        Seed = seed,
        MdtCount = _random.Next(1, 3),
        ArrivalsPerSecond = _isFair ? 4 : _hasBatches || _random.Next(2) == 0 ? 0.5 : 2,
        ForceProbability = _isFair ? _random.NextDouble() * 0.5 : 0.02,
        CancelProbability = _random.NextDouble() * 0.3,
        MeanRunTime = TimeSpan.FromSeconds(5),
        MaxRequests = 100_000,
        UserDataProbability = _hasBatches ? 0.02 : 0.5,
        FailOversPerHour = 0,
        ActiveRequestTimeout = TimeSpan.FromDays(31),
    };
}
