using System.Buffers;

namespace Weir.Lustre.HsmFiles;

/// <summary>Prints lines of <c>hsm/actions</c> byte for byte as the kernel does (mdt_hsm_cdt_actions.c).</summary>
public static class ActionLineWriter
{
    /// <summary>No line is longer, with its newline.</summary>
    public const int MaxLineBytes = 512;

    /// <summary>How much of the user data the kernel shows.</summary>
    private const int ShownDataBytes = 5;

    /// <summary>An llog record's size without user data: header, request, tail.</summary>
    private const int RecordBytes = 136;

    /// <summary>Writes one line and its newline.</summary>
    /// <param name="data">The request's whole user data; the line carries its length and its first five bytes.</param>
    public static void Write(IBufferWriter<byte> output, in ActionRecord record, ReadOnlySpan<byte> data = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Advance(Format(output.GetSpan(MaxLineBytes), record, data));
    }

    /// <summary>Writes one line and its newline into <paramref name="destination"/>, of at least <see cref="MaxLineBytes"/>.</summary>
    /// <returns>The bytes written.</returns>
    /// <exception cref="ArgumentException">The destination is too small.</exception>
    public static int Format(Span<byte> destination, in ActionRecord record, ReadOnlySpan<byte> data = default)
    {
        if (destination.Length < MaxLineBytes) throw new ArgumentException($"A line needs room for {MaxLineBytes} bytes.", nameof(destination));
        var line = new LineComposer(destination);
        line.Literal("lrh=[type=10680000 len="u8);
        line.Decimal((RecordBytes + (long)data.Length + 7) & ~7L);
        line.Literal(" idx="u8);
        line.Decimal(record.CatalogIndex);
        line.Literal("/"u8);
        line.Decimal(record.RecordIndex);
        line.Literal("] fid="u8);
        line.Fid(record.Fid);
        line.Literal(" dfid="u8);
        line.Fid(record.DataFid);
        line.Literal(" compound/cookie="u8);
        line.Hex(record.CompoundId);
        line.Literal("/"u8);
        line.Hex(record.Cookie);
        line.Literal(" action="u8);
        line.Literal(HsmNames.Utf8(record.Action));
        line.Literal(" archive#="u8);

        // %d of an unsigned field.
        line.Decimal((int)record.ArchiveId);
        line.Literal(" flags="u8);
        line.Hex(record.Flags);
        line.Literal(" extent="u8);
        line.Hex(record.ExtentOffset);
        line.Literal("-"u8);
        line.Hex(record.ExtentLength);
        line.Literal(" gid="u8);
        line.Hex(record.GroupId);
        line.Literal(" datalen="u8);
        line.Decimal(data.Length);
        line.Literal(" status="u8);
        line.Literal(HsmNames.Utf8(record.Status));
        line.Literal(" data=["u8);
        line.HexBytes(data[..Math.Min(data.Length, ShownDataBytes)]);
        line.Literal("]\n"u8);
        return line.Length;
    }
}
