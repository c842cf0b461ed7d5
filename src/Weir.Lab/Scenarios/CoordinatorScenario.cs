using System.Diagnostics;
using Weir.Coordinator.Core;
using Weir.Coordinator.Scheduling;
using Weir.Feed.Log;
using Weir.Lab.Coordinators;
using Weir.Lab.Disks;
using Weir.Lab.Mdt;
using Weir.Lab.Time;
using Weir.Lustre;

namespace Weir.Lab.Scenarios;

/// <summary>
/// Simulated MDTs whose requests go to a coordinator, and simulated agents of several speeds that come, go, crash and hang; the coordinator is
/// killed and the power lost on the way. Simulated time, on a simulated disk. In the end every request must have ended, and nobody been handed what
/// was not his to have.
/// </summary>
public sealed class CoordinatorScenario
{
    private const int MaxFailures = 20;

    /// <summary>Simulated seconds in which all that is left must end once nothing goes wrong any more.</summary>
    private const int MostLeft = 7200;

    private readonly int _seed;
    private readonly TimeSpan _length;
    private readonly Random _random;
    private readonly MdtCluster _cluster;
    private readonly SimulatedDisk _disk;
    private readonly ManualTimeProvider _time;
    private readonly IReadOnlyList<SimulatedAgent> _agents;
    private readonly LabCoordinator _lab;
    private SimulatedProcess? _process;
    private long _kills;

    /// <param name="directory">Of the MDTs' files; none are written.</param>
    /// <param name="seed">What happens.</param>
    /// <param name="length">How much simulated time passes.</param>
    public CoordinatorScenario(string directory, int seed, TimeSpan length)
    {
        _seed = seed;
        _length = length;
        _random = new(seed);
        _disk = new(seed);
        _cluster = new(directory, MdtClusterOptions.Default with { Seed = seed, MdtCount = 2, ArrivalsPerSecond = 1, MaxRequests = 100_000, FailOversPerHour = 0, ActiveRequestTimeout = TimeSpan.FromDays(31) });
        _time = new(_cluster.Now);
        _agents = Fleet.Make(seed, strength: 1);
        _lab = new(_cluster, _time, Options(seed), new() { SnapshotBytes = 200_000 }, _agents);
    }

    /// <summary>What the coordinator of the laboratory does: users share fairly, a blocking restore comes before others, who left work waits for more.</summary>
    internal static CoordinatorOptions Options(int seed) => CoordinatorOptions.Default with
    {
        Seed = seed,
        MaxLead = 4,
        ClientGrace = TimeSpan.FromSeconds(30),
        Classes = [new() { Name = "waited-for", Actions = [HsmAction.Restore], Blocking = true, FairBy = FairBy.Uid }],
        DefaultClass = SchedulingClass.Default with { FairBy = FairBy.Uid, StuckAfter = TimeSpan.FromMinutes(10) },
        BackOff = new(),
    };

    public async Task<CoordinatorReport> RunAsync(CancellationToken cancellationToken = default)
    {
        long started = Stopwatch.GetTimestamp();
        await StartAsync().ConfigureAwait(false);
        for (DateTimeOffset end = _cluster.Now + _length; _cluster.Now < end && _lab.Violations.Count < MaxFailures;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_random.Next(200) == 0) _disk.Faults.At(_disk.Operations + _random.Next(1, 30), _random.Next(2) == 0 ? DiskFault.PowerLossBefore((Unsynced)_random.Next(3)) : DiskFault.KillWithin(_random.Next(1, 5000)));
            await StepAsync().ConfigureAwait(false);
        }

        foreach (string left in await FinishAsync(cancellationToken).ConfigureAwait(false)) _lab.Violations.Add(left);
        return new()
        {
            Length = _length,
            Duration = Stopwatch.GetElapsedTime(started),
            Agents = _agents.Count,
            Requests = _cluster.Counts.Requests,
            HandedOut = _lab.HandedOut,
            Troubles = _agents.Sum(agent => agent.Troubles),
            Kills = _kills,
            FairnessChecks = _lab.FairnessChecks,
            Failures = [.. _lab.Violations.Take(MaxFailures)],
        };
    }

    /// <summary>Nothing goes wrong any more: all that was asked for until now ends. Gives what does not.</summary>
    private async Task<IEnumerable<string>> FinishAsync(CancellationToken cancellationToken)
    {
        _disk.Faults.Clear();
        foreach (SimulatedAgent agent in _agents) agent.Behaviour = agent.Behaviour.Calm() with { ArchiveIds = [] };
        HashSet<(Fid, ulong)> asked = [.. _cluster.Mdts.SelectMany(mdt => mdt.Actions).Select(action => (action.Fid, action.Cookie))];
        for (int second = 0; second < MostLeft && Open(asked).Any() && _lab.Violations.Count < MaxFailures; second++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await StepAsync().ConfigureAwait(false);
        }

        return Open(asked).Select(action => $"seed {_seed}: {action} has not ended");
    }

    private IEnumerable<TrueAction> Open(HashSet<(Fid, ulong)> asked) =>
        _cluster.Mdts.SelectMany(mdt => mdt.Actions).Where(action => !action.Status.IsFinal() && asked.Contains((action.Fid, action.Cookie)));

    private async Task StepAsync()
    {
        if (_lab.Core is null && _random.Next(4) == 0) await StartAsync().ConfigureAwait(false);
        try
        {
            await _lab.StepAsync().ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or SimulatedCrashException)
        {
            Fail();
        }
    }

    private async Task StartAsync()
    {
        _process = _disk.StartProcess("coordinator");
        try
        {
            await _lab.StartAsync(new LogEngine(new() { Directory = "/feed", Disk = _process, Time = _time })).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or SimulatedCrashException)
        {
            Fail();
        }
    }

    private void Fail()
    {
        _kills++;
        _disk.Faults.Clear();
        _lab.Kill();
        if (_process is { IsAlive: true }) _process.Kill();
        _disk.PowerOn();
    }
}
