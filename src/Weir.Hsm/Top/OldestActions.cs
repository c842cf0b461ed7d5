using Weir.Hsm.Live;

namespace Weir.Hsm.Top;

/// <summary>The few oldest actions of some tallies.</summary>
/// <param name="wanted">How many.</param>
/// <param name="youngestMinute">Those since a later minute are left out.</param>
internal sealed class OldestActions(int wanted, uint youngestMinute)
{
    /// <summary>
    /// How many of a minute are looked at to put seconds into order. Actions that came in one burst have the same second anyway.
    /// </summary>
    private const int LookedAt = 32;

    private readonly List<(uint Since, AgedAction Action)> _actions = [];

    /// <summary>Since when the tally's oldest has its status, to a minute where very many are as old; null when it has none.</summary>
    public static DateTimeOffset? OldestSince(Tally tally)
    {
        Span<int> slots = stackalloc int[LookedAt];
        int count = tally.Ages?.TakeOldest(slots) ?? 0;
        if (count == 0) return null;
        uint oldest = uint.MaxValue;
        foreach (int slot in slots[..count]) oldest = Math.Min(oldest, tally.Mdt.Actions.Entries[slot].StatusSince);
        return DateTimeOffset.FromUnixTimeSeconds(oldest);
    }

    public void Add(Tally tally)
    {
        Span<int> slots = stackalloc int[LookedAt];
        int count = wanted == 0 ? 0 : tally.Ages!.TakeOldest(slots);
        foreach (int slot in slots[..count])
        {
            uint since = tally.Mdt.Actions.Entries[slot].StatusSince;
            if (since / 60 > youngestMinute || (_actions.Count >= wanted && since >= _actions[^1].Since)) continue;
            Insert(since, new LiveAction(tally.Mdt.Actions, slot));
        }
    }

    public IReadOnlyList<AgedAction> ToList() => _actions.ConvertAll(action => action.Action);

    private void Insert(uint since, LiveAction action)
    {
        int at = _actions.Count;
        while (at > 0 && _actions[at - 1].Since > since) at--;
        _actions.Insert(at, (since, new(
            action.Mdt, action.Fid, action.ActionText, action.StatusText, action.ArchiveId, action.StatusSince, action.FirstSeen)));
        if (_actions.Count > wanted) _actions.RemoveAt(wanted);
    }
}
