using System.Buffers;
using System.Text;
using Weir.Erasure.Coding;

namespace Weir.Erasure.Format;

/// <summary>Writes new versions, in the map form and field order of current servers.</summary>
public static class XlBodyWriter
{
    /// <summary>A version with data. Its header's signature is the same on every drive, whichever shard the drive holds.</summary>
    /// <param name="content">The object as this drive holds it.</param>
    /// <param name="writerTime">When the writing release was made, in seconds since 1970.</param>
    public static XlVersion WriteObject(XlObject content, long writerTime)
    {
        byte[] body = ObjectBody(content, writerTime);
        var described = new XlBody { Type = XlVersionType.Object, Object = content };
        uint signature = Fold(ObjectBody(content with { Index = 0 }, writerTime));
        return new(
            new(content.VersionId, content.ModTime, signature, XlVersionType.Object, described.Flags, (byte)content.Data, (byte)content.Parity), default, body);
    }

    /// <summary>A delete marker.</summary>
    public static XlVersion WriteDeleteMarker(Guid versionId, long modTime, long writerTime)
    {
        var output = new ArrayBufferWriter<byte>(128);
        var writer = new MessagePackWriter(output);
        writer.WriteMapHeader(3);
        writer.WriteString("Type"u8);
        writer.WriteInteger((byte)XlVersionType.DeleteMarker);
        writer.WriteString("DelObj"u8);
        writer.WriteMapHeader(3);
        writer.WriteString("ID"u8);
        WriteId(writer, versionId);
        writer.WriteString("MTime"u8);
        writer.WriteInteger(modTime);
        writer.WriteString("MetaSys"u8);
        writer.WriteMapHeader(0);
        writer.WriteString("v"u8);
        writer.WriteInteger(writerTime);
        byte[] body = output.WrittenSpan.ToArray();
        return new(new(versionId, modTime, Fold(body), XlVersionType.DeleteMarker, XlVersionFlags.None, 0, 0), default, body);
    }

    private static byte[] ObjectBody(XlObject content, long writerTime)
    {
        var output = new ArrayBufferWriter<byte>(512);
        var writer = new MessagePackWriter(output);
        writer.WriteMapHeader(3);
        writer.WriteString("Type"u8);
        writer.WriteInteger((byte)XlVersionType.Object);
        writer.WriteString("V2Obj"u8);
        writer.WriteMapHeader(17);
        writer.WriteString("ID"u8);
        WriteId(writer, content.VersionId);
        writer.WriteString("DDir"u8);
        WriteId(writer, content.DataDir);
        WriteCoding(writer, content);
        WriteParts(writer, content.Parts);
        writer.WriteString("Size"u8);
        writer.WriteInteger(content.Size);
        writer.WriteString("MTime"u8);
        writer.WriteInteger(content.ModTime);
        writer.WriteString("MetaSys"u8);
        WriteMap(writer, content.SystemMetadata, binaryValues: true);
        writer.WriteString("MetaUsr"u8);
        WriteMap(writer, content.UserMetadata, binaryValues: false);
        writer.WriteString("v"u8);
        writer.WriteInteger(writerTime);
        return output.WrittenSpan.ToArray();
    }

    private static void WriteCoding(MessagePackWriter writer, XlObject content)
    {
        writer.WriteString("EcAlgo"u8);
        writer.WriteInteger(content.ErasureAlgorithm);
        writer.WriteString("EcM"u8);
        writer.WriteInteger(content.Data);
        writer.WriteString("EcN"u8);
        writer.WriteInteger(content.Parity);
        writer.WriteString("EcBSize"u8);
        writer.WriteInteger(content.BlockSize);
        writer.WriteString("EcIndex"u8);
        writer.WriteInteger(content.Index);
        writer.WriteString("EcDist"u8);
        writer.WriteArrayHeader(content.Distribution.Count);
        foreach (int shard in content.Distribution) writer.WriteInteger(shard);
        writer.WriteString("CSumAlgo"u8);
        writer.WriteInteger(1);
    }

    private static void WriteParts(MessagePackWriter writer, IReadOnlyList<XlPart> parts)
    {
        writer.WriteString("PartNums"u8);
        writer.WriteArrayHeader(parts.Count);
        foreach (XlPart part in parts) writer.WriteInteger(part.Number);
        writer.WriteString("PartETags"u8);
        if (parts.All(part => part.ETag.Length == 0))
        {
            writer.WriteNil();
        }
        else
        {
            writer.WriteArrayHeader(parts.Count);
            foreach (XlPart part in parts) writer.WriteString(Encoding.UTF8.GetBytes(part.ETag));
        }

        writer.WriteString("PartSizes"u8);
        writer.WriteArrayHeader(parts.Count);
        foreach (XlPart part in parts) writer.WriteInteger(part.Size);
        writer.WriteString("PartASizes"u8);
        writer.WriteArrayHeader(parts.Count);
        foreach (XlPart part in parts) writer.WriteInteger(part.ActualSize);
    }

    private static void WriteMap(MessagePackWriter writer, XlMetadata metadata, bool binaryValues)
    {
        writer.WriteMapHeader(metadata.Count);
        if (metadata.Count == 0) return;
        var reader = new MessagePackReader(metadata.Raw.Span, "metadata");
        for (int left = reader.ReadMapHeader(); left > 0; left--)
        {
            writer.WriteString(reader.ReadBytes());
            if (binaryValues) writer.WriteBinary(reader.ReadBytes());
            else writer.WriteString(reader.ReadBytes());
        }
    }

    private static void WriteId(MessagePackWriter writer, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        writer.WriteBinary(bytes);
    }

    private static uint Fold(byte[] body)
    {
        ulong hash = XxHash64.Hash(body);
        return (uint)(hash ^ hash >> 32);
    }
}
