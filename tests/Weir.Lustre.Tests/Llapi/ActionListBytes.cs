using System.Buffers.Binary;
using System.Text;
using Weir.Lustre.Llapi;

namespace Weir.Lustre.Tests.Llapi;

/// <summary>Builds action lists as the kernel does.</summary>
internal sealed class ActionListBytes
{
    private readonly List<byte> _bytes = [];
    private uint _count;

    public ActionListBytes(string fsName, uint archiveId, ulong flags)
    {
        byte[] head = new byte[ActionListReader.HeadBytes + (fsName.Length + 1 + 7 & ~7)];
        BinaryPrimitives.WriteUInt32LittleEndian(head, 1);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(16), flags);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(24), archiveId);
        Encoding.ASCII.GetBytes(fsName, head.AsSpan(ActionListReader.HeadBytes));
        _bytes.AddRange(head);
    }

    public ActionListBytes Add(scoped in HsmActionItem item)
    {
        byte[] bytes = new byte[item.LengthBytes];
        item.WriteTo(bytes);
        _bytes.AddRange(bytes);
        _count++;
        return this;
    }

    /// <summary>The list, announcing this many items; those it has by default.</summary>
    public byte[] ToArray(uint? count = null)
    {
        byte[] bytes = [.. _bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), count ?? _count);
        return bytes;
    }
}
