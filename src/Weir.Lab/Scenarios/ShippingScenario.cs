using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Hsm;
using Weir.Hsm.Live;
using Weir.Hsm.Replaying;
using Weir.Hsm.Shipping;
using Weir.Lab.Mdt;
using Weir.Lab.Time;

namespace Weir.Lab.Scenarios;

/// <summary>
/// Ships the action files of simulated MDTs into a feed, through fail-overs, damaged files and restarts of the shipper, and holds
/// what the feed tells against what the MDTs know, again and again. Simulated time, real files.
/// </summary>
public sealed class ShippingScenario
{
    private const int MaxFailures = 20;
    private const int MaxLooks = 6;

    /// <summary>In real time, like a feed that is gone.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly ShippingScenarioOptions _options;
    private readonly ILogger _logger;
    private readonly MdtCluster _cluster;
    private readonly ManualTimeProvider _time;
    private readonly List<string> _failures = [];
    private readonly string _feed;
    private IFeedEngine? _engine;
    private Shipper? _shipper;
    private long _polls;
    private long _checks;
    private long _restarts;
    private long _events;
    private long _vanished;
    private long _lost;
    private long _back;

    public ShippingScenario(ShippingScenarioOptions options, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _logger = logger ?? NullLogger.Instance;
        string directory = Path.GetFullPath(options.Directory);
        _feed = Path.Combine(directory, "feed");
        _cluster = new(Path.Combine(directory, "mdt"), options.Cluster with { Seed = options.Seed });
        _time = new(_cluster.Now);
    }

    private string SnapshotPath => Path.Combine(_feed, "hsm", "ship.snapshot");

    /// <exception cref="IOException">The directory cannot be used.</exception>
    public async Task<ShippingReport> RunAsync(CancellationToken cancellationToken = default)
    {
        long started = Stopwatch.GetTimestamp();
        DateTimeOffset end = _cluster.Now + _options.Length;
        LiveActions live = new();
        try
        {
            await StartAsync(cancellationToken);
            while (_cluster.Now < end && _failures.Count < MaxFailures)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Advance(_options.PollInterval);
                _cluster.WriteFiles();
                await PollAsync(cancellationToken);
                if (_polls % _options.PollsPerRestart == 0) await RestartAsync(withoutSnapshot: _restarts % 2 == 1, cancellationToken);
                if (_polls % _options.PollsPerCheck == 0) await CheckAsync(cancellationToken);
            }

            await RestartAsync(withoutSnapshot: true, cancellationToken);
            live = await CheckAsync(cancellationToken);
            await StopAsync(cancellationToken);
        }
        finally
        {
            // A host's feed is closed with the host.
            if (_engine is not null && _options.Host is null) await _engine.DisposeAsync();
        }

        return Report(live, Stopwatch.GetElapsedTime(started));
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        CycleReport report = await _shipper!.RunCycleAsync(CancellationToken.None);
        for (long started = Stopwatch.GetTimestamp(); report.IsFeedUnavailable && MayWait(started); report = await _shipper.RunCycleAsync(CancellationToken.None))
            await Task.Delay(RetryDelay, cancellationToken);
        _polls++;
        _events += report.EventsShipped;
        _vanished += report.VanishedUnfinished;
        _lost += report.SourcesLost;
        _back += report.SourcesBack;
        foreach (string problem in report.Problems) _failures.Add(problem);
    }

    /// <summary>
    /// Brings every MDT up, lets whole files be read, and compares. Twice, because in a catalog that wraps a record must be missing from two
    /// files in a row before it counts as gone.
    /// </summary>
    private async Task<LiveActions> CheckAsync(CancellationToken cancellationToken)
    {
        while (_cluster.Mdts.Any(mdt => !mdt.IsUp)) Advance(TimeSpan.FromSeconds(5));
        _cluster.WriteFiles(clean: true);
        TopicReplay replay;
        List<string> differences;
        int looks = 0;
        do
        {
            await PollAsync(cancellationToken);
            await PollAsync(cancellationToken);
            replay = await ReplayAsync(cancellationToken);
            differences = [.. TruthComparison.Differences(_cluster, replay.Live, MaxFailures)];
        }
        while (differences.Count > 0 && ++looks < MaxLooks && await WasEmptiedAsync(cancellationToken));

        _checks++;
        string moment = $"after {_polls} polls: ";
        foreach (string difference in differences) _failures.Add(moment + difference);
        if (replay.Live.Unreadable > 0) _failures.Add($"{moment}{replay.Live.Unreadable} records are no events");
        foreach (var gap in replay.Gaps) _failures.Add(moment + gap);
        return replay.Live;
    }

    /// <summary>Whether a server came back without what it had since the last poll: then the shipper tells all of it again, though no file has changed.</summary>
    private async Task<bool> WasEmptiedAsync(CancellationToken cancellationToken)
    {
        if (_options.OpenFeed is null) return false;
        long before = _events;
        await PollAsync(cancellationToken);
        return _events > before;
    }

    private async Task<TopicReplay> ReplayAsync(CancellationToken cancellationToken)
    {
        for (long started = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                var replay = new TopicReplay(_engine!, ActionTopics.DefaultPrefix);
                await replay.RunAsync(cancellationToken);
                return replay;
            }
            catch (FeedException) when (MayWait(started))
            {
                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }

    /// <summary>Whether the feed is one that may be gone, and is not gone for too long.</summary>
    private bool MayWait(long started) => _options.OpenFeed is not null && Stopwatch.GetElapsedTime(started) < _options.MaxOutage;

    /// <summary>As a new process would start: from the feed, and from the snapshot if there is one.</summary>
    private async Task RestartAsync(bool withoutSnapshot, CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        if (withoutSnapshot) File.Delete(SnapshotPath);
        await StartAsync(cancellationToken);
        _restarts++;
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _engine = _options.Host is { } host ? await host.StartAsync(OpenEngine, cancellationToken) : OpenEngine();
        _shipper = OpenShipper(_engine);
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_options.Host is { } host) _failures.AddRange((await host.StopAsync(cancellationToken)).Select(problem => $"after {_polls} polls: {problem}"));
        else await _engine!.DisposeAsync();
        _engine = null;
    }

    private void Advance(TimeSpan time)
    {
        _cluster.Advance(time);
        _time.Advance(time);
    }

    private IFeedEngine OpenEngine() => _options.OpenFeed is { } open ? open() : new LogEngine(new() { Directory = _feed, Time = _time, Logger = _logger });

    private Shipper OpenShipper(IFeedEngine engine) => new(
        new()
        {
            Actions = [_cluster.Glob],
            SnapshotPath = SnapshotPath,
            HeartbeatInterval = TimeSpan.FromMinutes(5),
            Time = _time,
            HostName = "lab",
        },
        engine,
        _logger);

    private ShippingReport Report(LiveActions live, TimeSpan duration) => new()
    {
        Seed = _options.Seed,
        Length = _options.Length,
        Duration = duration,
        Mdts = _cluster.Mdts.Count,
        Polls = _polls,
        Checks = _checks,
        Restarts = _restarts,
        Events = _events,
        Followed = _options.Host?.Followed,
        LiveActions = live.Count,
        VanishedUnfinished = _vanished,
        SourcesLost = _lost,
        SourcesBack = _back,
        Counts = _cluster.Counts,
        Failures = _failures,
    };
}
