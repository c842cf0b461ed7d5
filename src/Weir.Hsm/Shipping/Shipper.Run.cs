namespace Weir.Hsm.Shipping;

public sealed partial class Shipper
{
    private int _failures;

    /// <summary>
    /// Polls until it is told to stop, then finishes the poll that is under way and writes the snapshot. While the feed cannot be used it
    /// tries again after longer and longer waits.
    /// </summary>
    /// <param name="stopping">Asks to stop, as SIGTERM does.</param>
    public Task RunAsync(CancellationToken stopping) => RunAsync(null, stopping);

    /// <summary>The same, and tells what each poll came to.</summary>
    /// <param name="report">Called after each poll.</param>
    /// <param name="stopping">Asks to stop.</param>
    public async Task RunAsync(Action<CycleReport>? report, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            long started = _options.Time.GetTimestamp();
            CycleReport cycle = await RunCycleAsync(CancellationToken.None);
            report?.Invoke(cycle);
            await MaintainAsync(cycle);
            TimeSpan wait = NoteFeed(cycle) ? NextRetry() : _options.PollInterval - _options.Time.GetElapsedTime(started);
            if (wait <= TimeSpan.Zero) continue;
            try
            {
                await Task.Delay(wait, _options.Time, stopping);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        if (_services.Snapshots.IsChanged) _services.Snapshots.TryWrite(_state);
    }

    /// <returns>Whether the feed is unavailable.</returns>
    private bool NoteFeed(CycleReport report)
    {
        string address = _services.Engine.Address;
        if (report.IsFeedUnavailable)
        {
            if (_failures++ == 0) ShipLog.FeedUnavailable(_logger, address, report.Problems[^1]);
            return true;
        }

        if (_failures > 0) ShipLog.FeedAvailable(_logger, address);
        _failures = 0;
        return false;
    }

    /// <summary>Twice as long each time, and never quite as long as another shipper waits.</summary>
    private TimeSpan NextRetry()
    {
        double seconds = _options.RetryDelay.TotalSeconds * Math.Pow(2, Math.Min(_failures - 1, 30));
        double jitter = 0.5 + 0.5 * _options.Random.NextDouble();
        return TimeSpan.FromSeconds(Math.Min(seconds, _options.MaxRetryDelay.TotalSeconds) * jitter);
    }
}
