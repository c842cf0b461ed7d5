using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Collectors.Raw;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Rules;
using Weir.BlockEvents.Topology;
using Weir.Feed;

namespace Weir.BlockEvents.Pipeline;

/// <summary>
/// Makes events of the raw lines of <c>block:raw</c>: what each line means, which device it is really about, repeats folded, consequences linked to
/// their cause. What the events are made of is acknowledged when they are durable in <c>block:events</c>; after a crash the same lines give
/// events of the same ids, and those that are there already are not appended again.
/// </summary>
public sealed class EventMaker
{
    private const int MostRemembered = 65536;

    private readonly IFeedEngine _feed;
    private readonly IDeviceResolver _resolver;
    private readonly EventMakerOptions _options;
    private readonly ILogger _logger;
    private readonly LineStage _lines;
    private readonly EventFolder _folder;
    private readonly DeviceVerdicts _verdicts;
    private readonly EventAppender _appender;
    private readonly DateTimeOffset _began;
    private readonly long _beganAt;
    private RecordId _read;
    private RecordId _acknowledged;

    /// <summary>Makes a maker.</summary>
    public EventMaker(IFeedEngine feed, RuleSet rules, IDeviceResolver resolver, EventMakerOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_began, _beganAt) = (options.Time.GetUtcNow(), options.Time.GetTimestamp());
        _feed = feed;
        _resolver = resolver;
        _options = options;
        _logger = logger;
        _lines = new(rules, resolver, options, (one, lines) => _folder!.Add(one, lines, Now));
        _folder = new(options.Storms);
        _verdicts = new(options.Storms);
        _appender = new(feed);
    }

    /// <summary>Events appended.</summary>
    public long EventCount => _appender.Count;

    /// <summary>How late it is by a clock that nobody sets: how long something waits must not depend on what an administrator or NTP does meanwhile.</summary>
    private DateTimeOffset Now => _began + _options.Time.GetElapsedTime(_beganAt);

    /// <summary>Runs until cancelled; with <paramref name="until"/> until what was collected when that ends is made into events.</summary>
    /// <exception cref="IOException">The feed cannot be read or does not take the events.</exception>
    public async Task RunAsync(Task? until, Func<RuleSet?>? newRules, CancellationToken cancellationToken)
    {
        _acknowledged = _read = await _feed.ReadPositionAsync(RawLine.Topic, EventMakerOptions.Consumer, cancellationToken).ConfigureAwait(false) ?? RecordId.Zero;
        await _appender.RememberAsync(_acknowledged, MostRemembered, cancellationToken).ConfigureAwait(false);
        using IFeedWatch watch = _feed.Watch(RawLine.Topic);
        ITopicCursor cursor = _feed.OpenCursor(RawLine.Topic, _acknowledged);
        await using (cursor.ConfigureAwait(false))
        {
            if (_options.TellsDevices) TellDevices();
            try
            {
                while (true)
                {
                    if (newRules?.Invoke() is { } rules) _lines.Use(rules);
                    bool isOver = until is { IsCompleted: true };
                    bool hasRead = await ReadAsync(cursor, cancellationToken).ConfigureAwait(false);
                    await TellAsync(isOver && !hasRead, cancellationToken).ConfigureAwait(false);
                    if (hasRead) continue;
                    if (isOver) return;
                    await WaitAsync(watch, until, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // What is gathered is told; the lines are durable, but nobody would wait for the next start.
                await TellAsync(all: true, CancellationToken.None).ConfigureAwait(false);
                throw;
            }
        }
    }

    private void TellDevices()
    {
        if (_resolver is not TopologyTracker tracker) return;
        foreach (StorageEvent one in DeviceEvents.Of(tracker.Current, _options.Hostname, _options.Time.GetLocalNow())) _appender.Add(one);
    }

    private async ValueTask<bool> ReadAsync(ITopicCursor cursor, CancellationToken cancellationToken)
    {
        RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (page.IsEmpty) return false;
        if (page.Gap is { } gap) BlockEventsLog.RawGap(_logger, gap.ToString());
        foreach (RecordView record in page)
        {
            if (RawLine.Read(record.Data.ToArray()) is { } raw) _lines.Take(raw, record.Id);
            _read = record.Id;
        }

        return true;
    }

    private async ValueTask TellAsync(bool all, CancellationToken cancellationToken)
    {
        _lines.Advance(all);
        DateTimeOffset now = Now;
        foreach (StorageEvent folded in _folder.Take(_lines.LineTime, now, all))
        {
            StorageEvent one = _lines.Refresh(folded);
            _appender.Add(one);
            if (_verdicts.Count(one, now) is { } verdict) _appender.Add(verdict);
        }

        foreach (StorageEvent one in _verdicts.TakeRecovered(_lines.LineTime, now)) _appender.Add(one);
        await _appender.AppendAsync(cancellationToken).ConfigureAwait(false);
        RecordId done = _lines.Done(_read);
        if (done <= _acknowledged) return;
        await _feed.AdvancePositionAsync(RawLine.Topic, EventMakerOptions.Consumer, done, cancellationToken).ConfigureAwait(false);
        _acknowledged = done;
    }

    /// <summary>Waits for lines, or until something that waits is due.</summary>
    private async Task WaitAsync(IFeedWatch watch, Task? until, CancellationToken cancellationToken)
    {
        DateTimeOffset? due = Earlier(_lines.NextDue(Now), Earlier(_folder.NextDue(), _verdicts.NextDue()));
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (due is null) _options.Idle?.Invoke();
        Task lines = watch.WaitAsync(woken.Token).AsTask();
        var waits = new List<Task> { lines };
        if (until is not null) waits.Add(until);
        if (due is { } time)
        {
            TimeSpan left = time - Now;
            waits.Add(Task.Delay(left > TimeSpan.FromMilliseconds(1) ? left < TimeSpan.FromDays(1) ? left : TimeSpan.FromDays(1) : TimeSpan.FromMilliseconds(1), _options.Time, woken.Token));
        }

        await Task.WhenAny(waits).ConfigureAwait(false);
        await woken.CancelAsync().ConfigureAwait(false);
        await lines.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? left, DateTimeOffset? right) => left is null ? right : right is null || left < right ? left : right;
}
