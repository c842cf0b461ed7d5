using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Lab.Mdt;

/// <summary>One llog record of a simulated MDT.</summary>
internal sealed class Request
{
    public required ulong Cookie { get; init; }

    public required Fid Fid { get; init; }

    public required HsmAction Action { get; init; }

    public required uint ArchiveId { get; init; }

    public ulong Flags { get; init; }

    public byte[] Data { get; init; } = [];

    /// <summary>The request that a CANCEL is about.</summary>
    public Request? Victim { get; init; }

    public HsmStatus Status { get; set; } = HsmStatus.Waiting;

    public uint CatalogIndex { get; set; }

    public uint RecordIndex { get; set; }

    /// <summary>Where the catalog keeps it.</summary>
    public int Place { get; set; }

    /// <summary>Which attempt this is: what was planned for an earlier one no longer counts.</summary>
    public int Attempt { get; set; }

    /// <summary>Whether a CANCEL for it is in the log.</summary>
    public bool IsBeingCanceled { get; set; }

    public TrueAction Truth => new(Cookie, CatalogIndex, RecordIndex, Fid, Action, Status, ArchiveId);

    public ActionRecord Record => new()
    {
        CatalogIndex = CatalogIndex,
        RecordIndex = RecordIndex,
        Fid = Fid,
        DataFid = Fid,
        Cookie = Cookie,
        Action = Action,
        ArchiveId = ArchiveId,
        Flags = Flags,
        ExtentLength = ulong.MaxValue,
        Status = Status,
    };
}
