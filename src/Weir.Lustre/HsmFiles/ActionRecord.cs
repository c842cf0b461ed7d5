namespace Weir.Lustre.HsmFiles;

/// <summary>The fields of an HSM request's llog record, as <see cref="ActionLineWriter"/> prints them.</summary>
public readonly record struct ActionRecord
{
    public uint CatalogIndex { get; init; }

    public uint RecordIndex { get; init; }

    public Fid Fid { get; init; }

    /// <summary>In the log equal to <see cref="Fid"/>: a restore's volatile file is only named later, by the copytool.</summary>
    public Fid DataFid { get; init; }

    public ulong CompoundId { get; init; }

    public ulong Cookie { get; init; }

    public HsmAction Action { get; init; }

    public uint ArchiveId { get; init; }

    public ulong Flags { get; init; }

    /// <summary>In bytes.</summary>
    public ulong ExtentOffset { get; init; }

    /// <summary>In bytes; all ones for the whole file.</summary>
    public ulong ExtentLength { get; init; }

    public ulong GroupId { get; init; }

    public HsmStatus Status { get; init; }
}
