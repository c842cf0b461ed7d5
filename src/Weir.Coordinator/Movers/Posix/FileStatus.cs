using System.Runtime.InteropServices;

namespace Weir.Coordinator.Movers.Posix;

/// <summary>What statx(2) says of a file.</summary>
internal readonly record struct FileStatus(
    long Size, long AllocatedBytes, uint Mode, uint UserId, uint GroupId, long AccessSeconds, long AccessNanoseconds, long ModifySeconds, long ModifyNanoseconds,
    long ChangeSeconds, long ChangeNanoseconds, ulong Device, ulong Inode)
{
    private const uint TypeMask = 0xF000;
    private const uint Regular = 0x8000;
    private const uint DirectoryType = 0x4000;

    public FileStatus(in StatxBuffer buffer) : this(
        (long)buffer.Size, (long)buffer.Blocks * 512, buffer.Mode, buffer.UserId, buffer.GroupId, buffer.Access.Seconds, buffer.Access.Nanoseconds, buffer.Modify.Seconds,
        buffer.Modify.Nanoseconds, buffer.Change.Seconds, buffer.Change.Nanoseconds, ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor, buffer.Inode)
    {
    }

    public bool IsRegular => (Mode & TypeMask) == Regular;

    public bool IsDirectory => (Mode & TypeMask) == DirectoryType;

    /// <summary>When its content changed last, in nanoseconds since 1970 UTC. Good until 2262.</summary>
    public long ModifiedNs => unchecked((ModifySeconds * 1_000_000_000) + ModifyNanoseconds);

    /// <summary>Whether nobody has written to the file between two looks at it.</summary>
    public bool HasSameContent(in FileStatus later) =>
        Size == later.Size && ModifySeconds == later.ModifySeconds && ModifyNanoseconds == later.ModifyNanoseconds && Device == later.Device && Inode == later.Inode;
}

/// <summary><c>struct statx</c> of <c>linux/stat.h</c>, the same on all processors.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct StatxBuffer
{
    public uint Mask;
    public uint BlockSize;
    public ulong Attributes;
    public uint Links;
    public uint UserId;
    public uint GroupId;
    public ushort Mode;
    public ushort Spare;
    public ulong Inode;
    public ulong Size;
    public ulong Blocks;
    public ulong AttributesMask;
    public StatxTime Access;
    public StatxTime Birth;
    public StatxTime Change;
    public StatxTime Modify;
    public uint RawDeviceMajor;
    public uint RawDeviceMinor;
    public uint DeviceMajor;
    public uint DeviceMinor;
}

/// <summary><c>struct statx_timestamp</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StatxTime
{
    public long Seconds;
    public uint Nanoseconds;
    public int Reserved;
}
