using System.Buffers.Binary;

namespace Weir.Lustre.Llapi;

/// <summary>
/// One request as the kernel hands it to a copytool: <c>struct hsm_action_item</c> of <c>lustre_user.h</c>, little-endian, 72 bytes and
/// the user's data. <see cref="Data"/> lives as long as the bytes it was read from.
/// </summary>
public ref struct HsmActionItem
{
    /// <summary>What the item takes without its data.</summary>
    public const int HeadBytes = 72;

    /// <summary>20 archive, 21 restore, 22 remove, 23 cancel; anything else is passed on as it is.</summary>
    public uint ActionNumber { get; set; }

    public Fid Fid { get; set; }

    /// <summary>Where the data is; with the cookie it is the request's identity.</summary>
    public Fid DataFid { get; set; }

    /// <summary>In bytes.</summary>
    public ulong ExtentOffset { get; set; }

    /// <summary>In bytes; all ones for the whole file.</summary>
    public ulong ExtentLength { get; set; }

    /// <summary>The number that the MDT gave the request.</summary>
    public ulong Cookie { get; set; }

    /// <summary>The group lock id.</summary>
    public ulong GroupId { get; set; }

    /// <summary>The user's data. What comes from the kernel may end in up to seven NULs of padding that cannot be told from data.</summary>
    public ReadOnlySpan<byte> Data { get; set; }

    /// <summary>What the request asks for; <see cref="HsmAction.Unknown"/> for a number this version does not know.</summary>
    public readonly HsmAction Action => ActionNumber switch
    {
        10 => HsmAction.Noop,
        20 => HsmAction.Archive,
        21 => HsmAction.Restore,
        22 => HsmAction.Remove,
        23 => HsmAction.Cancel,
        _ => HsmAction.Unknown,
    };

    /// <summary>What <see cref="WriteTo"/> takes: head and data, rounded up to eight bytes.</summary>
    public readonly int LengthBytes => ActionListReader.Align(HeadBytes + Data.Length);

    /// <summary>Writes the item as the kernel lays it out, padding included.</summary>
    /// <exception cref="ArgumentException">There is less room than <see cref="LengthBytes"/>.</exception>
    public readonly void WriteTo(Span<byte> destination)
    {
        if (destination.Length < LengthBytes) throw new ArgumentException($"The item takes {LengthBytes} bytes; there are {destination.Length}.", nameof(destination));
        destination[..LengthBytes].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)LengthBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], ActionNumber);
        WriteFid(destination[8..], Fid);
        WriteFid(destination[24..], DataFid);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], ExtentOffset);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[48..], ExtentLength);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[56..], Cookie);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[64..], GroupId);
        Data.CopyTo(destination[HeadBytes..]);
    }

    /// <summary>Reads an item whose length was checked.</summary>
    internal static HsmActionItem Read(ReadOnlySpan<byte> bytes) => new()
    {
        ActionNumber = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        Fid = ReadFid(bytes[8..]),
        DataFid = ReadFid(bytes[24..]),
        ExtentOffset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
        ExtentLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]),
        Cookie = BinaryPrimitives.ReadUInt64LittleEndian(bytes[56..]),
        GroupId = BinaryPrimitives.ReadUInt64LittleEndian(bytes[64..]),
        Data = bytes[HeadBytes..],
    };

    internal static Fid ReadFid(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));

    private static void WriteFid(Span<byte> bytes, Fid fid)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, fid.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], fid.ObjectId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], fid.Version);
    }
}
