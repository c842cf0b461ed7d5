using System.Text;
using System.Threading.Channels;
using Weir.Feed;
using Weir.Hsm.Events;
using Weir.Hsm.Following;
using Weir.Hsm.Live;

namespace Weir.Hsm.Reading;

/// <summary>Makes events of what a follower reads, from each topic's place on, and hands them on page by page.</summary>
internal sealed class EventSink(bool includesUnchanged, ChannelWriter<IReadOnlyList<ActionEvent>> pages) : IActionSink
{
    private static readonly long MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private readonly Dictionary<string, RecordId> _places = new(StringComparer.Ordinal);
    private List<ActionEvent> _page = [];
    private ActionEvent? _before;

    /// <summary>Nothing up to this place is handed on.</summary>
    public void Begin(string topic, RecordId after) => _places[topic] = after;

    public void Taking(FollowedTopic topic, in HsmEvent told, in RecordView record, LiveActions live)
    {
        _before = null;
        if (told.Type != HsmEventType.Purged || record.Id <= _places.GetValueOrDefault(topic.Name)) return;
        if (live.Find(told) is { } gone) _before = Describe(topic, told, record, gone);
    }

    public void Take(FollowedTopic topic, in HsmEvent told, in RecordView record, LiveChange change, LiveAction? action)
    {
        // A topic that is read again from its beginning has been handed on up to here.
        if (record.Id <= _places.GetValueOrDefault(topic.Name)) return;
        _places[topic.Name] = record.Id;
        switch (change)
        {
            case LiveChange.Repeated or LiveChange.Unknown:
            case LiveChange.Refreshed when !includesUnchanged:
                break;
            case LiveChange.Removed:
                _page.Add(_before ?? Describe(topic, told, record, null));
                break;
            default:
                _page.Add(Describe(topic, told, record, action) with { IsRefresh = change == LiveChange.Refreshed && told.Type == HsmEventType.Update });
                break;
        }
    }

    public async ValueTask EndPageAsync(CancellationToken cancellationToken)
    {
        if (_page.Count == 0) return;
        List<ActionEvent> page = _page;
        _page = [];
        await pages.WriteAsync(page, cancellationToken);
    }

    public void StartAgain(FollowedTopic topic)
    {
        // What was handed on stays handed on.
    }

    private static ActionEvent Describe(FollowedTopic topic, in HsmEvent told, in RecordView record, LiveAction? action) => new()
    {
        Topic = topic.Name,
        Id = record.Id,
        Type = told.Type,
        Mdt = Text(told.Mdt),
        Fid = action?.Fid ?? Text(told.Fid),
        Action = action?.Action ?? told.Action,
        ActionText = action?.ActionText ?? Text(told.ActionText),
        Status = action?.Status ?? told.Status,
        StatusText = action?.StatusText ?? Text(told.StatusText),
        Cookie = action?.Cookie ?? (told.HasCookie ? told.Cookie : null),
        Index = action?.Index ?? (told.HasIndex ? (told.CatalogIndex, told.RecordIndex) : null),
        ArchiveId = action?.ArchiveId ?? 0,
        Time = told.Timestamp != 0 ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(told.Timestamp, MaxSeconds)) : record.Id.Time,
        FirstSeen = action?.FirstSeen,
        StatusSince = action?.StatusSince,
        FinalStateSeen = told.FinalStateSeen,
        Line = Text(told.Raw),
    };

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
