using System.Runtime.CompilerServices;
using Weir.Coordinator.Requests;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Coordinator.Agents;

/// <summary>
/// A line of an MDT's <c>hsm/active_requests</c> or <c>hsm/actions</c> as a request that a coordinator should have. Of the user's data the MDT
/// prints five bytes at most, so a request may come without the rest of it.
/// </summary>
public readonly ref struct RequestTextLine : IHsmLine<RequestTextLine>
{
    private const int MaxPrintedData = 64;

    /// <summary>The line's request; nothing when <see cref="IsWanted"/> is false.</summary>
    public HsmRequest Request { get; private init; }

    /// <summary>
    /// Whether there is something to queue: an archive, restore or remove that the MDT has handed over and nobody has cancelled. What is WAITING
    /// in <c>hsm/actions</c> the MDT hands over itself later, and until then it lets no agent begin it.
    /// </summary>
    public bool IsWanted { get; private init; }

    /// <inheritdoc/>
    public static bool IsPrintedBy(ReadOnlySpan<byte> parameter) => ActiveRequestLine.IsPrintedBy(parameter) || ActionLine.IsPrintedBy(parameter);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LineError TryParse(ReadOnlySpan<byte> line, out RequestTextLine parsed)
    {
        parsed = default;
        LineError error = ActiveRequestLine.TryParse(line, out ActiveRequestLine active);
        if (error != LineError.None) return error;
        if (active.Action is not (HsmAction.Archive or HsmAction.Restore or HsmAction.Remove) || active.IsCanceled || !IsHandedOver(line)) return LineError.None;
        if (!Fid.TryParse(active.Fid, out Fid fid)) return LineError.BadFid;
        Fid dataFid = fid;
        if (!active.DataFid.IsEmpty && !Fid.TryParse(active.DataFid, out dataFid)) return LineError.BadFid;

        // Once an agent has begun a restore, the MDT prints the volatile file that it restores to. The request came with the file's own fid, and by
        // that the agent, and a coordinator that has it, know it.
        if (active.Action == HsmAction.Restore) dataFid = fid;
        if (active.Cookie == 0 || active.ArchiveId == 0) return LineError.BadNumber;
        if (!TryParseData(active.DataHex, out byte[] data)) return LineError.BadNumber;
        parsed = new()
        {
            IsWanted = true,
            Request = new()
            {
                Action = active.Action,
                Fid = fid,
                DataFid = dataFid,
                Cookie = active.Cookie,
                ArchiveId = active.ArchiveId,
                Flags = active.Flags,
                ExtentOffset = active.ExtentOffset,
                ExtentLength = active.ExtentLength,
                GroupId = active.GroupId,
                Data = data,
            },
        };
        return LineError.None;
    }

    /// <summary>Lines of <c>hsm/active_requests</c> have no status: all that stands there is handed over.</summary>
    private static bool IsHandedOver(ReadOnlySpan<byte> line) =>
        line.IndexOf(" status="u8) < 0 || (ActionLine.TryParse(line, out ActionLine action) == LineError.None && action.Status == HsmStatus.Started);

    private static bool TryParseData(ReadOnlySpan<byte> hex, out byte[] data)
    {
        data = hex.IsEmpty ? [] : new byte[Math.Min(hex.Length / 2, MaxPrintedData)];
        return hex.Length / 2 <= MaxPrintedData && (hex.IsEmpty || Convert.FromHexString(hex, data, out _, out int written) == System.Buffers.OperationStatus.Done && written == data.Length);
    }
}
