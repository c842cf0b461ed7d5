using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Weir.Lustre.Network;

namespace Weir.Lustre.Changelog;

/// <summary>Prints records byte for byte as <c>lfs changelog</c> of Lustre 2.17 does. Format: docs/changelogs.md.</summary>
public static class ChangelogText
{
    /// <summary>More than any record takes as text, newline included.</summary>
    public const int MaxBytes = 2048;

    /// <summary>Writes the record's line, without a newline, and returns its length.</summary>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Format(ChangelogRecord record, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, MaxBytes);
        var line = new Composer(destination);
        line.Decimal(record.Index);
        line.Byte((byte)' ');
        WriteType(ref line, record.Type);
        line.Byte((byte)' ');
        WriteTime(ref line, record.Time);
        line.Text(" 0x"u8);
        line.Hex(record.Flags);
        line.Text(" t="u8);
        line.Fid(record.Target);
        WriteExtensions(ref line, record);
        Fid parent = record.Parent;
        if (parent != default)
        {
            line.Text(" p="u8);
            line.Fid(parent);
        }

        if (record.RawName.Length > 0)
        {
            line.Byte((byte)' ');
            line.TextUpToNul(record.Name);
        }

        if (record.HasRename && record.Source != default)
        {
            line.Text(" s="u8);
            line.Fid(record.Source);
            line.Text(" sp="u8);
            line.Fid(record.SourceParent);
            line.Byte((byte)' ');
            line.TextUpToNul(record.SourceName);
        }

        return line.Length;
    }

    /// <summary>Writes <c>HH:MM:SS.nnnnnnnnn YYYY.MM.DD</c>, UTC.</summary>
    private static void WriteTime(ref Composer line, ChangelogTime time)
    {
        ulong seconds = time.Seconds;
        uint days = (uint)(seconds / 86400), inDay = (uint)(seconds % 86400);
        line.TwoDigits(inDay / 3600);
        line.Byte((byte)':');
        line.TwoDigits(inDay / 60 % 60);
        line.Byte((byte)':');
        line.TwoDigits(inDay % 60);
        line.Byte((byte)'.');
        line.NineDigits(time.Nanoseconds);
        line.Byte((byte)' ');
        (uint year, uint month, uint day) = CivilDate.FromDays(days);
        line.TwoDigits(year / 100);
        line.TwoDigits(year % 100);
        line.Byte((byte)'.');
        line.TwoDigits(month);
        line.Byte((byte)'.');
        line.TwoDigits(day);
    }

    /// <summary>Two digits and the name, padded to five; what has no name is printed as the C library prints none.</summary>
    private static void WriteType(ref Composer line, ChangelogType type)
    {
        if ((uint)type < 100) line.TwoDigits((uint)type);
        else line.Signed((int)type);
        ReadOnlySpan<byte> name = ChangelogTypes.Utf8(type);
        if (name.IsEmpty) name = "(null)"u8;
        line.Text(name);
        for (int i = name.Length; i < 5; i++) line.Byte((byte)' ');
    }

    private static void WriteExtensions(ref Composer line, ChangelogRecord record)
    {
        if (record.HasJobId)
        {
            ReadOnlySpan<byte> job = record.JobId;
            if (!job.IsEmpty)
            {
                line.Text(" j="u8);
                line.Text(job);
            }
        }

        if (!record.HasExtraFlags) return;
        line.Text(" ef=0x"u8);
        line.Hex((ulong)record.Extra);
        if (record.HasUidGid)
        {
            line.Text(" u="u8);
            line.Decimal(record.Uid);
            line.Byte((byte)':');
            line.Decimal(record.Gid);
        }

        if (record.HasNid)
        {
            line.Text(" nid="u8);
            line.Nid(record.Nid);
        }

        if (record.HasOpenFlags)
        {
            ReadOnlySpan<byte> mode = ChangelogOpenMode.Utf8(record.OpenFlags);
            if (!mode.SequenceEqual("---"u8))
            {
                line.Text(" m="u8);
                line.Text(mode);
            }
        }

        if (!record.HasXattr || record.Xattr.IsEmpty) return;
        line.Text(" x="u8);
        line.Text(record.Xattr);
    }

    /// <summary>Puts the line together in a buffer that is big enough.</summary>
    private ref struct Composer(Span<byte> buffer)
    {
        private readonly Span<byte> _buffer = buffer;

        public int Length { get; private set; }

        public void Byte(byte value) => _buffer[Length++] = value;

        public void Text(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_buffer[Length..]);
            Length += text.Length;
        }

        /// <summary>As <c>%.*s</c>, which stops at a NUL.</summary>
        public void TextUpToNul(ReadOnlySpan<byte> text)
        {
            int nul = text.IndexOf((byte)0);
            Text(nul < 0 ? text : text[..nul]);
        }

        public void Decimal(ulong value)
        {
            if (value < 10)
            {
                Byte((byte)('0' + value));
                return;
            }

            Utf8Formatter.TryFormat(value, _buffer[Length..], out int written);
            Length += written;
        }

        public void Signed(int value)
        {
            Utf8Formatter.TryFormat(value, _buffer[Length..], out int written);
            Length += written;
        }

        public void TwoDigits(uint value)
        {
            _buffer[Length] = (byte)('0' + value / 10);
            _buffer[Length + 1] = (byte)('0' + value % 10);
            Length += 2;
        }

        /// <summary>At least nine: the field can hold a little more than a second.</summary>
        public void NineDigits(uint value)
        {
            if (value >= 1_000_000_000) Byte((byte)'1');
            value %= 1_000_000_000;
            for (int i = 8; i >= 0; i--)
            {
                _buffer[Length + i] = (byte)('0' + value % 10);
                value /= 10;
            }

            Length += 9;
        }

        public void Hex(ulong value)
        {
            int digits = value == 0 ? 1 : (67 - System.Numerics.BitOperations.LeadingZeroCount(value)) >> 2;
            for (int i = digits - 1; i >= 0; i--)
            {
                _buffer[Length + i] = "0123456789abcdef"u8[(int)value & 15];
                value >>= 4;
            }

            Length += digits;
        }

        /// <summary>As a C program prints a fid: a zero sequence has no 0x.</summary>
        public void Fid(in Fid fid)
        {
            Text(fid.Sequence == 0 ? "["u8 : "[0x"u8);
            Hex(fid.Sequence);
            Text(":0x"u8);
            Hex(fid.ObjectId);
            Text(":0x"u8);
            Hex(fid.Version);
            Byte((byte)']');
        }

        public void Nid(in Nid nid) => Length += NidText.Format(nid, _buffer[Length..]);
    }
}
