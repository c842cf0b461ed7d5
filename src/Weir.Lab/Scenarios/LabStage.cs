using System.Globalization;
using Microsoft.Extensions.Logging;
using Weir.Coordinator.Core;
using Weir.Coordinator.Journal;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Hsm.Maintenance;
using Weir.Hsm.Shipping;
using Weir.Lab.Coordinators;
using Weir.Lab.Mdt;
using Weir.Lab.Time;

namespace Weir.Lab.Scenarios;

/// <summary>
/// Something to look at: four simulated MDTs of different load, one of them failing over now and then, as the clock goes. It begins some minutes ago:
/// that past it ships into a feed by itself. From then on a daemon ships what the MDTs' files say, and what the MDTs want done goes through a
/// coordinator, on the same feed, to simulated agents that come, go, crash and hang.
/// </summary>
public sealed class LabStage
{
    private static readonly TimeSpan Past = TimeSpan.FromMinutes(12);
    private static readonly TimeSpan PastStep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TrimEvery = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _clock;
    private readonly ManualTimeProvider _time;
    private readonly MdtCluster _cluster;
    private readonly ILogger _logger;
    private readonly int _seed;
    private volatile string? _status;
    private DateTimeOffset _trimmed;

    /// <param name="directory">Where the action files and the feed go: empty, or not there yet.</param>
    /// <param name="seed">What happens.</param>
    /// <param name="clock">The clock it goes by.</param>
    /// <param name="logger">Is told what shipper and janitor say.</param>
    public LabStage(string directory, int seed, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
        _logger = logger;
        _seed = seed;
        DateTimeOffset start = clock.GetUtcNow() - Past;
        FeedDirectory = Path.Combine(Path.GetFullPath(directory), "feed");
        _time = new(start);
        _trimmed = start;
        _cluster = new(Path.Combine(Path.GetFullPath(directory), "mdt"), new MdtClusterOptions
        {
            Seed = seed,
            Start = start,
            ArrivalsPerSecond = 3,
            Loads = [3, 1.2, 0.4, 0.08],
            CatalogSlots = 64,
            FailOversPerHour = 5,
            MeanOutage = TimeSpan.FromSeconds(25),
        });
    }

    /// <summary>The pattern of the MDTs' files.</summary>
    public string Actions => _cluster.Glob;

    public string FeedDirectory { get; }

    /// <summary>How the coordinator and its agents are, in a line; null before they begin. From any thread.</summary>
    public string? Status => _status;

    /// <summary>Plays what has been until now, into the feed, which nobody else may write to meanwhile. To be called once, first.</summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await using var engine = new LogEngine(new() { Directory = FeedDirectory, Time = _time, Logger = _logger });
        var shipper = new Shipper(
            new() { Actions = [Actions], SnapshotPath = null, HeartbeatInterval = TimeSpan.FromMinutes(5), Time = _time, HostName = "lab" }, engine, _logger);
        await using var janitor = new Janitor(engine, new() { Time = _time }, _logger);
        while (_clock.GetUtcNow() - _time.GetUtcNow() > PastStep)
        {
            Step(PastStep);
            await shipper.RunCycleAsync(cancellationToken);
            if (_time.GetUtcNow() - _trimmed < TrimEvery) continue;
            _trimmed = _time.GetUtcNow();
            await janitor.RunRoundAsync(cancellationToken);
        }
    }

    /// <summary>Goes with the clock until it is cancelled.</summary>
    /// <param name="feed">For the coordinator's records.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">The directory or the feed cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The coordinator did what it must not.</exception>
    public async Task RunAsync(IFeedEngine feed, CancellationToken cancellationToken)
    {
        var lab = new LabCoordinator(_cluster, _time, CoordinatorScenario.Options(_seed), JournalOptions.Default, Fleet.Make(_seed, strength: 12));
        await lab.StartAsync(feed);
        while (true)
        {
            await Task.Delay(Tick, _clock, cancellationToken);
            for (TimeSpan behind = _clock.GetUtcNow() - _time.GetUtcNow(); behind >= Tick; behind -= Tick) await lab.StepAsync();
            _cluster.WriteFiles(clean: true);
            if (lab.Violations.Count > 0) throw new InvalidOperationException(lab.Violations[0]);
            _status = Describe(lab);
        }
    }

    private static string Describe(LabCoordinator lab)
    {
        CoordinatorCore core = lab.Core!;
        string agents = string.Join(", ", lab.Agents.Select(agent => agent.OutOfReachSince is null ? string.Create(CultureInfo.InvariantCulture, $"{agent.Id} {agent.Running.Count}") : $"{agent.Id} away"));
        return string.Create(CultureInfo.InvariantCulture, $"Coordinator: {core.Queued.Total} wait, {core.Running.Total} run, {core.Done.Total} done; {agents}");
    }

    private void Step(TimeSpan time)
    {
        _cluster.Advance(time);
        _time.Advance(time);
        _cluster.WriteFiles(clean: true);
    }
}
