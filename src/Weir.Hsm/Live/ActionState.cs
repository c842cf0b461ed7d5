using Weir.Hsm.Events;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Hsm.Live;

/// <summary>What a line of <c>hsm/actions</c>, or a NEW or UPDATE event, says of an action.</summary>
internal readonly ref struct ActionState
{
    public ReadOnlySpan<byte> FidText { get; private init; }

    public ReadOnlySpan<byte> ActionText { get; private init; }

    public ReadOnlySpan<byte> StatusText { get; private init; }

    public ReadOnlySpan<byte> Raw { get; private init; }

    /// <summary>Whether <see cref="Fid"/> is the fid; otherwise only its text is.</summary>
    public bool IsBinaryFid { get; private init; }

    public Fid Fid { get; private init; }

    public HsmAction Action { get; private init; }

    public HsmStatus Status { get; private init; }

    /// <summary>Whether <see cref="Action"/> is enough to give <see cref="ActionText"/> back.</summary>
    public bool HasPlainAction => Action != HsmAction.Unknown || ActionText.SequenceEqual(HsmNames.Utf8(HsmAction.Unknown));

    public bool HasPlainStatus => Status != HsmStatus.Unknown || StatusText.SequenceEqual(HsmNames.Utf8(HsmStatus.Unknown));

    public bool IsCancel => Action == HsmAction.Cancel;

    public bool HasIndex { get; private init; }

    public uint CatalogIndex { get; private init; }

    public uint RecordIndex { get; private init; }

    public ulong Place => ((ulong)CatalogIndex << 32) | RecordIndex;

    public ulong Cookie { get; private init; }

    public bool HasCookie => Cookie != 0;

    public uint ArchiveId { get; private init; }

    public ulong RawHash { get; private init; }

    public static ActionState From(in ActionLine line, ulong rawHash)
    {
        bool isBinary = Live.FidText.TryParseExact(line.Fid, out Fid fid);
        return new()
        {
            FidText = line.Fid,
            IsBinaryFid = isBinary,
            Fid = fid,
            ActionText = line.ActionText,
            StatusText = line.StatusText,
            Raw = line.Raw,
            Action = line.Action,
            Status = line.Status,
            HasIndex = true,
            CatalogIndex = line.CatalogIndex,
            RecordIndex = line.RecordIndex,
            Cookie = line.Cookie,
            ArchiveId = line.ArchiveId,
            RawHash = rawHash,
        };
    }

    /// <summary>An event without a line has a hash of its own, made of what it tells.</summary>
    public static ActionState From(in HsmEvent told)
    {
        bool isBinary = Live.FidText.TryParseExact(told.Fid, out Fid fid);
        return new()
        {
            FidText = told.Fid,
            IsBinaryFid = isBinary,
            Fid = fid,
            ActionText = told.ActionText,
            StatusText = told.StatusText,
            Raw = told.Raw,
            Action = told.Action,
            Status = told.Status,
            HasIndex = told.HasIndex,
            CatalogIndex = told.CatalogIndex,
            RecordIndex = told.RecordIndex,
            Cookie = told.Cookie,
            ArchiveId = RawLine.FindArchiveId(told.Raw),
            RawHash = told.Raw.IsEmpty ? LineHash.Compute(told.StatusText) : LineHash.Compute(told.Raw),
        };
    }
}
