using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Hsm.Following;
using Weir.Hsm.Live;

namespace Weir.Hsm.Maintenance;

/// <summary>
/// Keeps the topics of actions as short as their live actions allow. It follows the topics and so knows the live actions; it only ever
/// trims, never appends. Not thread-safe.
/// </summary>
public sealed class Janitor : IAsyncDisposable
{
    private readonly IFeedEngine _engine;
    private readonly JanitorOptions _options;
    private readonly ILogger _logger;
    private readonly ActionFollower _follower;
    private readonly SourceStates _sources;

    public Janitor(IFeedEngine engine, JanitorOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        _engine = engine;
        _options = options;
        _logger = logger;
        _follower = new(engine, options.Prefix);
        _sources = new(engine);
    }

    /// <summary>Reads what is new, decides, and trims.</summary>
    /// <exception cref="FeedException">The feed cannot be read or trimmed. The next round goes on from there.</exception>
    public async Task<JanitorReport> RunRoundAsync(CancellationToken cancellationToken = default)
    {
        await _follower.CatchUpAsync(cancellationToken);
        await _sources.CatchUpAsync(cancellationToken);
        DateTimeOffset now = _options.Time.GetUtcNow();
        var rounds = new List<TopicRound>();
        IReadOnlyList<TrimDecision> decisions = await DecideAsync(now, cancellationToken);
        foreach ((FollowedTopic topic, TrimDecision decision) in _follower.Topics.Zip(decisions)) rounds.Add(await TrimAsync(topic, decision, cancellationToken));
        return new() { At = now, IsDryRun = _options.IsDryRun, Topics = rounds, Gap = _follower.LastGap };
    }

    /// <summary>Runs rounds until cancelled. A feed that is away is tried again at the next round.</summary>
    public async Task RunAsync(Action<JanitorReport>? report, CancellationToken cancellationToken)
    {
        bool isAway = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                JanitorReport done = await RunRoundAsync(cancellationToken);
                if (isAway) JanitorLog.FeedAvailable(_logger, _engine.Address);
                isAway = false;
                foreach (TopicRound topic in done.Topics) Log(topic);
                report?.Invoke(done);
            }
            catch (FeedException failed)
            {
                if (!isAway) JanitorLog.FeedUnavailable(_logger, _engine.Address, failed.Message);
                isAway = true;
            }

            await Task.Delay(_options.OperationInterval, _options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        await _sources.DisposeAsync();
    }

    private async ValueTask<IReadOnlyList<TrimDecision>> DecideAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var positions = new Dictionary<string, IReadOnlyList<ConsumerPosition>>(StringComparer.Ordinal);
        foreach (FollowedTopic topic in _follower.Topics) positions[topic.Name] = await _engine.ListPositionsAsync(topic.Name, cancellationToken);
        return TrimPlanner.Decide(_follower.Topics, new(_options.StaleActionTimeout, now, _sources), _sources, positions);
    }

    private async ValueTask<TopicRound> TrimAsync(FollowedTopic topic, TrimDecision decision, CancellationToken cancellationToken)
    {
        if (await _engine.DescribeAsync(topic.Name, cancellationToken) is not { } before) return new(decision, 0, 0);
        if (before.Count == 0 || decision.Below <= before.FirstId) return new(decision, 0, before.Count);
        long below = await CountBelowAsync(topic, decision.Below, cancellationToken);
        if (_options.IsDryRun) return new(decision, below, before.Count - below);
        await _engine.TrimAsync(topic.Name, decision.Below, cancellationToken);
        topic.Counts.Trim(decision.Below, below);
        topic.AmbiguousPurges.Trim(decision.Below);
        foreach (MdtActions mdt in topic.Mdts) Forget(mdt, decision.Below);
        TopicInfo? after = await _engine.DescribeAsync(topic.Name, cancellationToken);
        return new(decision, below, after?.Count ?? 0);
    }

    /// <summary>How many records of the topic lie below the id: those known to, and one page that is read again.</summary>
    private async ValueTask<long> CountBelowAsync(FollowedTopic topic, RecordId below, CancellationToken cancellationToken)
    {
        (RecordId last, long records) = topic.Counts.Floor(below);
        await using ITopicCursor cursor = _engine.OpenCursor(topic.Name, last);
        while (await cursor.ReadAsync(cancellationToken) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page)
            {
                if (record.Id >= below) return records;
                records++;
            }
        }

        return records;
    }

    /// <summary>Stale actions whose records are gone are known to nobody who reads from now on.</summary>
    private static void Forget(MdtActions mdt, RecordId below)
    {
        for (int slot = 0; slot < mdt.Entries.Slots; slot++)
        {
            ref readonly ActionEntry entry = ref mdt.Entries[slot];
            if ((entry.Flags & EntryFlags.InUse) != 0 && entry.LastState < below) mdt.Remove(slot);
        }
    }

    private void Log(TopicRound round)
    {
        if (round.Decision.Stale > 0) JanitorLog.Stale(_logger, round.Decision.Topic, round.Decision.Stale, _options.StaleActionTimeout.TotalSeconds);
        if (round.Removed > 0) JanitorLog.Trimmed(_logger, round.Decision.Topic, round.Removed, round.Decision.Below, round.Left, round.Decision.Live, round.Decision.Reason);
    }
}
