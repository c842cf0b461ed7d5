using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Merging;

/// <summary>One topic's records, a page at a time, repeats left out.</summary>
internal sealed class TopicHead(string topic, ITopicCursor cursor) : IAsyncDisposable
{
    private readonly ChangelogRecordReader _reader = new();
    private readonly List<Item> _items = [];
    private byte[] _bytes = new byte[64 * 1024];
    private int _used;
    private int _at = -1;
    private ulong _last;
    private ulong _beforeHole;
    private ChangelogTime _time;

    public string Mdt { get; } = ChangelogTopic.MdtOf(topic);

    /// <summary>When the head's record was written; of a notice, when the one before it was.</summary>
    public ChangelogTime Time => _items[_at].Time;

    public RecordId Id => _items[_at].Id;

    /// <summary>A gap or the like rather than a record.</summary>
    public bool IsNotice => _items[_at].IsNotice;

    /// <summary>The record's bytes, or the notice's data.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_items[_at].Offset, _items[_at].Length);

    /// <summary>Of a notice, its type.</summary>
    public string Type => _items[_at].Type;

    /// <summary>What of the feed itself could not be read, before the head.</summary>
    public List<FeedGap> Holes { get; } = [];

    /// <summary>Goes to the next record; false when there is none now.</summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        while (_at + 1 >= _items.Count)
        {
            RecordPage page = await cursor.ReadAsync(cancellationToken);
            if (page.IsEmpty) return false;
            Take(page);
        }

        _at++;
        return true;
    }

    public ValueTask DisposeAsync() => cursor.DisposeAsync();

    private void Take(RecordPage page)
    {
        _items.Clear();
        _at = -1;
        _used = 0;
        if (page.Gap is { } hole)
        {
            Holes.Add(hole);
            _beforeHole = _last;
        }

        foreach (RecordView view in page)
        {
            ulong index = ChangelogTopic.IndexOf(view.Id);

            // A follower that came back to a hole tells again what lies behind it; elsewhere it is only a repeat.
            if (index <= _last && index <= _beforeHole) continue;
            _last = index;
            if (_reader.TryRead(view, out ChangelogRecord record))
            {
                _time = record.Time;
                Keep(record.Raw, view.Id, "");
            }
            else
            {
                Keep(view.Data, view.Id, System.Text.Encoding.UTF8.GetString(view.Type));
            }
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes, RecordId id, string type)
    {
        if (_bytes.Length - _used < bytes.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _used + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(_used));
        _items.Add(new(id, _time, _used, bytes.Length, type));
        _used += bytes.Length;
    }

    private readonly record struct Item(RecordId Id, ChangelogTime Time, int Offset, int Length, string Type)
    {
        public bool IsNotice => Type.Length > 0;
    }
}
