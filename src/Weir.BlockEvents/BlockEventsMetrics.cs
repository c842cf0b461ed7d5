using System.Diagnostics.Metrics;

namespace Weir.BlockEvents;

/// <summary>What this room measures: lines as they come, events as they are made, and how notifiers fare.</summary>
internal static class BlockEventsMetrics
{
    private static readonly Meter Meter = new("Weir.BlockEvents");

    private static readonly Counter<long> Lines = Meter.CreateCounter<long>("weir_events_lines_total", null, "Lines that were read, by source.");
    private static readonly Counter<long> Recognised = Meter.CreateCounter<long>("weir_events_lines_recognised_total", null, "Lines about storage among them.");
    private static readonly Counter<long> Suppressed = Meter.CreateCounter<long>("weir_events_lines_suppressed_total", null, "Lines that were only counted, since there were too many of their kind and device in a second.");
    private static readonly Counter<long> Lost = Meter.CreateCounter<long>("weir_events_lines_lost_total", null, "Lines that were gone or damaged before they could be read: overwritten by the kernel, or in a damaged journal.");
    private static readonly Counter<long> Events = Meter.CreateCounter<long>("weir_events_total", null, "Events that were made, by type.");
    private static readonly Counter<long> ToldEvents = Meter.CreateCounter<long>("weir_events_notified_total", null, "Events that were told, by notifier.");
    private static readonly Counter<long> FailedAttempts = Meter.CreateCounter<long>("weir_events_notifier_failures_total", null, "Attempts to tell an event that failed, by notifier.");
    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>("weir_events_dead_letters_total", null, "Events that could not be told and became dead letters, by notifier.");

    private static readonly Histogram<double> NotifierSeconds = Meter.CreateHistogram(
        "weir_events_notifier_seconds", null, "Seconds that an attempt to tell an event took, by notifier.", null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30] });

    /// <summary>Counts what a source gave since it was asked last.</summary>
    public static void Read(string source, long lines, long recognised, long suppressed, long lost)
    {
        var tag = new KeyValuePair<string, object?>("source", source);
        if (lines > 0) Lines.Add(lines, tag);
        if (recognised > 0) Recognised.Add(recognised, tag);
        if (suppressed > 0) Suppressed.Add(suppressed, tag);
        if (lost > 0) Lost.Add(lost, tag);
    }

    public static void Made(string type) => Events.Add(1, new KeyValuePair<string, object?>("type", type));

    public static void Told(string notifier, TimeSpan time)
    {
        ToldEvents.Add(1, Of(notifier));
        NotifierSeconds.Record(time.TotalSeconds, Of(notifier));
    }

    public static void Failed(string notifier, TimeSpan time)
    {
        FailedAttempts.Add(1, Of(notifier));
        NotifierSeconds.Record(time.TotalSeconds, Of(notifier));
    }

    public static void Dead(string notifier) => DeadLetters.Add(1, Of(notifier));

    private static KeyValuePair<string, object?> Of(string notifier) => new("notifier", notifier);
}
