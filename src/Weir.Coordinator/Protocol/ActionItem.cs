using Weir.Lustre;

namespace Weir.Coordinator.Protocol;

/// <summary>
/// One action item (hai) as it goes over the wire: struct hsm_action_item of lustre_user.h, with what its list says of it. Numbers that Lustre
/// has without a sign are signed on the wire: -1 is the whole file's extent.
/// </summary>
public ref struct ActionItem
{
    public ActionCode Action { get; set; }

    public Fid Fid { get; set; }

    /// <summary>Where the data is; with the cookie it is the request's identity.</summary>
    public Fid DataFid { get; set; }

    /// <summary>In bytes.</summary>
    public ulong ExtentOffset { get; set; }

    /// <summary>In bytes; all ones for the whole file.</summary>
    public ulong ExtentLength { get; set; }

    public ulong Cookie { get; set; }

    public ulong GroupId { get; set; }

    public uint ArchiveId { get; set; }

    public ulong Flags { get; set; }

    /// <summary>The user's data, with the NULs that Lustre pads it with.</summary>
    public ReadOnlySpan<byte> Data { get; set; }

    /// <summary>When the request was first seen, in nanoseconds since 1970; 0: nobody said.</summary>
    public long TimestampNs { get; set; }
}
