using System.Runtime.CompilerServices;
using System.Text;
using Weir.Hsm.Live;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Reconciling;

/// <summary>Holds the lines of one MDT's file against its live actions in the stream.</summary>
internal sealed class MdtCheck
{
    private const byte SeenMark = 1;

    private readonly MdtActions? _actions;
    private readonly int _maxExamples;
    private readonly List<ActionDifference> _missing = [];
    private readonly List<ActionDifference> _different = [];
    private long _inFile;
    private long _missingCount;
    private long _differentCount;

    /// <param name="mdt">The MDT's name.</param>
    /// <param name="actions">Its live actions; null when the stream does not know it.</param>
    /// <param name="maxExamples">How many actions of each kind of difference are named.</param>
    public MdtCheck(string mdt, MdtActions? actions, int maxExamples)
    {
        Mdt = mdt;
        _actions = actions;
        _maxExamples = maxExamples;
        for (int slot = 0; slot < (actions?.Entries.Slots ?? 0); slot++) actions!.Entries[slot].Seen = 0;
    }

    public string Mdt { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Take(in ActionLine line)
    {
        int slot = _actions is null ? -1 : _actions.Match(ActionState.From(line, 0)).Same;
        if (slot < 0)
        {
            _inFile++;
            _missingCount++;
            if (_missing.Count < _maxExamples) _missing.Add(Describe(line, null));
            return;
        }

        ref ActionEntry entry = ref _actions!.Entries[slot];

        // A file torn between two states of a record can hold it twice; it is one action all the same.
        if (entry.Seen != SeenMark) _inFile++;
        entry.Seen = SeenMark;
        if (_actions.StatusTextOf(slot).SequenceEqual(line.StatusText)) return;
        _differentCount++;
        if (_different.Count < _maxExamples) _different.Add(Describe(line, Encoding.UTF8.GetString(_actions.StatusTextOf(slot))));
    }

    /// <param name="path">The file that was read.</param>
    /// <param name="lostLines">Lines of it that could not be taken.</param>
    /// <param name="problem">Why it says nothing about absence; null when it does.</param>
    public MdtComparison Finish(string path, long lostLines, string? problem)
    {
        var extra = new List<ActionDifference>();
        long extraCount = 0;
        for (int slot = 0; problem is null && slot < (_actions?.Entries.Slots ?? 0); slot++)
        {
            ref readonly ActionEntry entry = ref _actions!.Entries[slot];
            if ((entry.Flags & EntryFlags.InUse) == 0 || entry.Seen == SeenMark) continue;
            extraCount++;
            if (extra.Count >= _maxExamples) continue;
            var action = new LiveAction(_actions, slot);
            extra.Add(new(action.Fid, action.ActionText, null, action.StatusText, action.Cookie, action.Index));
        }

        return new()
        {
            Mdt = Mdt,
            Path = path,
            InFile = _inFile,
            InStream = _actions?.Count ?? 0,
            Missing = _missingCount,
            MissingExamples = _missing,
            Extra = extraCount,
            ExtraExamples = extra,
            Different = _differentCount,
            DifferentExamples = _different,
            LostLines = lostLines,
            Problem = problem,
        };
    }

    private static ActionDifference Describe(in ActionLine line, string? streamStatus) => new(
        Encoding.UTF8.GetString(line.Fid), Encoding.UTF8.GetString(line.ActionText), Encoding.UTF8.GetString(line.StatusText), streamStatus,
        line.HasCookie ? line.Cookie : null, (line.CatalogIndex, line.RecordIndex));
}
