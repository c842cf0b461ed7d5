using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Weir.Hsm.Rules;

/// <summary>Does what hits ask for, a few at a time. What does not fit into its queue is dropped, and said.</summary>
internal sealed class RuleRunner : IAsyncDisposable
{
    private const int MaxWaiting = 1000;
    private const int AtOnce = 4;

    private readonly Channel<RuleHit> _hits = Channel.CreateBounded<RuleHit>(MaxWaiting);
    private readonly IRuleAction _program;
    private readonly IRuleAction _webhook;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task[] _workers;
    private long _dropped;

    public RuleRunner(IRuleAction program, IRuleAction webhook, ILogger logger)
    {
        _program = program;
        _webhook = webhook;
        _logger = logger;
        _workers = [.. Enumerable.Range(0, AtOnce).Select(_ => WorkAsync())];
    }

    /// <summary>Hits that found no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Never waits.</summary>
    public void Add(RuleHit hit)
    {
        if (_hits.Writer.TryWrite(hit)) return;
        if (Interlocked.Increment(ref _dropped) == 1) RuleLog.Dropped(_logger, MaxWaiting);
    }

    /// <summary>Waits until everything added is done.</summary>
    public async Task DrainAsync()
    {
        _hits.Writer.TryComplete();
        await Task.WhenAll(_workers);
    }

    /// <summary>Breaks off what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _hits.Writer.TryComplete();
        await Task.WhenAll(_workers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        await foreach (RuleHit hit in _hits.Reader.ReadAllAsync(_stop.Token))
        {
            if (hit.Rule.Run.Count > 0) Note(hit, await _program.DoAsync(hit, _stop.Token));
            if (hit.Rule.Post is not null) Note(hit, await _webhook.DoAsync(hit, _stop.Token));
        }
    }

    private void Note(RuleHit hit, string? problem)
    {
        if (problem is not null) RuleLog.Failed(_logger, hit.Rule.Name, hit.Subject, problem);
    }
}
