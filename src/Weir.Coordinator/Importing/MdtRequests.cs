using Weir.Coordinator.Requests;
using Weir.Lustre;
using Weir.Lustre.HsmFiles;

namespace Weir.Coordinator.Importing;

/// <summary>
/// The requests that an MDT has handed to an agent, from its <c>hsm/active_requests</c> or <c>hsm/actions</c>: what a coordinator that does not
/// know them must take in. The files show no more than five bytes of a request's data.
/// </summary>
public static class MdtRequests
{
    /// <summary>The archives, restores and removes of <c>hsm/active_requests</c> that are not being cancelled.</summary>
    /// <param name="file">From where it stands; it stays the caller's.</param>
    /// <param name="skipped">Lines that could not be taken.</param>
    public static IReadOnlyList<HsmRequest> ReadActive(Stream file, out long skipped)
    {
        var requests = new List<HsmRequest>();
        using var reader = new HsmFileReader<ActiveRequestLine>(file);
        skipped = 0;
        while (reader.TryRead(out ActiveRequestLine line))
        {
            if (line.IsCanceled || !IsWork(line.Action)) continue;
            if (TryMake(line.Action, line.Fid, line.DataFid, line.DataHex, out HsmRequest made))
            {
                requests.Add(With(made, line.Cookie, line.ArchiveId, line.Flags, line.ExtentOffset, line.ExtentLength, line.GroupId));
                continue;
            }

            skipped++;
        }

        skipped += reader.Skipped.Lost;
        return requests;
    }

    /// <summary>The archives, restores and removes of <c>hsm/actions</c> that are STARTED: those that wait, the MDT hands over itself.</summary>
    /// <param name="file">From where it stands; it stays the caller's.</param>
    /// <param name="skipped">Lines that could not be taken.</param>
    public static IReadOnlyList<HsmRequest> ReadStarted(Stream file, out long skipped)
    {
        var requests = new List<HsmRequest>();
        using var reader = new HsmFileReader<ActionLine>(file);
        skipped = 0;
        while (reader.TryRead(out ActionLine line))
        {
            if (line.Status != HsmStatus.Started || !IsWork(line.Action)) continue;
            if (TryMake(line.Action, line.Fid, line.DataFid, line.DataHex, out HsmRequest made))
            {
                requests.Add(With(made, line.Cookie, line.ArchiveId, line.Flags, line.ExtentOffset, line.ExtentLength, line.GroupId));
                continue;
            }

            skipped++;
        }

        skipped += reader.Skipped.Lost;
        return requests;
    }

    private static bool IsWork(HsmAction action) => action is HsmAction.Archive or HsmAction.Restore or HsmAction.Remove;

    private static bool TryMake(HsmAction action, ReadOnlySpan<byte> fidText, ReadOnlySpan<byte> dataFidText, ReadOnlySpan<byte> dataHex, out HsmRequest made)
    {
        made = default;
        if (!Fid.TryParse(fidText, out Fid fid)) return false;

        // A restore's data fid becomes its volatile file's once a copytool has begun; the request came with the file's own.
        Fid dataFid = fid;
        if (action != HsmAction.Restore && !dataFidText.IsEmpty && !Fid.TryParse(dataFidText, out dataFid)) return false;
        byte[] data = new byte[dataHex.Length / 2];
        if (dataHex.Length % 2 != 0 || Convert.FromHexString(dataHex, data, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        made = new() { Action = action, Fid = fid, DataFid = dataFid, Cookie = 0, ArchiveId = 0, Data = data };
        return true;
    }

    private static HsmRequest With(in HsmRequest made, ulong cookie, uint archiveId, ulong flags, ulong offset, ulong length, ulong groupId) =>
        made with { Cookie = cookie, ArchiveId = archiveId, Flags = flags, ExtentOffset = offset, ExtentLength = length, GroupId = groupId };
}
