using Microsoft.Extensions.Logging;
using Weir.Hsm.Shipping.Snapshots;

namespace Weir.Hsm.Shipping;

/// <summary>The shipper's snapshot file: when it is used, and when it is worth writing.</summary>
internal sealed class SnapshotStore(ShipperOptions options, ILogger logger)
{
    /// <summary>So many events are read again quickly enough.</summary>
    private const long MinEvents = 1000;

    /// <summary>So many events for each live action cost as much to read again as the snapshot does.</summary>
    private const int EventShare = 16;

    private long _events;
    private bool _isChanged;
    private long _lastWrite = options.Time.GetTimestamp();

    /// <summary>The snapshot, if it can be used.</summary>
    public ShipSnapshot? Load(ShipState state)
    {
        if (options.SnapshotPath is not { } path) return null;
        try
        {
            ShipSnapshot? snapshot = SnapshotReader.Read(options.Disk, path);
            if (snapshot is not null) state.ThrowIfForeign(snapshot);
            return snapshot;
        }
        catch (Exception failed) when (failed is SnapshotException or IOException)
        {
            ShipLog.SnapshotUnusable(logger, path, failed.Message);
            return null;
        }
    }

    /// <summary>Notes what a poll changed.</summary>
    public void Note(CycleReport report)
    {
        _events += report.EventsShipped;
        _isChanged |= report.EventsShipped > 0 || report.Counts.FlagsChanged || report.SourcesBack > 0;
    }

    /// <summary>Whether the running shipper should write one now.</summary>
    public bool IsDue(ShipState state) => _isChanged
        && (_events > Math.Max(MinEvents, state.LiveActions / EventShare) || options.Time.GetElapsedTime(_lastWrite) >= options.SnapshotInterval);

    public bool IsChanged => _isChanged;

    /// <summary>Writes one, unless memory is ahead of what the feed has acknowledged. A failure is said and forgiven.</summary>
    public bool TryWrite(ShipState state)
    {
        if (options.SnapshotPath is not { } path) return false;
        foreach (TopicState topic in state.Topics)
        {
            if (topic.Phase == TopicPhase.Ahead) return false;
        }

        try
        {
            SnapshotWriter.Write(options.Disk, path, state.ToSnapshot());
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            ShipLog.SnapshotNotWritten(logger, path, failed.Message);
            _lastWrite = options.Time.GetTimestamp();
            return false;
        }

        _events = 0;
        _isChanged = false;
        _lastWrite = options.Time.GetTimestamp();
        return true;
    }
}
