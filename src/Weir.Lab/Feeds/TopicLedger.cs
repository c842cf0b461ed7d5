using Weir.Feed;

namespace Weir.Lab.Feeds;

/// <summary>What one topic was told.</summary>
internal sealed class TopicLedger(string topic)
{
    private readonly Dictionary<string, List<RecordId?>> _positions = [];

    public string Topic => topic;

    public List<LedgerAppend> Appends { get; } = [];

    /// <summary>What every reader must have lost.</summary>
    public RecordId Trimmed { get; set; }

    /// <summary>What readers may have lost: also trims whose outcome is not known.</summary>
    public RecordId MayBeTrimmed { get; set; }

    /// <summary>The values that each consumer's position may have: the last acknowledged, and those tried since.</summary>
    public IReadOnlyDictionary<string, List<RecordId?>> Positions => _positions;

    public List<RecordId?> PositionOf(string consumer)
    {
        if (!_positions.TryGetValue(consumer, out List<RecordId?>? allowed)) _positions[consumer] = allowed = [null];
        return allowed;
    }

    /// <summary>Everything that was buffered before this moment is durable now.</summary>
    public void Flushed(long begunAt)
    {
        foreach (LedgerAppend append in Appends)
            if (append.State == LedgerState.Buffered && append.EndedAt < begunAt) append.State = LedgerState.Durable;
    }

    /// <summary>What was only buffered may be lost.</summary>
    public void LostBuffers()
    {
        foreach (LedgerAppend append in Appends)
            if (append.State == LedgerState.Buffered) append.State = LedgerState.Unknown;
    }
}
