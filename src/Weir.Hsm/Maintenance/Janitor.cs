using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Hsm.Following;

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
        var trimmer = new TopicTrimmer(_engine, _follower, _sources);
        IReadOnlyList<TopicRound> rounds = await trimmer.RunAsync(_follower.Topics, _options.StaleActionTimeout, now, _options.IsDryRun, cancellationToken);
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

    private void Log(TopicRound round)
    {
        if (round.Decision.Stale > 0) JanitorLog.Stale(_logger, round.Decision.Topic, round.Decision.Stale, _options.StaleActionTimeout.TotalSeconds);
        if (round.Removed > 0) JanitorLog.Trimmed(_logger, round.Decision.Topic, round.Removed, round.Decision.Below, round.Left, round.Decision.Live, round.Decision.Reason);
    }
}
