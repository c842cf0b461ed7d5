using Weir.Hsm.Events;
using Weir.Lustre;

namespace Weir.Hsm.Tests.Maintenance;

/// <summary>
/// A random but possible history of some MDTs, written by Weir or by either generation of the Python tools, changing hands now and then: actions
/// come, change, are refreshed, heartbeat and go; indices are used again; files are asked for twice.
/// </summary>
internal sealed class RandomHistory(int seed, bool onlyWeir)
{
    public static readonly string[] Mdts = ["elm-MDT0000", "elm-MDT0001", "elm-MDT0002"];

    private readonly Random _random = new(seed);
    private readonly List<Action> _live = [];
    private ulong _cookie = 1000;
    private int _writer;

    /// <summary>Actions that are live by the history's own account.</summary>
    public int LiveCount => _live.Count;

    /// <summary>As the by-place readers count.</summary>
    public List<string> Truth => [.. _live.GroupBy(action => $"{action.Mdt} {HsmNames.Text(action.Kind)} {HsmNames.Text(action.Status)}", (group, all) => $"{group} {all.Count()}").Order(StringComparer.Ordinal)];

    /// <summary>The next event and its MDT. Now in unix seconds.</summary>
    public (string Mdt, byte[] Data) Next(long now)
    {
        if (!onlyWeir && _random.Next(40) == 0) _writer = _random.Next(3);
        if (_live.Count == 0 || _random.Next(3) == 0) return Create(now);
        int at = _random.Next(_live.Count);
        Action action = _live[at];
        switch (_random.Next(10))
        {
            case < 4:
                _live.RemoveAt(at);
                return (action.Mdt, Purge(action, now));
            case < 6:
                return (action.Mdt, _writer == 2 ? State("UPDATE", action, now) : Heartbeat(action, now));
            case < 8:
                action = action with { Status = (HsmStatus)_random.Next(1, 6), Since = now };
                _live[at] = action;
                return (action.Mdt, State("UPDATE", action, now));
            default:
                return (action.Mdt, State("UPDATE", action, now));
        }
    }

    private (string, byte[]) Create(long now)
    {
        string mdt = Mdts[_random.Next(Mdts.Length)];
        uint record = (uint)_random.Next(1, 400);
        while (_live.Exists(other => other.Mdt == mdt && other.Record == record)) record++;
        var action = new Action(mdt, record, _cookie++, (uint)_random.Next(1, 20), _random.Next(3) == 0 ? HsmAction.Restore : HsmAction.Archive, HsmStatus.Waiting, now, now);
        _live.Add(action);
        return (mdt, State("NEW", action, now));
    }

    private byte[] State(string type, Action action, long now) => _writer switch
    {
        1 => EventText.Python1State(type, action.Line, now, action.Mdt),
        2 => EventText.Python2State(type, action.Line, now, action.Mdt),
        _ => EventText.State(type == "NEW" ? HsmEventType.New : HsmEventType.Update, action.Line, now, action.First, action.Since, action.Mdt),
    };

    /// <summary>Maintenance purges by the key alone mean the older action, so they are written when the older one goes.</summary>
    private byte[] Purge(Action action, long now)
    {
        bool isOldest = !_live.Exists(other => other.Mdt == action.Mdt && other.Key == action.Key && other.Cookie < action.Cookie);
        return _writer switch
        {
            1 => EventText.Python1Short("PURGED", 1, action.Record, now, action.Mdt),
            2 when isOldest && _random.Next(2) == 0 => EventText.Python2MaintenancePurge(action.Fid, action.Kind, now, action.Mdt),
            2 => EventText.Python2Purged(action.Line, now, action.Mdt),
            _ => EventText.Purged(action.Line, now, mdt: action.Mdt),
        };
    }

    private byte[] Heartbeat(Action action, long now) => _writer == 1
        ? EventText.Python1Short("HEARTBEAT", 1, action.Record, now, action.Mdt)
        : EventText.Heartbeat(action.Line, now, action.Mdt);

    private sealed record Action(string Mdt, uint Record, ulong Cookie, uint File, HsmAction Kind, HsmStatus Status, long First, long Since)
    {
        public string Line => ActionText.Line(1, Record, Cookie, Status, Kind, File);

        public string Fid => new Fid(0x200000401, File, 0).ToString();

        public string Key => $"{Fid}:{Kind}";
    }
}
