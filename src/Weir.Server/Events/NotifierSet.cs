using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Notifiers;
using Weir.Feed;
using Weir.Feed.Consuming;

namespace Weir.Server.Events;

/// <summary>The notifiers of a configuration, each at its own pace.</summary>
public sealed class NotifierSet : IDisposable
{
    private readonly List<(INotifier Notifier, NotifierRunner Runner, NotifierSettings Settings)> _notifiers = [];
    private readonly IFeedEngine _feed;

    /// <summary>Makes them.</summary>
    /// <exception cref="IOException">A file that one names cannot be read, or two have the same name.</exception>
    public NotifierSet(ConsumerRegistry consumers, IReadOnlyList<NotifierText> notifiers, IReadOnlyList<string> drives, Stream output, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(notifiers);
        ArgumentNullException.ThrowIfNull(drives);
        ArgumentNullException.ThrowIfNull(consumers);
        _feed = consumers.Feed;
        foreach (NotifierText text in notifiers) Add(text.Create(output), text.Settings);
        if (drives.Count > 0) Add(new HealthBridge(_feed, drives), new() { Name = "health", Filter = HealthBridge.Filter });
        if (_notifiers.GroupBy(entry => entry.Settings.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new IOException($"Two notifiers are called '{twice.Key}'; give each a name=.");

        void Add(INotifier notifier, NotifierSettings settings) => _notifiers.Add((notifier, new(consumers, notifier, settings, time, logger), settings));
    }

    /// <summary>Events told, and events that became dead letters.</summary>
    public (long Told, long Dead) Counts => (_notifiers.Sum(entry => entry.Runner.ToldCount), _notifiers.Sum(entry => entry.Runner.DeadCount));

    /// <summary>Tells until cancelled; with <paramref name="once"/> until everything that is there was told.</summary>
    public Task RunAsync(bool once, CancellationToken cancellationToken) =>
        _notifiers.Count == 0 && !once ? Task.Delay(Timeout.Infinite, cancellationToken) : Task.WhenAll(_notifiers.Select(entry => entry.Runner.RunAsync(once, cancellationToken)));

    /// <summary>Tells again what became dead letters of these notifiers; what fails once more is a dead letter once more.</summary>
    /// <returns>How many letters there were.</returns>
    public async Task<long> ReplayAsync(CancellationToken cancellationToken)
    {
        const string Consumer = "weir-notify-replay";
        // Letters that come while these are told are for the next time.
        RecordId end = (await _feed.MeasureAsync(DeadLetters.Topic, RecordId.Max, cancellationToken).ConfigureAwait(false)).LastId;
        long letters = 0;
        foreach ((_, NotifierRunner runner, NotifierSettings settings) in _notifiers)
        {
            string consumer = $"{Consumer}-{settings.Name}";
            RecordId after = await _feed.ReadPositionAsync(DeadLetters.Topic, consumer, cancellationToken).ConfigureAwait(false) ?? RecordId.Zero;
            ITopicCursor cursor = _feed.OpenCursor(DeadLetters.Topic, after);
            await using (cursor.ConfigureAwait(false))
            {
                while (cursor.Position < end && await cursor.ReadAsync(cancellationToken).ConfigureAwait(false) is { IsEmpty: false } page)
                {
                    foreach ((RecordId id, ReadOnlyMemory<byte> data) in Copy(page, end))
                    {
                        if (DeadLetters.Read(data) is { } letter && letter.Notifier == settings.Name)
                        {
                            letters++;
                            await runner.TellAsync(letter.Event, cancellationToken).ConfigureAwait(false);
                        }

                        await _feed.AdvancePositionAsync(DeadLetters.Topic, consumer, id, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }

        return letters;
    }

    public void Dispose()
    {
        foreach ((INotifier notifier, _, _) in _notifiers) (notifier as IDisposable)?.Dispose();
    }

    private static List<(RecordId Id, ReadOnlyMemory<byte> Data)> Copy(RecordPage page, RecordId end)
    {
        var records = new List<(RecordId, ReadOnlyMemory<byte>)>();
        foreach (RecordView record in page)
        {
            if (record.Id <= end) records.Add((record.Id, record.Data.ToArray()));
        }

        return records;
    }
}
