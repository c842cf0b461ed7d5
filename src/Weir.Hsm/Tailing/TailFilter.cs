using Weir.Hsm.Events;

namespace Weir.Hsm.Tailing;

/// <summary>
/// Which events a tail shows. An item hides event types, actions and statuses alike, as the original's <c>--hide</c> and <c>--show</c> do; case
/// does not matter.
/// </summary>
public sealed class TailFilter
{
    /// <summary>The item for UPDATE events that only tell a state again.</summary>
    public const string Refresh = "REFRESH";

    private readonly HashSet<string> _hidden = new(["PURGED", "HEARTBEAT", Refresh], StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string>? _mdts;
    private readonly HashSet<string>? _fids;

    /// <param name="hide">Items to hide beyond PURGED, HEARTBEAT and REFRESH.</param>
    /// <param name="show">Items to show that are hidden otherwise.</param>
    /// <param name="mdts">Only these MDTs; none given: all.</param>
    /// <param name="fids">Only these files, with or without brackets; none given: all.</param>
    public TailFilter(
        IEnumerable<string>? hide = null, IEnumerable<string>? show = null, IEnumerable<string>? mdts = null, IEnumerable<string>? fids = null)
    {
        _hidden.ExceptWith(show ?? []);
        _hidden.UnionWith(hide ?? []);
        _mdts = mdts?.ToHashSet(StringComparer.Ordinal) is { Count: > 0 } someMdts ? someMdts : null;
        _fids = fids?.Select(fid => fid.Trim('[', ']')).ToHashSet(StringComparer.OrdinalIgnoreCase) is { Count: > 0 } someFids ? someFids : null;
    }

    /// <summary>Everything but PURGED, HEARTBEAT and refreshes.</summary>
    public static TailFilter Default { get; } = new();

    public bool Shows(TailEvent told)
    {
        ArgumentNullException.ThrowIfNull(told);
        if (_mdts is not null && !_mdts.Contains(told.Mdt)) return false;
        if (_fids is not null && !_fids.Contains(told.Fid)) return false;
        if (told.IsRefresh && _hidden.Contains(Refresh)) return false;
        return !_hidden.Contains(HsmEventNames.Text(told.Type)) && !_hidden.Contains(told.Action) && !_hidden.Contains(told.Status);
    }
}
