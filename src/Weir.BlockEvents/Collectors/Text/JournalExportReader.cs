using System.Buffers.Binary;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors.Text;

/// <summary>
/// Reads <c>journalctl -o export</c>: lines <c>NAME=value</c>, or <c>NAME</c> and the value behind its length where it is binary; an empty line between
/// entries. Format: https://systemd.io/JOURNAL_EXPORT_FORMATS. Of a long value only the beginning is kept.
/// </summary>
internal sealed class JournalExportReader(Stream input)
{
    private const int KeptBytes = LineSplitter.MaxLineBytes + 256;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly byte[] _kept = new byte[KeptBytes];
    private int _start;
    private int _end;
    private int _length;

    /// <summary>Reads the next entry; false at the end. What is no field is passed over.</summary>
    public bool TryRead(JournalText entry)
    {
        entry.Clear();
        while (ReadLine())
        {
            ReadOnlySpan<byte> line = _kept.AsSpan(0, _length);
            if (line.IsEmpty)
            {
                if (!entry.IsEmpty) return true;
                continue;
            }

            int equals = line.IndexOf((byte)'=');
            if (equals > 0)
            {
                entry.Set(line[..equals], line[(equals + 1)..]);
                continue;
            }

            byte[] name = line[..Math.Min(line.Length, 64)].ToArray();
            if (!ReadBinary(out bool isWhole)) return !entry.IsEmpty;
            if (isWhole) entry.Set(name, _kept.AsSpan(0, _length));
        }

        return !entry.IsEmpty;
    }

    private bool ReadLine()
    {
        _length = 0;
        while (true)
        {
            if (_start == _end && !Fill()) return _length > 0;
            ReadOnlySpan<byte> here = _buffer.AsSpan(_start, _end - _start);
            int end = here.IndexOf((byte)'\n');
            Keep(end < 0 ? here : here[..end]);
            _start += end < 0 ? here.Length : end + 1;
            if (end >= 0) return true;
        }
    }

    private bool ReadBinary(out bool isWhole)
    {
        isWhole = false;
        _length = 0;
        Span<byte> size = stackalloc byte[8];
        for (int i = 0; i < 8; i++)
        {
            if (_start == _end && !Fill()) return false;
            size[i] = _buffer[_start++];
        }

        ulong left = BinaryPrimitives.ReadUInt64LittleEndian(size);
        while (left > 0)
        {
            if (_start == _end && !Fill()) return false;
            int take = (int)Math.Min(left, (ulong)(_end - _start));
            Keep(_buffer.AsSpan(_start, take));
            _start += take;
            left -= (ulong)take;
        }

        if (_start == _end && !Fill()) return true;
        isWhole = _buffer[_start] == (byte)'\n';
        if (isWhole) _start++;
        return true;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        int room = Math.Min(bytes.Length, KeptBytes - _length);
        bytes[..room].CopyTo(_kept.AsSpan(_length));
        _length += room;
    }

    private bool Fill()
    {
        (_start, _end) = (0, 0);
        _end = input.Read(_buffer, 0, _buffer.Length);
        return _end > 0;
    }
}
