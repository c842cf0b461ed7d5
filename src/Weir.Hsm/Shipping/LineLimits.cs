using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Shipping;

/// <summary>How long the texts of a line may be to become an event. The kernel's are far shorter.</summary>
internal static class LineLimits
{
    private const int MaxFidBytes = 256;
    private const int MaxNameBytes = 64;

    public static LineError Check(in ActionLine line)
    {
        if (line.Fid.Length > MaxFidBytes) return LineError.BadFid;
        return line.ActionText.Length > MaxNameBytes || line.StatusText.Length > MaxNameBytes ? LineError.TooLong : LineError.None;
    }
}
