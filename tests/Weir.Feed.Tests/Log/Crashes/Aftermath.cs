using Weir.Feed.Log;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Log.Crashes;

/// <summary>What must hold when a process or the machine comes back after a mishap.</summary>
internal static class Aftermath
{
    /// <summary>
    /// A reader sees everything acknowledged before anybody recovers the feed; a new writer recovers it and goes on; a power cut
    /// after that takes nothing that was acknowledged or seen.
    /// </summary>
    public static async Task CheckAsync(SimulatedFeed feed, FeedLedger ledger, LedgerCheck check, CancellationToken cancellationToken)
    {
        await ReadAsync(feed, ledger, "reader before recovery", check, cancellationToken);
        await WriteAsync(feed, ledger, check, cancellationToken);
        CheckVerifier(feed, check);

        feed.Disk.PowerLoss();
        await ReadAsync(feed, ledger, "reader after a power loss", check, cancellationToken);
        await WriteAsync(feed, ledger, check, cancellationToken);
        CheckVerifier(feed, check);
    }

    private static async Task ReadAsync(SimulatedFeed feed, FeedLedger ledger, string name, LedgerCheck check, CancellationToken cancellationToken)
    {
        try
        {
            await using LogEngine reader = feed.Open(name);
            await ledger.CheckAsync(reader, check, cancellationToken);
        }
        catch (LedgerViolationException violation)
        {
            throw new LedgerViolationException($"Seen by the {name}: {violation.Message}");
        }
    }

    private static async Task WriteAsync(SimulatedFeed feed, FeedLedger ledger, LedgerCheck check, CancellationToken cancellationToken)
    {
        Dictionary<string, int> before = feed.SegmentLengths();
        LogEngine engine = feed.Open("next writer");
        var writer = new LedgerWriter(ledger, engine);
        foreach (string topic in ledger.Topics)
        {
            (_, FeedException? failure) = await writer.AppendAsync(topic, 1, cancellationToken: cancellationToken);
            if (failure is not null) throw new LedgerViolationException($"The next writer cannot append to '{topic}': {failure.Message}");
        }

        Dictionary<string, int> after = feed.SegmentLengths();
        if (before.Any(segment => after.TryGetValue(segment.Key, out int length) && length < segment.Value) && !feed.Log.Has(EventLog.TailCut))
            throw new LedgerViolationException("A tail was cut, and the log does not say so.");

        await ledger.CheckAsync(engine, check, cancellationToken);
        if (await writer.CloseAsync() is { } unclean) throw new LedgerViolationException($"The next writer cannot close: {unclean.Message}");
        await ReadAsync(feed, ledger, "reader after recovery", check with { EverySeek = true }, cancellationToken);
    }

    private static void CheckVerifier(SimulatedFeed feed, LedgerCheck check)
    {
        if (check.AllowGaps) return;
        if (feed.Verify().Where(static f => f.LosesRecords).ToArray() is { Length: > 0 } findings)
            throw new LedgerViolationException($"The verifier finds losses where there are none: {string.Join("; ", findings.Select(f => f.ToString()))}");
    }
}
