using System.Runtime.CompilerServices;

namespace Weir.Lustre.HsmFiles;

/// <summary>
/// One line of <c>hsm/actions</c>: a request in the MDT's llog. The kernel prints (mdt_hsm_cdt_actions.c, the same from 2.5 on)
/// <code>
/// lrh=[type=%X len=%d idx=%d/%d] fid=%s dfid=%s compound/cookie=%#llx/%#llx action=%s archive#=%d flags=%#llx
/// extent=%#llx-%#llx gid=%#llx datalen=%d status=%s data=[%s]
/// </code>
/// with single spaces. Any order of fields is read, brackets or none, unknown fields are passed over; index, fid, action and
/// status must be there. Nothing is allocated; the spans point into the line.
/// </summary>
public readonly ref partial struct ActionLine : IHsmLine<ActionLine>
{
    /// <summary>The whole line: UTF-8, no control characters.</summary>
    public ReadOnlySpan<byte> Raw { get; private init; }

    /// <summary>The file asked for, as printed but without brackets. Usually <see cref="Lustre.Fid"/> can read it; it need not.</summary>
    public ReadOnlySpan<byte> Fid { get; private init; }

    /// <summary>The file that holds the data, as printed but without brackets; empty when the line does not say.</summary>
    public ReadOnlySpan<byte> DataFid { get; private init; }

    public ReadOnlySpan<byte> ActionText { get; private init; }

    public ReadOnlySpan<byte> StatusText { get; private init; }

    /// <summary><see cref="HsmAction.Unknown"/> when <see cref="ActionText"/> is no name of the kernel's.</summary>
    public HsmAction Action { get; private init; }

    /// <summary><see cref="HsmStatus.Unknown"/> when <see cref="StatusText"/> is no name of the kernel's.</summary>
    public HsmStatus Status { get; private init; }

    /// <summary>Index of the plain llog in the catalog. With <see cref="RecordIndex"/> it names a record while it lives; both are used again later.</summary>
    public uint CatalogIndex { get; private init; }

    /// <summary>Index of the record in its plain llog.</summary>
    public uint RecordIndex { get; private init; }

    /// <summary>
    /// The request's number in its MDT, increasing; 0 when the line has none. A CANCEL carries its victim's.
    /// </summary>
    public ulong Cookie { get; private init; }

    public bool HasCookie => Cookie != 0;

    /// <summary>The list the request came with; always 0 since 2.12.</summary>
    public ulong CompoundId { get; private init; }

    public uint ArchiveId { get; private init; }

    /// <summary>HSM_FORCE_ACTION 1, HSM_GHOST_COPY 2, HSM_REQ_BLOCKING 4.</summary>
    public ulong Flags { get; private init; }

    public ulong ExtentOffset { get; private init; }

    /// <summary>In bytes; all ones for the whole file. The kernel prints the extent as offset-length.</summary>
    public ulong ExtentLength { get; private init; }

    /// <summary>The group lock to take, 0 for none.</summary>
    public ulong GroupId { get; private init; }

    /// <summary>Bytes of user data in the record.</summary>
    public uint DataLength { get; private init; }

    /// <summary>What the kernel shows of the user data: at most its first five bytes, in upper-case hexadecimal.</summary>
    public ReadOnlySpan<byte> DataHex { get; private init; }

    /// <summary>Reads one line, given without its newline.</summary>
    /// <returns><see cref="LineError.None"/>, or what is wrong; then <paramref name="action"/> is empty.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LineError TryParse(ReadOnlySpan<byte> line, out ActionLine action)
    {
        // Printable ASCII is all that the kernel prints; the long way sorts out the rest.
        if (LineText.IsPrintableAscii(line) && TryParseCanonical(line, out action)) return LineError.None;
        return ParseAnyOrder(line, out action);
    }

    /// <inheritdoc/>
    /// <remarks>It was <c>agent_actions</c> before 2.5.0.</remarks>
    public static bool IsPrintedBy(ReadOnlySpan<byte> parameter) =>
        parameter.SequenceEqual("actions"u8) || parameter.SequenceEqual("agent_actions"u8);
}
