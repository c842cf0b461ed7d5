using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.BlockEvents.Notifiers;

/// <summary>
/// Gives a notifier its events, from behind the last it was given: one that is slow or down falls behind in the feed and delays nobody. What
/// fails is tried again, and becomes a dead letter at last. After a crash the last event may be told once more. It is a registered consumer of the
/// feed, so what it has not told is kept for it, and one that is never started again is aborted some day as others are.
/// </summary>
public sealed class NotifierRunner(ConsumerRegistry consumers, INotifier notifier, NotifierSettings settings, TimeProvider time, ILogger logger)
{
    private readonly IFeedEngine _feed = consumers.Feed;
    private readonly RepeatGate _gate = new(settings.RepeatInterval);

    /// <summary>Events told.</summary>
    public long ToldCount { get; private set; }

    /// <summary>Events that became dead letters.</summary>
    public long DeadCount { get; private set; }

    private string Consumer => "weir-notify-" + settings.Name;

    /// <summary>Runs until cancelled; with <paramref name="once"/> until everything that is there was told.</summary>
    public async Task RunAsync(bool once, CancellationToken cancellationToken)
    {
        using IFeedWatch watch = _feed.Watch(EventMakerOptions.Topic);
        RecordId after = await BeginAsync(cancellationToken).ConfigureAwait(false);
        ITopicCursor cursor = _feed.OpenCursor(EventMakerOptions.Topic, after, new() { PageBytes = 64 * 1024 });
        await using (cursor.ConfigureAwait(false))
        {
            while (true)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty)
                {
                    if (once) return;
                    await watch.WaitAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                bool isTold = true;
                foreach ((RecordId id, StorageEvent? one) in Read(page))
                {
                    after = id;
                    isTold = one is not null && settings.Filter.Matches(one);
                    if (!isTold) continue;
                    await GiveAsync(one!, cancellationToken).ConfigureAwait(false);
                    await consumers.AcknowledgeAsync(Consumer, new(EventMakerOptions.Topic, id), cancellationToken).ConfigureAwait(false);
                }

                // What it does not want needs no place of its own.
                if (!isTold) await consumers.AcknowledgeAsync(Consumer, new(EventMakerOptions.Topic, after), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells one event, with as many attempts as it takes; a dead letter when all fail.</summary>
    /// <returns>Whether it was told.</returns>
    public async Task<bool> TellAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        TimeSpan delay = settings.RetryDelay;
        for (int attempt = 1; ; attempt++)
        {
            long began = time.GetTimestamp();
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(settings.Timeout);
                await notifier.TellAsync(one, limit.Token).ConfigureAwait(false);
                ToldCount++;
                BlockEventsMetrics.Told(settings.Name, time.GetElapsedTime(began));
                return true;
            }
            catch (Exception failed) when (IsFailure(failed) && !cancellationToken.IsCancellationRequested)
            {
                BlockEventsMetrics.Failed(settings.Name, time.GetElapsedTime(began));
                string reason = failed is OperationCanceledException ? $"it took longer than {settings.Timeout.TotalSeconds:0.#} s" : failed.Message;
                if (attempt >= settings.Attempts || failed is NotifierRefusedException)
                {
                    BlockEventsLog.NotTold(logger, settings.Name, one.EventId, attempt, reason);
                    await DeadLetters.AppendAsync(_feed, settings.Name, reason, attempt, one, cancellationToken).ConfigureAwait(false);
                    DeadCount++;
                    BlockEventsMetrics.Dead(settings.Name);
                    return false;
                }

                BlockEventsLog.ToldAgain(logger, settings.Name, reason, delay.TotalSeconds);
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
                delay *= 2;
            }
        }
    }

    private async Task GiveAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        if (_gate.MayPass(ref one)) await TellAsync(one, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A notifier that is new is told what comes from now on; one that was aborted too, and what it lost is said.</summary>
    private async ValueTask<RecordId> BeginAsync(CancellationToken cancellationToken)
    {
        ConsumerInfo? there = await consumers.FindAsync(Consumer, cancellationToken).ConfigureAwait(false);
        RecordId? position = await _feed.ReadPositionAsync(EventMakerOptions.Topic, Consumer, cancellationToken).ConfigureAwait(false);
        if (there is { State: ConsumerState.Active }) return position ?? RecordId.Zero;
        if (there?.Abort is { } abort) BlockEventsLog.NotifierAborted(logger, settings.Name, abort.Reason, abort.Losses.Sum(loss => loss.Records));
        // One that had a place without being registered keeps it.
        ConsumerStart start = there is null && position is { } place && place != RecordId.Max ? ConsumerStart.At(place.Next()) : ConsumerStart.Last;
        await consumers.RegisterAsync(new() { Name = Consumer, Topics = TopicSelection.Parse(EventMakerOptions.Topic), Start = start }, cancellationToken).ConfigureAwait(false);
        return await _feed.ReadPositionAsync(EventMakerOptions.Topic, Consumer, cancellationToken).ConfigureAwait(false) ?? RecordId.Zero;
    }

    private static List<(RecordId Id, StorageEvent? Event)> Read(RecordPage page)
    {
        var events = new List<(RecordId, StorageEvent?)>();
        foreach (RecordView record in page) events.Add((record.Id, StorageEventReader.TryRead(record.Data.ToArray(), out StorageEvent? one, out _) ? one : null));
        return events;
    }

    /// <summary>What the world outside does to a notifier.</summary>
    private static bool IsFailure(Exception failed) => failed is IOException or UnauthorizedAccessException or OperationCanceledException or System.Net.Sockets.SocketException
        or System.Net.Mail.SmtpException or HttpRequestException or InvalidOperationException or System.ComponentModel.Win32Exception or FormatException;
}
