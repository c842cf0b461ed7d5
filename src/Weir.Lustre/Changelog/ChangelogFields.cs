using System.Buffers.Binary;
using Weir.Lustre.Network;

namespace Weir.Lustre.Changelog;

/// <summary>
/// A changelog record in parts, to be written by <see cref="Write"/>. The format and the extra flags decide which extensions
/// are written; members without their flag are left out.
/// </summary>
public ref struct ChangelogFields
{
    public ChangelogType Type { get; set; }
    public ushort Flags { get; set; }
    public ChangelogFormat Format { get; set; }
    public ChangelogExtra Extra { get; set; }
    public ulong Index { get; set; }
    public ulong Previous { get; set; }
    public ChangelogTime Time { get; set; }
    public Fid Target { get; set; }
    public Fid Parent { get; set; }
    public Fid Source { get; set; }
    public Fid SourceParent { get; set; }
    public ReadOnlySpan<byte> JobId { get; set; }
    public ulong Uid { get; set; }
    public ulong Gid { get; set; }
    public Nid Nid { get; set; }
    public uint OpenFlags { get; set; }
    public ReadOnlySpan<byte> Xattr { get; set; }
    public ReadOnlySpan<byte> Name { get; set; }

    /// <summary>Whether a NUL and <see cref="SourceName"/> follow the name, as in every rename since 2.1.</summary>
    public bool HasSourceName { get; set; }

    public ReadOnlySpan<byte> SourceName { get; set; }

    /// <summary>What the record will take.</summary>
    public readonly int Length => ChangelogLayout.HeaderBytes + ChangelogLayout.EarlyBytes[(int)Format >> 13 & 3]
        + (HasExtraFlags ? ChangelogLayout.ExtraFlagsBytes + ChangelogLayout.ExtraBytes(Extra) : 0) + NameLength;

    private readonly bool HasExtraFlags => (Format & ChangelogFormat.ExtraFlags) != 0;

    private readonly int NameLength => Name.Length + (HasSourceName ? 1 + SourceName.Length : 0);

    /// <summary>The parts of a record that was read. Writing them gives the same bytes, apart from what stands behind a NUL in job and attribute.</summary>
    public static ChangelogFields Of(ChangelogRecord record) => new()
    {
        Type = record.Type,
        Flags = record.Flags,
        Format = record.Format,
        Extra = record.Extra,
        Index = record.Index,
        Previous = record.Previous,
        Time = record.Time,
        Target = record.Target,
        Parent = record.Parent,
        Source = record.Source,
        SourceParent = record.SourceParent,
        JobId = record.JobId,
        Uid = record.Uid,
        Gid = record.Gid,
        Nid = record.Nid,
        OpenFlags = record.OpenFlags,
        Xattr = record.Xattr,
        Name = record.Name,
        HasSourceName = record.HasRename && record.RawName.Contains((byte)0),
        SourceName = record.SourceName,
    };

    /// <summary>Writes the record and returns its length.</summary>
    /// <exception cref="ArgumentException">A part is longer than its place, the whole longer than a record may be, or the buffer too small.</exception>
    public readonly int Write(Span<byte> destination)
    {
        int length = Length;
        ThrowIfTooLong(length, destination.Length);
        Span<byte> record = destination[..length];
        record.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(record, (ushort)NameLength);
        BinaryPrimitives.WriteUInt16LittleEndian(record[ChangelogLayout.FlagsAt..], (ushort)((Flags & ~ChangelogLayout.FormatMask) | (ushort)Format));
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChangelogLayout.TypeAt..], (uint)Type);
        BinaryPrimitives.WriteUInt64LittleEndian(record[ChangelogLayout.IndexAt..], Index);
        BinaryPrimitives.WriteUInt64LittleEndian(record[ChangelogLayout.PreviousAt..], Previous);
        BinaryPrimitives.WriteUInt64LittleEndian(record[ChangelogLayout.TimeAt..], Time.Raw);
        WriteFid(record[ChangelogLayout.TargetAt..], Target);
        WriteFid(record[ChangelogLayout.ParentAt..], Parent);
        Span<byte> rest = record[ChangelogLayout.HeaderBytes..];
        if ((Format & ChangelogFormat.Rename) != 0)
        {
            WriteFid(rest, Source);
            WriteFid(rest[16..], SourceParent);
            rest = rest[ChangelogLayout.RenameBytes..];
        }

        if ((Format & ChangelogFormat.JobId) != 0)
        {
            JobId.CopyTo(rest);
            rest = rest[ChangelogLayout.JobIdBytes..];
        }

        if (HasExtraFlags) rest = WriteExtra(rest);
        Name.CopyTo(rest);
        if (HasSourceName) SourceName.CopyTo(rest[(Name.Length + 1)..]);
        return length;
    }

    private readonly Span<byte> WriteExtra(Span<byte> rest)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(rest, (ulong)Extra);
        rest = rest[ChangelogLayout.ExtraFlagsBytes..];
        if ((Extra & ChangelogExtra.UidGid) != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, Uid);
            BinaryPrimitives.WriteUInt64LittleEndian(rest[8..], Gid);
            rest = rest[ChangelogLayout.UidGidBytes..];
        }

        if ((Extra & ChangelogExtra.Nid) != 0)
        {
            if ((Extra & ChangelogExtra.NidWide) != 0) Nid.WriteWide(rest);
            else BinaryPrimitives.WriteUInt64LittleEndian(rest, Nid.ToNarrow());
            rest = rest[ChangelogLayout.NidBytes..];
        }

        if ((Extra & ChangelogExtra.Open) != 0)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, OpenFlags);
            rest = rest[ChangelogLayout.OpenBytes..];
        }

        if ((Extra & ChangelogExtra.Xattr) != 0)
        {
            Xattr.CopyTo(rest);
            rest = rest[ChangelogLayout.XattrBytes..];
        }

        return rest;
    }

    private readonly void ThrowIfTooLong(int length, int room)
    {
        if (JobId.Length > ChangelogLayout.JobIdBytes) throw new ArgumentException($"A job of {JobId.Length} bytes does not fit the {ChangelogLayout.JobIdBytes} of a record.");
        if (Xattr.Length > ChangelogLayout.XattrBytes) throw new ArgumentException($"An attribute name of {Xattr.Length} bytes does not fit the {ChangelogLayout.XattrBytes} of a record.");
        if (length > ChangelogRecord.MaxBytes) throw new ArgumentException($"A record of {length} bytes is longer than the {ChangelogRecord.MaxBytes} that one may have.");
        if (length > room) throw new ArgumentException($"A record of {length} bytes does not fit a buffer of {room}.");
    }

    private static void WriteFid(Span<byte> destination, in Fid fid)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, fid.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], fid.ObjectId);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[12..], fid.Version);
    }
}
