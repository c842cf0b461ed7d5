using System.Buffers.Binary;

namespace Weir.Lustre.Llapi;

/// <summary>
/// Walks a <c>struct hsm_action_list</c> of <c>lustre_user.h</c>: a head of 32 bytes, the file system's name with its NUL, then the
/// items, each at the next multiple of eight. Nothing in it is trusted: every length is held against the bytes that are there.
/// </summary>
/// <example>
/// <code>
/// var list = new ActionListReader(bytes);
/// while (list.TryRead(out HsmActionItem item)) Take(list.ArchiveId, item);
/// if (list.Error != ActionListError.None) Report(list.Error, list.Position);
/// </code>
/// </example>
public ref struct ActionListReader
{
    /// <summary>The head, without the name.</summary>
    public const int HeadBytes = 32;

    private const uint Version = 1;

    private readonly ReadOnlySpan<byte> _bytes;
    private uint _left;

    public ActionListReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        Error = ReadHead();
        if (Error != ActionListError.None) return;
        _left = Count;
    }

    /// <summary>How many items the head announces.</summary>
    public uint Count { get; private set; }

    /// <summary>What holds for every item: 1 force, 2 ghost copy, 4 blocking.</summary>
    public ulong Flags { get; private set; }

    public uint ArchiveId { get; private set; }

    /// <summary>The file system's name, without its NUL.</summary>
    public ReadOnlySpan<byte> FsName { get; private set; }

    /// <summary>Where in the bytes the next item stands, or the one that is wrong.</summary>
    public int Position { get; private set; }

    /// <summary>Set when <see cref="TryRead"/> ends before the announced items do.</summary>
    public ActionListError Error { get; private set; }

    /// <summary>Reads the next item. False at the end, and where the list is damaged.</summary>
    public bool TryRead(out HsmActionItem item)
    {
        item = default;
        if (Error != ActionListError.None || _left == 0) return false;
        ReadOnlySpan<byte> rest = _bytes[Math.Min(Position, _bytes.Length)..];
        if (rest.Length < HsmActionItem.HeadBytes)
        {
            Error = ActionListError.MissingItems;
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        if (length < HsmActionItem.HeadBytes || length > (uint)rest.Length)
        {
            Error = ActionListError.BadItemLength;
            return false;
        }

        item = HsmActionItem.Read(rest[..(int)length]);
        Position += Align((int)length);
        _left--;
        return true;
    }

    internal static int Align(int bytes) => (bytes + 7) & ~7;

    private ActionListError ReadHead()
    {
        if (_bytes.Length < HeadBytes) return ActionListError.Truncated;
        if (BinaryPrimitives.ReadUInt32LittleEndian(_bytes) != Version) return ActionListError.UnknownVersion;
        int nameLength = _bytes[HeadBytes..].IndexOf((byte)0);
        if (nameLength < 0) return ActionListError.UnterminatedName;
        Count = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[4..]);
        Flags = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[16..]);
        ArchiveId = BinaryPrimitives.ReadUInt32LittleEndian(_bytes[24..]);
        FsName = _bytes.Slice(HeadBytes, nameLength);
        Position = HeadBytes + Align(nameLength + 1);
        return ActionListError.None;
    }
}
