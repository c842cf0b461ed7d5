using Weir.Feed;
using Weir.Hsm.Maintenance;

namespace Weir.Hsm.Shipping;

/// <content>Maintenance of the shipper's own topics, when its options ask for it.</content>
public sealed partial class Shipper
{
    private long? _lastMaintenance;

    /// <summary>
    /// Holds the topics against what the last poll saw, purges what is in no file, and trims. Call it after a poll; without one it knows
    /// nothing and judges nothing.
    /// </summary>
    /// <exception cref="FeedException">The feed cannot be used.</exception>
    public async Task<MaintenanceReport> RunMaintenanceAsync(CancellationToken cancellationToken = default)
    {
        var maintenance = new ShipMaintenance(_options, _services.Engine, _state, _logger);
        MaintenanceReport report = await maintenance.RunAsync(cancellationToken);
        foreach (TopicRound topic in report.Topics.Where(topic => topic.Removed > 0))
            JanitorLog.Trimmed(_logger, topic.Decision.Topic, topic.Removed, topic.Decision.Below, topic.Left, topic.Decision.Live, topic.Decision.Reason);
        return report;
    }

    /// <summary>Runs it when it is due: first one interval after the start.</summary>
    private async Task MaintainAsync(CycleReport poll)
    {
        if (_options.ReconcileInterval is not { } interval) return;
        _lastMaintenance ??= _options.Time.GetTimestamp();
        if (!poll.Succeeded || _options.Time.GetElapsedTime(_lastMaintenance.Value) < interval) return;
        try
        {
            await RunMaintenanceAsync();
            _lastMaintenance = _options.Time.GetTimestamp();
        }
        catch (FeedException failed)
        {
            ShipLog.MaintenanceFailed(_logger, failed.Message);
        }
    }
}
