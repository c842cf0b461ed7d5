using Weir.Feed;
using Weir.Hsm.Live;

namespace Weir.Hsm.Maintenance;

/// <summary>One action that a report names.</summary>
/// <param name="Fid">As the MDT prints it.</param>
/// <param name="Action">The action's name.</param>
/// <param name="Status">The status' name.</param>
/// <param name="Cookie">Null when nobody has told.</param>
/// <param name="LastState">From this record on the topic tells its whole state.</param>
/// <param name="LastEvent">When anything was last told of it.</param>
public sealed record ActionExample(
    string Mdt, string Fid, string Action, string Status, ulong? Cookie, RecordId LastState, DateTimeOffset LastEvent)
{
    internal static ActionExample Of(LiveAction action) => new(
        action.Mdt, action.Fid, action.ActionText, action.StatusText, action.Cookie, action.LastState, action.LastEvent);
}
