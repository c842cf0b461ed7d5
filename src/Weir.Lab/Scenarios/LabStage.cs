using Microsoft.Extensions.Logging;
using Weir.Feed.Log;
using Weir.Hsm.Maintenance;
using Weir.Hsm.Shipping;
using Weir.Lab.Mdt;
using Weir.Lab.Time;

namespace Weir.Lab.Scenarios;

/// <summary>
/// Something to look at: four simulated MDTs of different load, one of them failing over now and then, as the clock goes. It begins some minutes ago:
/// that past it ships into a feed by itself, and from then on a daemon ships what the MDTs' files say.
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
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Tick, _clock, cancellationToken);
            TimeSpan behind = _clock.GetUtcNow() - _time.GetUtcNow();
            if (behind > TimeSpan.Zero) Step(behind);
        }
    }

    private void Step(TimeSpan time)
    {
        _cluster.Advance(time);
        _time.Advance(time);
        _cluster.WriteFiles(clean: true);
    }
}
