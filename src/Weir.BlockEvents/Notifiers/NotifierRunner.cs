using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.Feed;

namespace Weir.BlockEvents.Notifiers;

/// <summary>
/// Gives a notifier its events, from behind the last it was given: one that is slow or down falls behind in the feed and delays nobody. What
/// fails is tried again, and becomes a dead letter at last. After a crash the last event may be told once more.
/// </summary>
public sealed class NotifierRunner(IFeedEngine feed, INotifier notifier, NotifierSettings settings, TimeProvider time, ILogger logger)
{
    private readonly RepeatGate _gate = new(settings.RepeatInterval);

    /// <summary>Events told.</summary>
    public long ToldCount { get; private set; }

    /// <summary>Events that became dead letters.</summary>
    public long DeadCount { get; private set; }

    private string Consumer => "weir-notify-" + settings.Name;

    /// <summary>Runs until cancelled; with <paramref name="once"/> until everything that is there was told.</summary>
    public async Task RunAsync(bool once, CancellationToken cancellationToken)
    {
        using IFeedWatch watch = feed.Watch(EventMakerOptions.Topic);
        RecordId after = await BeginAsync(cancellationToken).ConfigureAwait(false);
        ITopicCursor cursor = feed.OpenCursor(EventMakerOptions.Topic, after, new() { PageBytes = 64 * 1024 });
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

                foreach ((RecordId id, StorageEvent? one) in Read(page))
                {
                    if (one is not null && settings.Filter.Matches(one)) await GiveAsync(one, cancellationToken).ConfigureAwait(false);
                    after = id;
                    if (one is not null) await feed.AdvancePositionAsync(EventMakerOptions.Topic, Consumer, id, cancellationToken).ConfigureAwait(false);
                }
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
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(settings.Timeout);
                await notifier.TellAsync(one, limit.Token).ConfigureAwait(false);
                ToldCount++;
                return true;
            }
            catch (Exception failed) when (IsFailure(failed) && !cancellationToken.IsCancellationRequested)
            {
                string reason = failed is OperationCanceledException ? $"it took longer than {settings.Timeout.TotalSeconds:0.#} s" : failed.Message;
                if (attempt >= settings.Attempts || failed is NotifierRefusedException)
                {
                    BlockEventsLog.NotTold(logger, settings.Name, one.EventId, attempt, reason);
                    await DeadLetters.AppendAsync(feed, settings.Name, reason, attempt, one, cancellationToken).ConfigureAwait(false);
                    DeadCount++;
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

    /// <summary>A notifier that is new is told what comes from now on.</summary>
    private async ValueTask<RecordId> BeginAsync(CancellationToken cancellationToken)
    {
        if (await feed.ReadPositionAsync(EventMakerOptions.Topic, Consumer, cancellationToken).ConfigureAwait(false) is { } position) return position;
        RecordId last = (await feed.MeasureAsync(EventMakerOptions.Topic, RecordId.Max, cancellationToken).ConfigureAwait(false)).LastId;
        // Also where there was no event yet: what comes before the next start is to be told then.
        if (last == RecordId.Zero) last = new(0, 1);
        await feed.AdvancePositionAsync(EventMakerOptions.Topic, Consumer, last, cancellationToken).ConfigureAwait(false);
        return last;
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
