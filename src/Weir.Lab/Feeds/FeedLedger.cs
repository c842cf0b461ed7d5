using Weir.Feed;

namespace Weir.Lab.Feeds;

/// <summary>
/// Keeps books of what a feed was told and what it answered, so that after any mishap <see cref="CheckAsync"/> can say whether
/// the feed holds what it must: every acknowledged record exactly once, in order, with the same bytes and the same id;
/// nothing that was never appended; nothing that was trimmed; positions that were once written.
/// </summary>
/// <remarks>Thread-safe. Calls go through <see cref="LedgerWriter"/>, which runs them on an engine and books the outcome.</remarks>
public sealed class FeedLedger
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, TopicLedger> _topics = new(StringComparer.Ordinal);
    private int _appends;
    private long _now;

    /// <summary>The topics that were written.</summary>
    public IReadOnlyList<string> Topics
    {
        get
        {
            lock (_gate) return [.. _topics.Keys];
        }
    }

    /// <summary>The machine, or the only writing process, died: what was only buffered may be lost.</summary>
    public void ProcessDied()
    {
        foreach (string topic in Topics) With(topic, books => books.LostBuffers(null, ++_now));
    }

    /// <summary>The process of this writer died: what it had only buffered may be lost.</summary>
    public void ProcessDied(LedgerWriter writer)
    {
        foreach (string topic in Topics) ProcessDied(writer, topic);
    }

    /// <summary>Compares the feed with the ledger. What it reads is from then on expected to stay.</summary>
    /// <exception cref="LedgerViolationException">They differ.</exception>
    public async Task CheckAsync(IFeedEngine engine, LedgerCheck check, CancellationToken cancellationToken)
    {
        TopicLedger[] topics;
        lock (_gate) topics = [.. _topics.Values];
        foreach (TopicLedger topic in topics) await new TopicCheck(engine, topic, check, Now()).RunAsync(cancellationToken);
    }

    internal LedgerAppend Begin(object writer, string topic, int records, int dataBytes, IReadOnlyList<RecordId>? ownIds)
    {
        lock (_gate)
        {
            var append = new LedgerAppend(topic, _appends++, records, dataBytes, ownIds, writer, ++_now);
            Of(topic).Appends.Add(append);
            return append;
        }
    }

    internal void End(LedgerAppend append, LedgerState state, RecordId? last)
    {
        lock (_gate)
        {
            TopicLedger books = Of(append.Topic);
            append.State = state == LedgerState.Buffered && books.MayHaveLost(append) ? LedgerState.Unknown : state;
            append.LastId = last;
            append.EndedAt = ++_now;
            if (state != LedgerState.Durable) return;
            append.BecomeDurable(_now);
            books.Flushed(append.Writer, append.BegunAt, _now);
        }
    }

    internal long Now()
    {
        lock (_gate) return ++_now;
    }

    internal void ProcessDied(LedgerWriter writer, string topic) => With(topic, books => books.LostBuffers(writer, ++_now));

    internal void Synced(object writer, string topic, long begunAt) => With(topic, books => books.Flushed(writer, begunAt, ++_now));

    internal LedgerTrim Trimming(string topic, RecordId below)
    {
        lock (_gate)
        {
            var trim = new LedgerTrim(below, ++_now);
            Of(topic).Trims.Add(trim);
            return trim;
        }
    }

    internal void Trimmed(LedgerTrim trim)
    {
        lock (_gate) trim.Acknowledge(++_now);
    }

    internal void Positioning(string topic, string consumer, RecordId? position) => With(topic, books => books.PositionOf(consumer).Add(position));

    internal void Positioned(string topic, string consumer, RecordId? position) => With(topic, books =>
    {
        List<RecordId?> allowed = books.PositionOf(consumer);
        allowed.Clear();
        allowed.Add(position);
    });

    private void With(string topic, Action<TopicLedger> action)
    {
        lock (_gate) action(Of(topic));
    }

    private TopicLedger Of(string topic)
    {
        if (!_topics.TryGetValue(topic, out TopicLedger? books)) _topics[topic] = books = new(topic);
        return books;
    }
}
