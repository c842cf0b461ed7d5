using Weir.Feed;

namespace Weir.Lab.Feeds;

/// <summary>A trim, which concerns what was there when it was made: what comes later is above it.</summary>
internal sealed class LedgerTrim(RecordId below, long begunAt)
{
    public long EndedAt { get; private set; } = long.MaxValue;

    public bool IsAcknowledged { get; private set; }

    public void Acknowledge(long now)
    {
        EndedAt = now;
        IsAcknowledged = true;
    }

    public bool MustTake(LedgerAppend append, int record, RecordId id) => IsAcknowledged && id < below && append.CertainSince(record) < begunAt;

    public bool MayTake(LedgerAppend append, int record) => append.BegunAt < EndedAt && append.IsBelow(record, below);
}

/// <summary>What one topic was told.</summary>
internal sealed class TopicLedger(string topic)
{
    private readonly Dictionary<string, List<RecordId?>> _positions = [];
    private long _lostAt;

    public string Topic => topic;

    public List<LedgerAppend> Appends { get; } = [];

    public List<LedgerTrim> Trims { get; } = [];

    /// <summary>The values that each consumer's position may have: the last acknowledged, and those tried since.</summary>
    public IReadOnlyDictionary<string, List<RecordId?>> Positions => _positions;

    public List<RecordId?> PositionOf(string consumer)
    {
        if (!_positions.TryGetValue(consumer, out List<RecordId?>? allowed)) _positions[consumer] = allowed = [null];
        return allowed;
    }

    /// <summary>Everything that this writer had buffered before this moment is durable now.</summary>
    public void Flushed(object writer, long begunAt, long now)
    {
        foreach (LedgerAppend append in Appends)
            if (append.State == LedgerState.Buffered && append.Writer == writer && append.EndedAt < begunAt) append.BecomeDurable(now);
    }

    /// <summary>What was only buffered, by this writer or (null) by any, may be lost.</summary>
    public void LostBuffers(object? writer, long now)
    {
        _lostAt = now;
        foreach (LedgerAppend append in Appends)
            if (append.State == LedgerState.Buffered && (writer is null || append.Writer == writer)) append.State = LedgerState.Unknown;
    }

    /// <summary>Answers come in any order: an append that says "buffered" may have been lost before it said so.</summary>
    public bool MayHaveLost(LedgerAppend append) => append.BegunAt < _lostAt;
}
