using System.Text;
using Weir.Feed;

namespace Weir.Hsm.Top;

/// <summary>An MDT whose actions nobody reports any more: its file is gone from where it was.</summary>
/// <param name="Mdt">Its name.</param>
/// <param name="Since">When it was missed.</param>
/// <param name="ReportedBy">Who missed it, as the record's source says.</param>
public sealed record LostSource(string Mdt, DateTimeOffset Since, string ReportedBy);

/// <summary>Which MDTs are lost, by the records of <c>hsm:sources</c>.</summary>
internal sealed class LostSources
{
    /// <summary>No file system has more MDTs.</summary>
    private const int MaxMdts = Live.LiveActions.MaxMdts;

    private readonly Dictionary<string, (RecordId Id, LostSource Source)> _lost = new(StringComparer.Ordinal);

    /// <summary>Forgets everything, for a reader whose topic was emptied.</summary>
    public void Clear() => _lost.Clear();

    public void Apply(in RecordView record)
    {
        string mdt = Encoding.UTF8.GetString(record.Subject);
        if (mdt.Length == 0) return;
        if (record.Type.SequenceEqual("SOURCE_BACK"u8)) _lost.Remove(mdt);
        else if (record.Type.SequenceEqual("SOURCE_LOST"u8) && (_lost.Count < MaxMdts || _lost.ContainsKey(mdt)))
            _lost[mdt] = (record.Id, new(mdt, record.Id.Time, Encoding.UTF8.GetString(record.Source)));
    }

    /// <summary>
    /// Those that are lost now. An MDT that events came from since is not: after a fail-over the new server's shipper may be earlier with
    /// its events than the old one's with its loss.
    /// </summary>
    /// <param name="lastEvent">The last event of an MDT.</param>
    public IEnumerable<LostSource> Now(Func<string, RecordId> lastEvent)
    {
        foreach ((RecordId id, LostSource source) in _lost.Values)
        {
            if (lastEvent(source.Mdt) <= id) yield return source;
        }
    }
}
