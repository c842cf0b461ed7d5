using Microsoft.Extensions.Logging;
using Weir.Feed.Log;
using Weir.Hsm.Maintenance;
using Weir.Hsm.Shipping;
using Weir.Lab.Mdt;
using Weir.Lab.Time;

namespace Weir.Lab.Scenarios;

/// <summary>
/// Something to look at: four simulated MDTs of different load, one of them failing over now and then, whose actions are shipped into a feed as the
/// clock goes, and trimmed. It begins some minutes ago, so that there is a past.
/// </summary>
public sealed class LabStage : IAsyncDisposable
{
    private static readonly TimeSpan Past = TimeSpan.FromMinutes(12);
    private static readonly TimeSpan PastStep = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TrimEvery = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _clock;
    private readonly ManualTimeProvider _time;
    private readonly MdtCluster _cluster;
    private readonly LogEngine _engine;
    private readonly Shipper _shipper;
    private readonly Janitor _janitor;
    private DateTimeOffset _trimmed;

    /// <param name="directory">Where the action files and the feed go: empty, or not there yet.</param>
    /// <param name="seed">What happens.</param>
    /// <param name="clock">The clock it goes by.</param>
    /// <param name="logger">Is told what shipper and janitor say.</param>
    public LabStage(string directory, int seed, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _clock = clock;
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
        _engine = new(new() { Directory = FeedDirectory, Time = _time, Logger = logger });
        _shipper = new(
            new() { Actions = [_cluster.Glob], SnapshotPath = null, HeartbeatInterval = TimeSpan.FromMinutes(5), Time = _time, HostName = "lab" }, _engine, logger);
        _janitor = new(_engine, new() { Time = _time }, logger);
    }

    public string FeedDirectory { get; }

    /// <summary>Plays what has been until now. To be called once, first.</summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        while (_clock.GetUtcNow() - _time.GetUtcNow() > PastStep) await StepAsync(PastStep, cancellationToken);
    }

    /// <summary>Goes with the clock until it is cancelled.</summary>
    /// <exception cref="IOException">The directory cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Tick, _clock, cancellationToken);
            TimeSpan behind = _clock.GetUtcNow() - _time.GetUtcNow();
            if (behind > TimeSpan.Zero) await StepAsync(behind, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _janitor.DisposeAsync();
        await _engine.DisposeAsync();
    }

    private async Task StepAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _cluster.Advance(time);
        _time.Advance(time);
        _cluster.WriteFiles(clean: true);
        await _shipper.RunCycleAsync(cancellationToken);
        if (_time.GetUtcNow() - _trimmed < TrimEvery) return;
        _trimmed = _time.GetUtcNow();
        await _janitor.RunRoundAsync(cancellationToken);
    }
}
