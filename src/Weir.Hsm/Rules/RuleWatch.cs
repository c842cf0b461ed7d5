using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Following;
using Weir.Hsm.Live;

namespace Weir.Hsm.Rules;

/// <summary>
/// Follows the topics of actions and does what rules ask for: programs and webhooks. What stands in the topics at the start is known and is no
/// news, except that an action may be stuck already.
/// </summary>
public sealed class RuleWatch : IAsyncDisposable, IActionSink
{
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly IFeedEngine _engine;
    private readonly string _prefix;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<RuleHit>? _report;
    private readonly RuleEngine _rules;
    private readonly RuleRunner _runner;
    private readonly ActionFollower _follower;
    private bool _isReplaying = true;

    /// <param name="engine">The feed.</param>
    /// <param name="prefix">The single topic, or what each MDT's topic starts with.</param>
    /// <param name="rules">What to wait for.</param>
    /// <param name="http">Posts webhooks.</param>
    /// <param name="report">Is told of every hit; null when nobody wants to know.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told what did not work.</param>
    public RuleWatch(IFeedEngine engine, string prefix, IReadOnlyList<ActionRule> rules, HttpClient http, Action<RuleHit>? report, TimeProvider time, ILogger logger)
        : this(engine, prefix, rules, new ProgramAction(time), new WebhookAction(http, time, Random.Shared), report, time, logger) { }

    internal RuleWatch(
        IFeedEngine engine, string prefix, IReadOnlyList<ActionRule> rules, IRuleAction program, IRuleAction webhook, Action<RuleHit>? report, TimeProvider time, ILogger logger)
    {
        _engine = engine;
        _prefix = prefix;
        _time = time;
        _logger = logger;
        _report = report;
        _rules = new(rules, time);
        _runner = new(program, webhook, logger);
        _follower = new(engine, prefix, this);
    }

    /// <summary>How often stuck actions are looked for.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Follows until cancelled; then waits for nothing. A feed that is away is tried again every five seconds.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using IFeedWatch watch = _engine.Watch(_prefix);
        bool isAway = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await CheckAsync(cancellationToken);
                isAway = false;
            }
            catch (FeedException failed)
            {
                if (!isAway) RuleLog.FeedUnavailable(_logger, _engine.Address, failed.Message);
                isAway = true;
            }

            // Whichever comes first: something new, or time enough for something to have become old.
            using var timeout = new CancellationTokenSource(isAway && RetryInterval < CheckInterval ? RetryInterval : CheckInterval, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            await (isAway ? Task.Delay(Timeout.InfiniteTimeSpan, either.Token) : watch.WaitAsync(either.Token).AsTask())
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads what is new and looks for what has become old, once.</summary>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken = default)
    {
        await _follower.CatchUpAsync(cancellationToken);
        _isReplaying = false;
        foreach (RuleHit hit in _rules.Check(_follower.Live)) Tell(hit);
    }

    /// <summary>Waits until what was asked for is done.</summary>
    public Task DrainAsync() => _runner.DrainAsync();

    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        await _runner.DisposeAsync();
    }

    void IActionSink.Taking(FollowedTopic topic, in HsmEvent told, in RecordView record, LiveActions live)
    {
        // Only what became of it matters.
    }

    void IActionSink.Take(FollowedTopic topic, in HsmEvent told, in RecordView record, LiveChange change, LiveAction? action)
    {
        if (_isReplaying || action is not { } about) return;
        foreach (RuleHit hit in _rules.Take(told.Type, change, about)) Tell(hit);
    }

    ValueTask IActionSink.EndPageAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>What is read again is no news.</summary>
    void IActionSink.StartAgain(FollowedTopic topic) => _isReplaying = true;

    private void Tell(RuleHit hit)
    {
        _report?.Invoke(hit);
        _runner.Add(hit);
    }
}
