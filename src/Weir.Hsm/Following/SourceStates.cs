using System.Text;
using Weir.Feed;

namespace Weir.Hsm.Following;

/// <summary>Which MDTs have no file at the moment, as the shippers tell on <see cref="ActionTopics.Sources"/>. Not thread-safe.</summary>
public sealed class SourceStates(IFeedEngine engine) : IAsyncDisposable
{
    private readonly Dictionary<string, (bool IsLost, DateTimeOffset Since)> _states = new(StringComparer.Ordinal);
    private ITopicCursor? _cursor;

    /// <summary>The MDTs that are lost, in the order of their names.</summary>
    public IEnumerable<string> Lost => _states.Where(state => state.Value.IsLost).Select(state => state.Key).Order(StringComparer.Ordinal);

    /// <summary>Whether nobody can say at the moment what became of the MDT's actions.</summary>
    public bool IsLost(string mdt) => _states.TryGetValue(mdt, out var state) && state.IsLost;

    /// <summary>When it was last heard of; null when it was never lost.</summary>
    public DateTimeOffset? LastChange(string mdt) => _states.TryGetValue(mdt, out var state) ? state.Since : null;

    /// <summary>Reads what is new.</summary>
    /// <exception cref="FeedException">The topic cannot be read.</exception>
    public async ValueTask CatchUpAsync(CancellationToken cancellationToken = default)
    {
        TopicInfo? info = await engine.DescribeAsync(ActionTopics.Sources, cancellationToken);
        if (_cursor is not null && (info is null || info.LastId < _cursor.Position)) await ForgetAsync();
        if (info is null) return;
        _cursor ??= engine.OpenCursor(ActionTopics.Sources, RecordId.Zero);
        while (await _cursor.ReadAsync(cancellationToken) is { IsEmpty: false } page)
        {
            foreach (RecordView record in page) Take(record);
        }
    }

    public ValueTask DisposeAsync() => _cursor?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Take(in RecordView record)
    {
        bool isLost = record.Type.SequenceEqual("SOURCE_LOST"u8);
        if (!isLost && !record.Type.SequenceEqual("SOURCE_BACK"u8)) return;
        string mdt = Encoding.UTF8.GetString(record.Subject);
        if (_states.Count < Live.LiveActions.MaxMdts || _states.ContainsKey(mdt)) _states[mdt] = (isLost, record.Id.Time);
    }

    private async ValueTask ForgetAsync()
    {
        await _cursor!.DisposeAsync();
        _cursor = null;
        _states.Clear();
    }
}
