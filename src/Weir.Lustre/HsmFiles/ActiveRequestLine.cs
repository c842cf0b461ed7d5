namespace Weir.Lustre.HsmFiles;

/// <summary>
/// One line of <c>hsm/active_requests</c>: a request in an agent's hands. The kernel prints (mdt_hsm_cdt_requests.c)
/// <code>
/// fid=%s dfid=%s compound/cookie=%#llx/%#llx action=%s archive#=%d flags=%#llx extent=%#llx-%#llx gid=%#llx data=[%s]
/// canceled=%d uuid=%s done=%llu
/// </code>
/// Any order is read; fid and action must be there. Between two reads of the file the kernel may skip lines, so a request's
/// absence proves nothing. Nothing is allocated; the spans point into the line.
/// </summary>
public readonly ref struct ActiveRequestLine : IHsmLine<ActiveRequestLine>
{
    /// <summary>The whole line: UTF-8, no control characters.</summary>
    public ReadOnlySpan<byte> Raw { get; private init; }

    /// <summary>As printed but without brackets.</summary>
    public ReadOnlySpan<byte> Fid { get; private init; }

    /// <summary>As printed but without brackets; for a restore the volatile file once the copytool has named it.</summary>
    public ReadOnlySpan<byte> DataFid { get; private init; }

    public ReadOnlySpan<byte> ActionText { get; private init; }

    /// <summary><see cref="HsmAction.Unknown"/> when <see cref="ActionText"/> is no name of the kernel's.</summary>
    public HsmAction Action { get; private init; }

    /// <summary>0 when the line has none.</summary>
    public ulong Cookie { get; private init; }

    public ulong CompoundId { get; private init; }

    public uint ArchiveId { get; private init; }

    public ulong Flags { get; private init; }

    public ulong ExtentOffset { get; private init; }

    /// <summary>In bytes; all ones for the whole file.</summary>
    public ulong ExtentLength { get; private init; }

    public ulong GroupId { get; private init; }

    /// <summary>At most the first five bytes of the user data, in upper-case hexadecimal.</summary>
    public ReadOnlySpan<byte> DataHex { get; private init; }

    public bool IsCanceled { get; private init; }

    /// <summary>The agent's client UUID; empty when the line does not say.</summary>
    public ReadOnlySpan<byte> AgentUuid { get; private init; }

    /// <summary>Bytes that progress reports have covered.</summary>
    public ulong DoneBytes { get; private init; }

    /// <inheritdoc/>
    /// <remarks>It was <c>requests</c> before 2.5.0.</remarks>
    public static bool IsPrintedBy(ReadOnlySpan<byte> parameter) =>
        parameter.SequenceEqual("active_requests"u8) || parameter.SequenceEqual("requests"u8);

    /// <summary>Reads one line, given without its newline.</summary>
    public static LineError TryParse(ReadOnlySpan<byte> line, out ActiveRequestLine parsed)
    {
        parsed = default;
        var fields = default(RequestFields);
        LineError error = RequestFields.Read(line, ref fields);
        if (error != LineError.None) return error;
        if (!fields.Has(RequestField.Fid)) return LineError.MissingFid;
        if (fields.Action.IsEmpty) return LineError.MissingAction;
        parsed = new()
        {
            Raw = line,
            Fid = fields.Fid,
            DataFid = fields.DataFid,
            ActionText = fields.Action,
            Action = HsmNames.ParseAction(fields.Action),
            Cookie = fields.Cookie,
            CompoundId = fields.CompoundId,
            ArchiveId = fields.ArchiveId,
            Flags = fields.Flags,
            ExtentOffset = fields.ExtentOffset,
            ExtentLength = fields.ExtentLength,
            GroupId = fields.GroupId,
            DataHex = fields.Data,
            IsCanceled = fields.Canceled != 0,
            AgentUuid = fields.Uuid,
            DoneBytes = fields.Done,
        };
        return LineError.None;
    }
}
