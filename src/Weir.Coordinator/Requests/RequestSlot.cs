using Weir.Coordinator.Scheduling;
using Weir.Lustre;

namespace Weir.Coordinator.Requests;

/// <summary>One request in the store, about 160 bytes with its links; its data is apart and shared with its equals.</summary>
internal struct RequestSlot
{
    public Fid DataFid;
    public Fid Fid;
    public ulong Cookie;
    public ulong ExtentOffset;
    public ulong ExtentLength;
    public ulong GroupId;
    public ulong Flags;
    public long TimestampNs;

    /// <summary>Unix milliseconds.</summary>
    public long AcceptedMs;

    /// <summary>Since when it is where it is; Unix milliseconds.</summary>
    public long SinceMs;

    /// <summary>Its number among all that were ever queued: the order of a line, and unique.</summary>
    public ulong Order;

    public byte[]? Data;

    /// <summary>The line it waits in; null when it does not wait.</summary>
    public Line? Line;

    public RequestOwner Owner;
    public uint ArchiveId;
    public int HashNext;
    public int Prev;
    public int Next;

    /// <summary>The agent that runs it or that it waits for; 0 for none.</summary>
    public int Agent;

    public ushort Requeues;
    public HsmAction Action;
    public RequestState State;
    public byte Class;
    public SlotMarks Marks;

    public readonly RequestKey Key => new(Cookie, DataFid);

    public readonly bool Has(SlotMarks mark) => (Marks & mark) != 0;

    public void Set(SlotMarks mark) => Marks |= mark;

    public void Unset(SlotMarks mark) => Marks &= ~mark;

    /// <summary>The request as a value; its data is the store's own and never changes.</summary>
    public readonly HsmRequest ToRequest() => new()
    {
        Action = Action,
        Fid = Fid,
        DataFid = DataFid,
        Cookie = Cookie,
        ExtentOffset = ExtentOffset,
        ExtentLength = ExtentLength,
        GroupId = GroupId,
        ArchiveId = ArchiveId,
        Flags = Flags,
        Data = Data,
        TimestampNs = TimestampNs,
        Owner = Owner,
    };
}

/// <summary>What else is known of a request.</summary>
[Flags]
internal enum SlotMarks : byte
{
    None = 0,

    /// <summary>A user cancelled it while it ran.</summary>
    Cancelled = 1,

    /// <summary>Its agent has been told of the cancel.</summary>
    CancelSent = 2,

    /// <summary>Its data is not UTF-8.</summary>
    RawData = 4,

    /// <summary>Reported as stuck.</summary>
    Stuck = 8,

    /// <summary>In a line's heap of what has come back, not in its list.</summary>
    Returned = 16,

    /// <summary>A reporting file tells of it.</summary>
    Reported = 32,

    /// <summary>Its agent, coming back, has said that it still runs it.</summary>
    Reclaimed = 64,
}
