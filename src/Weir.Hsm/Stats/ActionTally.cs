using System.Runtime.CompilerServices;
using System.Text;
using Weir.Hsm.Live;
using Weir.Lustre;

namespace Weir.Hsm.Stats;

/// <summary>Counts the live actions of MDTs by action and status.</summary>
internal sealed class ActionTally
{
    private const int Actions = (int)HsmAction.Cancel + 1;
    private const int Statuses = (int)HsmStatus.Succeed + 1;

    private readonly List<ActionCount> _counts = [];

    public long Total { get; private set; }

    /// <summary>When the oldest action was first seen, in unix seconds; null when there is none.</summary>
    public long? OldestFirstSeen { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(MdtActions mdt)
    {
        Span<long> plain = stackalloc long[Actions * Statuses];
        plain.Clear();
        Dictionary<(string, string), long>? odd = null;
        uint oldest = uint.MaxValue;
        for (int slot = 0; slot < mdt.Entries.Slots; slot++)
        {
            ref readonly ActionEntry entry = ref mdt.Entries[slot];
            if ((entry.Flags & EntryFlags.InUse) == 0) continue;
            oldest = Math.Min(oldest, entry.FirstSeen);
            if ((entry.Flags & EntryFlags.OddNames) == 0) plain[(int)entry.Action * Statuses + (int)entry.Status]++;
            else CountOdd(odd ??= [], mdt, slot);
        }

        Total += mdt.Count;
        if (mdt.Count > 0 && oldest < (OldestFirstSeen ?? long.MaxValue)) OldestFirstSeen = oldest;
        for (int i = 0; i < plain.Length; i++)
        {
            if (plain[i] > 0)
                _counts.Add(new(mdt.Name.Text, HsmNames.Text((HsmAction)(i / Statuses)), HsmNames.Text((HsmStatus)(i % Statuses)), plain[i]));
        }

        if (odd is null) return;
        foreach (((string action, string status), long count) in odd) _counts.Add(new(mdt.Name.Text, action, status, count));
    }

    public IReadOnlyList<ActionCount> ToSorted()
    {
        _counts.Sort(static (x, y) =>
        {
            int order = string.CompareOrdinal(x.Mdt, y.Mdt);
            if (order == 0) order = string.CompareOrdinal(x.Action, y.Action);
            return order != 0 ? order : string.CompareOrdinal(x.Status, y.Status);
        });
        return _counts;
    }

    private static void CountOdd(Dictionary<(string, string), long> odd, MdtActions mdt, int slot)
    {
        (string, string) key = (Text(mdt.ActionTextOf(slot)), Text(mdt.StatusTextOf(slot)));
        odd[key] = odd.GetValueOrDefault(key) + 1;
    }

    private static string Text(ReadOnlySpan<byte> utf8) => utf8.IsEmpty ? "unknown" : Encoding.UTF8.GetString(utf8);
}
