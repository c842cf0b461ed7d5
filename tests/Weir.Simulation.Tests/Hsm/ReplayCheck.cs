using System.Globalization;
using Weir.Feed;
using Weir.Hsm;
using Weir.Hsm.Events;
using Weir.Hsm.Live;

namespace Weir.Simulation.Tests.Hsm;

/// <summary>Replays all action topics, and holds each event against what the ones before it told.</summary>
internal sealed class ReplayCheck
{
    private readonly HsmEventReader _reader = new();
    private readonly List<string> _wrong = [];
    private bool _isTrimmed;

    public LiveActions Live { get; } = new();

    /// <summary>Events that do not fit those before them, as long as nothing is missing.</summary>
    public IReadOnlyList<string> Wrong => _wrong;

    /// <summary>Whether records are missing from the middle of a topic.</summary>
    public bool HasGaps { get; private set; }

    public long Records { get; private set; }

    /// <param name="isTrimmed">Whether what told of an action that is gone may be trimmed away, up to its purge.</param>
    public static async Task<ReplayCheck> RunAsync(IFeedEngine engine, bool isTrimmed)
    {
        var check = new ReplayCheck { _isTrimmed = isTrimmed };
        foreach (string topic in await ActionTopics.ListAsync(engine, ActionTopics.DefaultPrefix)) await check.ReadAsync(engine, topic);
        return check;
    }

    /// <summary>Everything that is known of the live actions, in one order.</summary>
    public List<string> Describe()
    {
        var all = new List<string>();
        foreach (MdtActions mdt in Live.Mdts)
        {
            foreach (LiveAction action in mdt)
            {
                all.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{action.Mdt} {action.Index} {action.Cookie:x} {action.Fid} {action.ActionText} {action.StatusText} {action.ArchiveId} {action.FirstSeen:T} {action.StatusSince:T} {action.LastEvent:T} {action.LastState} {action.RawHash:x}"));
            }
        }

        all.Sort(StringComparer.Ordinal);
        return all;
    }

    /// <summary>For each topic the record before which nothing of a live action stands.</summary>
    public Dictionary<string, RecordId> TrimPoints(ActionLayout layout)
    {
        var points = new Dictionary<string, RecordId>(StringComparer.Ordinal);
        foreach (MdtActions mdt in Live.Mdts)
        {
            string topic = ActionTopics.Of(ActionTopics.DefaultPrefix, layout, mdt.Name.Text);
            RecordId oldest = points.GetValueOrDefault(topic, RecordId.Max);
            foreach (LiveAction action in mdt) oldest = action.LastState < oldest ? action.LastState : oldest;
            points[topic] = oldest;
        }

        return points;
    }

    private async Task ReadAsync(IFeedEngine engine, string topic)
    {
        await using ITopicCursor cursor = engine.OpenCursor(topic, RecordId.Zero);
        while (await cursor.ReadAsync() is { IsEmpty: false } page)
        {
            HasGaps |= page.Gap is not null;
            foreach (RecordView record in page) Take(record);
        }
    }

    private void Take(in RecordView record)
    {
        Records++;
        if (!_reader.TryRead(record.Data, out HsmEvent told))
        {
            _wrong.Add($"{record.Id} is no event");
            return;
        }

        bool wasFinal = told.Type == HsmEventType.Purged && Live.Find(told) is { } gone && Lustre.HsmStatusExtensions.IsFinal(gone.Status);
        LiveChange change = Live.Apply(told, record.Id);
        bool fits = told.Type switch
        {
            HsmEventType.New => change == LiveChange.Added,
            HsmEventType.Update => change is LiveChange.Updated or LiveChange.Refreshed || (_isTrimmed && change == LiveChange.Added),
            HsmEventType.Heartbeat => change == LiveChange.Refreshed || (_isTrimmed && change == LiveChange.Unknown),
            _ => (change == LiveChange.Removed && told.FinalStateSeen == wasFinal) || (_isTrimmed && change == LiveChange.Unknown),
        };
        if (!fits && !HasGaps) _wrong.Add($"{record.Id}: {told.Type} was {change}: {System.Text.Encoding.UTF8.GetString(record.Data)}");
    }
}
