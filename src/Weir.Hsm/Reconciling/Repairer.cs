using Microsoft.Extensions.Logging;
using Weir.Feed;
using Weir.Hsm.Maintenance;
using Weir.Hsm.Shipping;

namespace Weir.Hsm.Reconciling;

/// <summary>Who wrote what a repair needed.</summary>
public enum RepairWay
{
    /// <summary>Nothing was to be written.</summary>
    None = 0,

    /// <summary>This process, since no shipper runs.</summary>
    Direct = 1,

    /// <summary>The running shipper, which was asked to compare everything anew.</summary>
    Shipper = 2,
}

/// <summary>How a repair is made.</summary>
public sealed record RepairOptions
{
    /// <summary>The layout to write where the stream does not tell.</summary>
    public ActionLayout Layout { get; init; }

    /// <summary>How long a running shipper is given: more than its poll interval.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the stream is looked at meanwhile.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);

    public string HostName { get; init; } = Environment.MachineName;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>What a repair did.</summary>
/// <param name="Way">Who wrote.</param>
/// <param name="After">The comparison afterwards.</param>
/// <param name="EventsWritten">Events that this process wrote; 0 where a shipper did.</param>
/// <param name="Problems">Why it did not work, or not wholly.</param>
public sealed record RepairReport(RepairWay Way, ReconcileReport After, long EventsWritten, IReadOnlyList<string> Problems);

/// <summary>
/// Makes the stream say what the files say. Where no shipper runs it ships the files itself, once; a topic of the embedded log has one
/// writer, so where a shipper runs, that one is asked.
/// </summary>
public sealed class Repairer(IFeedEngine engine, ReconcileOptions what, RepairOptions options, ILogger logger)
{
    /// <summary>Where lines of a file were lost, only a second reading purges.</summary>
    private const int Polls = 2;

    private static readonly TimeSpan Never = TimeSpan.FromDays(3650);

    /// <param name="reconciler">Compares.</param>
    /// <param name="before">What it found.</param>
    /// <param name="cancellationToken">Stops waiting for a shipper; what was asked stays asked.</param>
    /// <exception cref="FeedException">The feed cannot be used.</exception>
    public async Task<RepairReport> RepairAsync(Reconciler reconciler, ReconcileReport before, CancellationToken cancellationToken = default)
    {
        MdtComparison[] wrong = [.. before.Mdts.Where(mdt => mdt.Path is not null && mdt.Missing + mdt.Extra + mdt.Different > 0)];
        if (wrong.Length == 0) return new(RepairWay.None, before, 0, []);
        (long written, List<string> problems, bool isTaken) = await ShipAsync(LayoutOf(reconciler), wrong, cancellationToken);
        ReconcileReport after = await reconciler.CompareAsync(cancellationToken);
        if (!isTaken) return new(RepairWay.Direct, after, written, problems);
        await RepairRequests.AskAsync(engine, options.HostName, options.Time, cancellationToken);
        long started = options.Time.GetTimestamp();
        while (!after.IsInOrder || after.Different > 0)
        {
            if (options.Time.GetElapsedTime(started) >= options.Timeout)
                return new(RepairWay.Shipper, after, written, [$"the running shipper was asked, and the stream is not in order after {options.Timeout.TotalSeconds:0} s; is its poll interval longer?"]);
            await Task.Delay(options.LookInterval, options.Time, cancellationToken);
            after = await reconciler.CompareAsync(cancellationToken);
        }

        return new(RepairWay.Shipper, after, written, []);
    }

    /// <summary>Polls the files of these MDTs as a shipper without a memory does: it reads the topics, and writes nothing but the differences.</summary>
    private async Task<(long Events, List<string> Problems, bool IsTaken)> ShipAsync(
        ActionLayout layout, MdtComparison[] wrong, CancellationToken cancellationToken)
    {
        var shipper = new Shipper(
            new ShipperOptions
            {
                Actions = [.. wrong.Select(mdt => ActionGlob.Escape(mdt.Path!))],
                SnapshotPath = null,
                Layout = layout,
                Prefix = what.Prefix,
                HeartbeatInterval = Never,
                RefreshInterval = Never,
                HostName = options.HostName,
                Time = options.Time,
            },
            engine,
            logger);
        long events = 0;
        for (int poll = 1; ; poll++)
        {
            CycleReport report = await shipper.RunCycleAsync(cancellationToken);
            events += report.EventsShipped;
            if (report.IsTopicTaken || report.Problems.Count > 0 || poll == Polls) return (events, [.. report.Problems], report.IsTopicTaken);
        }
    }

    /// <summary>The layout that the stream has, where it has one only.</summary>
    private ActionLayout LayoutOf(Reconciler reconciler)
    {
        string[] topics = [.. reconciler.Topics.Select(topic => topic.Name)];
        if (topics.Length == 0) return options.Layout;
        if (topics.All(topic => topic == what.Prefix)) return ActionLayout.Single;
        return topics.Contains(what.Prefix) ? options.Layout : ActionLayout.PerMdt;
    }
}
