using System.Diagnostics;
using System.Diagnostics.Metrics;
using Weir.Feed.Disks;
using Weir.Feed.Log;

namespace Weir.Feed;

/// <summary>What this room measures: the embedded log's appends and flushes, and what becomes of consumers and topics.</summary>
internal static class FeedMetrics
{
    public const string Records = "records";
    public const string Positions = "positions";

    private static readonly Meter Meter = new("Weir.Feed");

    private static readonly Counter<long> Appends = Meter.CreateCounter<long>("weir_feed_appends_total", null, "Batches that were appended to the embedded log.");
    private static readonly Counter<long> AppendedRecords = Meter.CreateCounter<long>("weir_feed_append_records_total", null, "Records that were appended to the embedded log.");
    private static readonly Counter<long> AppendedBytes = Meter.CreateCounter<long>("weir_feed_append_bytes_total", null, "Bytes that were appended to the embedded log.");
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("weir_feed_append_failures_total", null, "Batches that the embedded log did not take, by reason: full, poisoned, refused (their ids), failed.");
    private static readonly Counter<long> Acknowledgements = Meter.CreateCounter<long>("weir_feed_acknowledgements_total", null, "Positions of consumers that were made durable in the embedded log.");
    private static readonly Counter<long> Aborted = Meter.CreateCounter<long>("weir_feed_consumers_aborted_total", null, "Consumers that went past a limit and were aborted.");
    private static readonly Counter<long> TrimmedRecords = Meter.CreateCounter<long>("weir_feed_trimmed_records_total", null, "Records that retention let go.");

    private static readonly Histogram<double> FlushSeconds = Meter.CreateHistogram(
        "weir_feed_flush_seconds", null, "Seconds that a flush to the disk took (fdatasync), of records or of consumers' positions.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5] });

    /// <summary>Flushes a file, and measures that.</summary>
    /// <exception cref="IOException">The disk did not take it.</exception>
    public static void Flush(IDiskFile file, string what)
    {
        if (!FlushSeconds.Enabled)
        {
            file.Sync();
            return;
        }

        long started = Stopwatch.GetTimestamp();
        file.Sync();
        FlushSeconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("of", what));
    }

    /// <summary>Counts a group of appends, when it is known what became of each.</summary>
    public static void Committed(IReadOnlyList<AppendRequest> group)
    {
        if (!Appends.Enabled) return;
        long batches = 0, records = 0, bytes = 0;
        for (int i = 0; i < group.Count; i++)
        {
            if (group[i].Batch is not { Count: > 0 } batch) continue;
            if (group[i].Failure is { } failure)
            {
                Failures.Add(1, new KeyValuePair<string, object?>("reason", ReasonOf(failure)));
                continue;
            }

            batches++;
            records += batch.Count;
            bytes += batch.SizeBytes;
        }

        if (batches == 0) return;
        Appends.Add(batches);
        AppendedRecords.Add(records);
        AppendedBytes.Add(bytes);
    }

    public static void RefusedForRoom() => Failures.Add(1, new KeyValuePair<string, object?>("reason", "full"));

    public static void Acknowledged(int positions) => Acknowledgements.Add(positions);

    public static void ConsumerAborted() => Aborted.Add(1);

    public static void Trimmed(long records) => TrimmedRecords.Add(records);

    private static string ReasonOf(Exception failure) => failure switch
    {
        FeedFullException => "full",
        TopicPoisonedException => "poisoned",
        LastIdMismatchException or IdNotAboveLastException => "refused",
        _ => "failed",
    };
}
