using Weir.Feed;

namespace Weir.Simulation.Tests.Feed;

/// <summary>
/// Follows one topic through everything that happens to it, as a consumer does: it reads what is new, and after a crash goes on
/// where it stopped. Remembers what it was shown.
/// </summary>
internal sealed class Follower(string topic)
{
    private readonly Dictionary<RecordId, string> _seen = [];
    private ITopicCursor? _cursor;
    private RecordId _position;

    public string Topic => topic;

    public IReadOnlyDictionary<RecordId, string> Seen => _seen;

    /// <summary>Reads on with a cursor of this engine from now on.</summary>
    public void Use(IFeedEngine engine) => _cursor = engine.OpenCursor(topic, _position, new CursorOptions { PageBytes = 500 });

    public async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            RecordPage page = await _cursor!.ReadAsync(cancellationToken);
            foreach (RecordView record in page)
            {
                if (record.Id <= _position) throw new InvalidOperationException($"A follower of '{topic}' at {_position} was given {record.Id}.");
                _position = record.Id;
                _seen.Add(record.Id, record.ToRecord().DataText);
            }

            if (page.IsEmpty) return;
            _position = _cursor.Position;
        }
    }
}
