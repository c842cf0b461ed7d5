using System.Buffers.Binary;
using System.Globalization;

namespace Weir.BlockEvents.Parsers.Scsi;

/// <summary>
/// A command descriptor block (T10 SPC-6 section 4.2, SBC-5 section 5): what a command did, and to which blocks.
/// </summary>
/// <param name="Opcode">The operation code.</param>
/// <param name="Name">The command's name, as the kernel prints it; <c>opcode=0x…</c> for one without.</param>
/// <param name="Lba">The first logical block; null where the command names none.</param>
/// <param name="Blocks">How many logical blocks; null where the command does not say.</param>
public sealed record CommandBlock(byte Opcode, string Name, ulong? Lba, ulong? Blocks)
{
    private const int MaxBytes = 260;

    /// <summary>Reads what a line says behind <c>CDB: </c>: a name and hexadecimal bytes (<c>Read(10) 28 00 …</c>, <c>opcode=0x28 28 00 …</c>). False when there are no bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out CommandBlock? command)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        int count = 0;
        // The bytes stand at the end; a name may have numbers and spaces of its own.
        int at = text.TrimEnd().Length;
        while (at >= 2 && count < MaxBytes && byte.TryParse(text[(at - 2)..at], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) && (at == 2 || text[at - 3] == ' '))
        {
            bytes[count++] = value;
            at = Math.Max(0, at - 3);
        }

        command = null;
        if (count == 0) return false;
        bytes[..count].Reverse();
        command = Decode(bytes[..count]);
        return true;
    }

    /// <summary>Decodes the bytes of a command; those that are cut short say as much as they can.</summary>
    public static CommandBlock Decode(ReadOnlySpan<byte> bytes)
    {
        byte opcode = bytes.IsEmpty ? (byte)0 : bytes[0];
        string name = OperationCodes.NameOf(bytes);
        return opcode switch
        {
            // READ(6), WRITE(6), SEEK(6): 21 bits of address; no blocks are 256.
            0x08 or 0x0A or 0x0B when bytes.Length >= 6 => new(opcode, name, (uint)(((bytes[1] & 0x1F) << 16) | (bytes[2] << 8) | bytes[3]), bytes[4] == 0 ? 256u : bytes[4]),
            0x28 or 0x2A or 0x2E or 0x2F or 0x34 or 0x35 or 0x41 or 0x42 when bytes.Length >= 10 && opcode != 0x42 => new(opcode, name, BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[7..])),
            0xA8 or 0xAA or 0xAE or 0xAF when bytes.Length >= 12 => new(opcode, name, BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[6..])),
            0x88 or 0x8A or 0x8E or 0x8F or 0x90 or 0x91 or 0x93 when bytes.Length >= 16 => new(opcode, name, BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[10..])),
            // COMPARE AND WRITE: one byte of count.
            0x89 when bytes.Length >= 16 => new(opcode, name, BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]), bytes[13]),
            // Variable length: READ(32), WRITE(32), …
            0x7F when bytes.Length >= 32 && BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]) is 0x09 or 0x0A or 0x0B or 0x0C or 0x0D => new(opcode, name, BinaryPrimitives.ReadUInt64BigEndian(bytes[12..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[28..])),
            _ => new(opcode, name, null, null),
        };
    }
}
