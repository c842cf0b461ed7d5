using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Weir.Lustre.Network;

namespace Weir.Lustre.Changelog;

/// <summary>
/// One changelog record as it lies in a buffer (<c>struct changelog_rec</c>, all versions since 2.0). Spans point into the
/// buffer. Format: docs/changelogs.md.
/// </summary>
public readonly ref struct ChangelogRecord
{
    /// <summary>The longest record there is (CR_MAXSIZE); a reader of the device needs at least this much room.</summary>
    public const int MaxBytes = 952;

    /// <summary>The longest name, or pair of names of a rename with a NUL between, that fits a record without extensions.</summary>
    public const int MaxNameBytes = MaxBytes - ChangelogLayout.HeaderBytes;

    private readonly ushort _flags;
    private readonly ushort _nameAt;
    private readonly ChangelogExtra _extra;

    private ChangelogRecord(ReadOnlySpan<byte> raw, ushort flags, ChangelogExtra extra, int nameAt)
    {
        Raw = raw;
        _flags = flags;
        _extra = extra;
        _nameAt = (ushort)nameAt;
    }

    /// <summary>The record's bytes, all of them and nothing else.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    /// <summary>The record's length in bytes; the next one starts there, without alignment.</summary>
    public int Length => Raw.Length;

    public ChangelogType Type => (ChangelogType)BinaryPrimitives.ReadUInt32LittleEndian(Raw[ChangelogLayout.TypeAt..]);

    /// <summary>The record's number: from 1, increasing on each MDT.</summary>
    public ulong Index => BinaryPrimitives.ReadUInt64LittleEndian(Raw[ChangelogLayout.IndexAt..]);

    /// <summary>The number of the last record of the same file; usually 0.</summary>
    public ulong Previous => BinaryPrimitives.ReadUInt64LittleEndian(Raw[ChangelogLayout.PreviousAt..]);

    /// <summary>When, as it stands in the record.</summary>
    public ChangelogTime Time => new(BinaryPrimitives.ReadUInt64LittleEndian(Raw[ChangelogLayout.TimeAt..]));

    /// <summary>The flags of the type: the low 12 bits of <c>cr_flags</c>.</summary>
    public ushort Flags => (ushort)(_flags & ~ChangelogLayout.FormatMask);

    public ChangelogFormat Format => (ChangelogFormat)(_flags & ChangelogLayout.FormatMask);

    /// <summary>None when the record has none, or when they are zero (<see cref="Format"/> tells).</summary>
    public ChangelogExtra Extra => _extra;

    /// <summary>The file it happened to. Of a MARK the low 32 bits of the sequence are its flags; of a rename, the file that was overwritten.</summary>
    public Fid Target => ReadFid(ChangelogLayout.TargetAt);

    /// <summary>The directory it happened in; zero where there is none.</summary>
    public Fid Parent => ReadFid(ChangelogLayout.ParentAt);

    public bool HasRename => (_flags & (ushort)ChangelogFormat.Rename) != 0;

    public bool HasJobId => (_flags & (ushort)ChangelogFormat.JobId) != 0;

    public bool HasExtraFlags => (_flags & (ushort)ChangelogFormat.ExtraFlags) != 0;

    public bool HasUidGid => (_extra & ChangelogExtra.UidGid) != 0;

    public bool HasNid => (_extra & ChangelogExtra.Nid) != 0;

    public bool HasOpenFlags => (_extra & ChangelogExtra.Open) != 0;

    public bool HasXattr => (_extra & ChangelogExtra.Xattr) != 0;

    /// <summary>The file that was renamed.</summary>
    public Fid Source => HasRename ? ReadFid(ChangelogLayout.HeaderBytes) : default;

    /// <summary>The directory it was renamed from.</summary>
    public Fid SourceParent => HasRename ? ReadFid(ChangelogLayout.HeaderBytes + 16) : default;

    /// <summary>The job that did it, up to its NUL.</summary>
    public ReadOnlySpan<byte> JobId => HasJobId ? UpToNul(Raw.Slice(JobIdAt, ChangelogLayout.JobIdBytes)) : default;

    public ulong Uid => HasUidGid ? BinaryPrimitives.ReadUInt64LittleEndian(Raw[UidGidAt..]) : 0;

    public ulong Gid => HasUidGid ? BinaryPrimitives.ReadUInt64LittleEndian(Raw[(UidGidAt + 8)..]) : 0;

    /// <summary>The client it came from.</summary>
    public Nid Nid => !HasNid ? default
        : (_extra & ChangelogExtra.NidWide) != 0 ? Nid.FromWide(Raw[NidAt..]) : Nid.FromNarrow(BinaryPrimitives.ReadUInt64LittleEndian(Raw[NidAt..]));

    /// <summary>The client as it stands in the record: 20 bytes of the wide form, 8 of the narrow one.</summary>
    public ReadOnlySpan<byte> NidBytes => HasNid ? Raw.Slice(NidAt, (_extra & ChangelogExtra.NidWide) != 0 ? Nid.WideBytes : sizeof(ulong)) : default;

    /// <summary>How it was opened, in the bits of <see cref="ChangelogOpenFlags"/>.</summary>
    public uint OpenFlags => HasOpenFlags ? BinaryPrimitives.ReadUInt32LittleEndian(Raw[OpenAt..]) : 0;

    /// <summary>The extended attribute's name, up to its NUL.</summary>
    public ReadOnlySpan<byte> Xattr => HasXattr ? UpToNul(Raw.Slice(_nameAt - ChangelogLayout.XattrBytes, ChangelogLayout.XattrBytes)) : default;

    /// <summary>All of the name's bytes: of a rename the new name, a NUL and the old one.</summary>
    public ReadOnlySpan<byte> RawName => Raw[_nameAt..];

    /// <summary>The name in <see cref="Parent"/>; of a rename, the new one.</summary>
    public ReadOnlySpan<byte> Name => HasRename ? UpToNul(RawName) : RawName;

    /// <summary>Of a rename, the old name in <see cref="SourceParent"/>.</summary>
    public ReadOnlySpan<byte> SourceName
    {
        get
        {
            if (!HasRename) return default;
            int nul = RawName.IndexOf((byte)0);
            return nul < 0 ? default : RawName[(nul + 1)..];
        }
    }

    private int JobIdAt => ChangelogLayout.HeaderBytes + (HasRename ? ChangelogLayout.RenameBytes : 0);

    private int UidGidAt => JobIdAt + (HasJobId ? ChangelogLayout.JobIdBytes : 0) + ChangelogLayout.ExtraFlagsBytes;

    private int NidAt => UidGidAt + (HasUidGid ? ChangelogLayout.UidGidBytes : 0);

    private int OpenAt => NidAt + (HasNid ? ChangelogLayout.NidBytes : 0);

    /// <summary>
    /// Reads the record at the buffer's start. With <see cref="ChangelogError.UnknownExtension"/> the record is there too, read as
    /// if the unknown flags added nothing; whoever knows what follows can tell whether that is so.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ChangelogError TryParse(ReadOnlySpan<byte> buffer, out ChangelogRecord record)
    {
        record = default;
        if (buffer.Length < ChangelogLayout.HeaderBytes) return ChangelogError.Truncated;
        uint head = BinaryPrimitives.ReadUInt32LittleEndian(buffer);
        int nameAt = ChangelogLayout.HeaderBytes + ChangelogLayout.EarlyBytes[(int)(head >> 29) & 3];
        ChangelogExtra extra = ChangelogExtra.None;
        if ((int)head < 0)
        {
            if (buffer.Length < nameAt + ChangelogLayout.ExtraFlagsBytes) return ChangelogError.Truncated;
            extra = (ChangelogExtra)BinaryPrimitives.ReadUInt64LittleEndian(buffer[nameAt..]);
            nameAt += ChangelogLayout.ExtraFlagsBytes + ChangelogLayout.ExtraBytes(extra);
        }

        int length = nameAt + (ushort)head;
        if (length > MaxBytes) return ChangelogError.TooLong;
        if (length > buffer.Length) return ChangelogError.Truncated;
        record = new(buffer[..length], (ushort)(head >> 16), extra, nameAt);
        return (extra & ~ChangelogExtra.Known) == 0 ? ChangelogError.None : ChangelogError.UnknownExtension;
    }

    private static ReadOnlySpan<byte> UpToNul(ReadOnlySpan<byte> text)
    {
        int nul = text.IndexOf((byte)0);
        return nul < 0 ? text : text[..nul];
    }

    private Fid ReadFid(int at)
    {
        ReadOnlySpan<byte> bytes = Raw.Slice(at, 16);
        return new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
    }
}
