using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Protocol;

/// <summary>Requests as action items and back.</summary>
internal static class RequestItems
{
    /// <summary>The item as a request.</summary>
    /// <param name="item">What was read.</param>
    /// <param name="data">Its data, in memory that outlives the item.</param>
    public static HsmRequest ToRequest(in ActionItem item, ReadOnlyMemory<byte> data) => new()
    {
        Action = item.Action.ToAction(),
        Fid = item.Fid,
        DataFid = item.DataFid,
        Cookie = item.Cookie,
        ExtentOffset = item.ExtentOffset,
        ExtentLength = item.ExtentLength,
        GroupId = item.GroupId,
        ArchiveId = item.ArchiveId,
        Flags = item.Flags,
        Data = data,
        TimestampNs = item.TimestampNs,
    };

    public static void Write(JsonComposer json, in HsmRequest request) => ActionItemWriter.Write(json, new ActionItem
    {
        Action = request.Action.ToCode(),
        Fid = request.Fid,
        DataFid = request.DataFid,
        Cookie = request.Cookie,
        ExtentOffset = request.ExtentOffset,
        ExtentLength = request.ExtentLength,
        GroupId = request.GroupId,
        ArchiveId = request.ArchiveId,
        Flags = request.Flags,
        Data = request.Data.Span,
        TimestampNs = request.TimestampNs,
    });
}
