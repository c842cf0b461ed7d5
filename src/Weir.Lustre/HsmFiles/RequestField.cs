namespace Weir.Lustre.HsmFiles;

/// <summary>The fields of <c>actions</c> and <c>active_requests</c>, as a set.</summary>
[Flags]
internal enum RequestField
{
    None = 0,
    RecordHeader = 1 << 0,
    Index = 1 << 1,
    Fid = 1 << 2,
    DataFid = 1 << 3,
    Cookie = 1 << 4,
    Action = 1 << 5,
    Archive = 1 << 6,
    Flags = 1 << 7,
    Extent = 1 << 8,
    Group = 1 << 9,
    DataLength = 1 << 10,
    Status = 1 << 11,
    Data = 1 << 12,
    Canceled = 1 << 13,
    Uuid = 1 << 14,
    Done = 1 << 15,
}
