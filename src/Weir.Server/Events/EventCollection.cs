using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Collectors;
using Weir.BlockEvents.Collectors.Raw;
using Weir.BlockEvents.Index;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Topology;
using Weir.Feed;

namespace Weir.Server.Events;

/// <summary>Collects lines about storage from all sources and makes events of them, in one process.</summary>
public sealed class EventCollection : IDisposable
{
    /// <summary>So many lines make it worth while to collect what they left behind.</summary>
    private const long MuchLines = 100_000;

    private readonly EventsSettings _settings;
    private readonly IFeedEngine _feed;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LiveRules _rules;
    private readonly UeventListener? _listener;
    private readonly List<(string Source, CollectorCounts Counts)> _counts = [];
    private long _linesAtCollection = -1;

    /// <summary>Reads the devices and begins to hear of them.</summary>
    public EventCollection(EventsSettings settings, IFeedEngine feed, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        _feed = feed;
        _time = time;
        _logger = logger;
        _rules = new(settings.RuleFiles, UserRules.Load);
        _rules.Loaded += rules => Tell(rules, logger);
        _rules.Reload();
        if (settings.RuleFiles.Count > 0) _rules.Watch();
        Devices = new(settings.Root, time);
        if (settings.Root.IsLive) _listener = new(Devices, logger);
    }

    /// <summary>The devices.</summary>
    public TopologyTracker Devices { get; }

    /// <summary>Events made so far.</summary>
    public long EventCount { get; private set; }

    /// <summary>What was done with each source.</summary>
    public IReadOnlyList<(string Source, CollectorCounts Counts)> Counts => _counts;

    /// <summary>Runs until cancelled, or until all sources have ended.</summary>
    /// <exception cref="IOException">A source cannot be read, or the feed does not take the lines.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var maker = new EventMaker(
            _feed, _rules.Current, Devices, new() { Storms = _settings.Storms, TellsDevices = _settings.TellsDevices, Time = _time, Idle = GiveBackMemory }, _logger);
        Task collecting = CollectAsync(stop.Token);
        Task making = maker.RunAsync(collecting, NewRules(), stop.Token);
        Task indexing = IndexAsync(once: false, stop.Token);
        try
        {
            // When one fails the other is of no use.
            await Task.WhenAny(collecting, making).ConfigureAwait(false);
            if (collecting.IsFaulted || making.IsCompleted) await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(collecting, making).ConfigureAwait(false);
        }
        finally
        {
            EventCount = maker.EventCount;
            await stop.CancelAsync().ConfigureAwait(false);
            await indexing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await IndexAsync(once: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>To start, and to catch up, takes more memory than to wait; what of it is free goes back to the system. Only after much was done: a collection takes a moment.</summary>
    private void GiveBackMemory()
    {
        long lines = 0;
        lock (_counts) lines = _counts.Sum(source => source.Counts.Lines);
        if (_linesAtCollection >= 0 && lines - _linesAtCollection < MuchLines) return;
        _linesAtCollection = lines;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    /// <summary>Keeps the index of the events. Without it queries take longer, and nothing else is amiss.</summary>
    private async Task IndexAsync(bool once, CancellationToken cancellationToken)
    {
        try
        {
            await new EventIndexKeeper(_feed).RunAsync(once, cancellationToken).ConfigureAwait(false);
        }
        catch (FeedException failed)
        {
            ServerLog.EventIndexNotKept(_logger, failed.Message);
        }
    }

    /// <summary>Reads users' rules again; what is wrong with them is said, and the others are used from the next line on.</summary>
    public void ReloadRules() => _rules.Reload();

    public void Dispose()
    {
        _listener?.Dispose();
        _rules.Dispose();
    }

    private static void Tell(RuleSet rules, ILogger logger)
    {
        foreach (RuleProblem problem in rules.Problems) ServerLog.RuleRefused(logger, problem.ToString());
    }

    /// <summary>A question that one user of the rules asks before each piece of work: the rules when they have changed since it asked last, else null.</summary>
    private Func<RuleSet?> NewRules()
    {
        RuleSet last = _rules.Current;
        return () =>
        {
            RuleSet now = _rules.Current;
            if (ReferenceEquals(now, last)) return null;
            return last = now;
        };
    }

    private Task CollectAsync(CancellationToken cancellationToken) => Task.WhenAll(_settings.Sources.Select(source => Task.Run(() => CollectAsync(source, cancellationToken), cancellationToken)));

    private async Task CollectAsync(string name, CancellationToken cancellationToken)
    {
        string place = name is LogSources.Journal or LogSources.Kmsg ? await RawCollector.PlaceOfAsync(_feed, name, cancellationToken).ConfigureAwait(false) : "";
        using ILogSource source = _settings.OpenSource?.Invoke(name) ?? LogSources.Open(name, place, _settings.FromEnd, _settings.JournalDirectories, _time, _logger);
        using var collector = new RawCollector(_feed, _rules.Current, new() { MostPerSecond = _settings.MostPerSecond, Time = _time }, _logger);
        lock (_counts) _counts.Add((name, collector.Counts));
        await collector.RunAsync(source, _settings.Once, NewRules(), cancellationToken).ConfigureAwait(false);
    }
}
