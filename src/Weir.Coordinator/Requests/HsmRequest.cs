using Weir.Lustre;
using Weir.Lustre.Llapi;

namespace Weir.Coordinator.Requests;

/// <summary>One HSM request: an action item together with the archive id and the flags of the list that it came in.</summary>
public readonly struct HsmRequest
{
    /// <summary>Archive, restore or remove; in a list that is handed out also a cancel, which names its victim by the victim's key.</summary>
    public required HsmAction Action { get; init; }

    /// <summary><c>hai_fid</c>: the file asked for.</summary>
    public required Fid Fid { get; init; }

    /// <summary><c>hai_dfid</c>: the file that holds the data.</summary>
    public required Fid DataFid { get; init; }

    /// <summary><c>hai_cookie</c>.</summary>
    public required ulong Cookie { get; init; }

    /// <summary>In bytes.</summary>
    public ulong ExtentOffset { get; init; }

    /// <summary>In bytes; all ones for the whole file.</summary>
    public ulong ExtentLength { get; init; }

    /// <summary>The group lock to take, 0 for none.</summary>
    public ulong GroupId { get; init; }

    /// <summary>1 or more.</summary>
    public required uint ArchiveId { get; init; }

    /// <summary>HSM_FORCE_ACTION 1, HSM_GHOST_COPY 2, HSM_REQ_BLOCKING 4.</summary>
    public ulong Flags { get; init; }

    /// <summary>The user's data as it came, padding included; it need not be UTF-8.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>When the request was made, in nanoseconds since 1970 UTC; 0 stands for the moment of its acceptance.</summary>
    public long TimestampNs { get; init; }

    /// <summary>For whom; <see cref="RequestOwner.Unknown"/> unless somebody has looked it up.</summary>
    public RequestOwner Owner { get; init; } = RequestOwner.Unknown;

    public HsmRequest() { }

    public RequestKey Key => new(Cookie, DataFid);

    /// <summary><c>hai_len</c> as the MDT would have it: head and data, padded to 8 bytes.</summary>
    public int ItemBytes => ItemBytesOf(Data.Length);

    /// <summary>What the item counts against an agent's <c>max_bytes</c>: its head twice, as the originals count it.</summary>
    public int CountedBytes => HsmActionItem.HeadBytes + ItemBytes;

    internal static int ItemBytesOf(int dataLength) => (HsmActionItem.HeadBytes + dataLength + 7) & ~7;
}
