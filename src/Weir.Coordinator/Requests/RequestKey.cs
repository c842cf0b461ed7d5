using System.Globalization;
using Weir.Lustre;

namespace Weir.Coordinator.Requests;

/// <summary>
/// What a request is known by everywhere: its cookie, which is unique in its MDT only, and the file that holds the data.
/// </summary>
/// <param name="Cookie">The MDT's number of the request; a CANCEL has its victim's.</param>
/// <param name="DataFid">The <c>hai_dfid</c> of the action item.</param>
public readonly record struct RequestKey(ulong Cookie, Fid DataFid)
{
    /// <summary>As in messages: <c>0x66f2a1b3/0x200000401:0x1:0x0</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Cookie:x}/{DataFid}").Insert(0, "0x");
}
