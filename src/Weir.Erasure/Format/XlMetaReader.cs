using Weir.Erasure.Coding;

namespace Weir.Erasure.Format;

/// <summary>
/// Reads a large xl.meta (minor 3) forward from a stream, holding one version or one inline shard at a time: first all versions, then
/// all inline shards. Files of more than 100 MB exist where an object has hundreds of thousands of versions.
/// </summary>
public sealed class XlMetaReader
{
    /// <summary>The largest version or inline shard that is read.</summary>
    public const int MaxItemBytes = 8 << 20;

    private const int FirstBufferBytes = 64 << 10;

    private readonly Stream _stream;
    private byte[] _buffer = new byte[FirstBufferBytes];
    private int _start;
    private int _end;
    private long _sectionLeft;
    private XxHash64 _checksum = new();
    private int _versionsLeft;
    private long _inlineLeft = -1;
    private int _inlineValueLeft;

    /// <summary>Begins to read.</summary>
    /// <param name="stream">At the start of the file.</param>
    /// <exception cref="ErasureFormatException">It is no xl.meta of minor 3.</exception>
    /// <exception cref="IOException">The drive cannot be read.</exception>
    public XlMetaReader(Stream stream)
    {
        _stream = stream;
        Require(XlContainer.PrefixBytes);
        int minor = XlContainer.ReadMinor(Window);
        if (minor != XlContainer.MaxMinor) throw new ErasureFormatException($"xl.meta 1.{minor} is read from memory only, and this file is too large for that.");
        _start += XlContainer.PrefixBytes;
        _sectionLeft = TakeBinaryHead();
        Fill(27);
        var reader = new MessagePackReader(Window[..(int)Math.Min(Window.Length, _sectionLeft)], "the metadata of xl.meta");
        (HeaderVersion, MetaVersion, VersionCount) = XlContainer.ReadSectionHead(ref reader);
        TakeSection(reader.Position);
        _versionsLeft = VersionCount;
    }

    public int HeaderVersion { get; }

    public int MetaVersion { get; }

    public int VersionCount { get; }

    /// <summary>The next version, newest first; false after the last, when the checksum of all was right.</summary>
    /// <exception cref="ErasureFormatException">The file is damaged. Versions given before are not to be trusted when it is the checksum.</exception>
    public bool TryReadVersion([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out XlVersion? version)
    {
        version = null;
        if (_versionsLeft < 0) return false;
        if (_versionsLeft-- == 0)
        {
            FinishSection();
            return false;
        }

        byte[] header = TakeSectionBinary();
        byte[] body = TakeSectionBinary();
        version = new(XlContainer.ReadHeader(header, HeaderVersion), header, body);
        return true;
    }

    /// <summary>The next inline shard's key and size, after all versions were read; false after the last.</summary>
    /// <exception cref="ErasureFormatException">The inline data is damaged.</exception>
    public bool TryReadInline(out string key, out int length)
    {
        if (_versionsLeft >= 0) throw new InvalidOperationException("Inline shards come after the versions, which are not read yet.");
        SkipInlineValue();
        (key, length) = ("", 0);
        if (_inlineLeft == 0 || (_inlineLeft < 0 && !BeginInline())) return false;
        _inlineLeft--;
        int keyBytes = TakeBinaryHead();
        if (keyBytes > 1024) throw Damage($"a key of {keyBytes} bytes");
        Require(keyBytes);
        key = System.Text.Encoding.UTF8.GetString(Window[..keyBytes]);
        _start += keyBytes;
        _inlineValueLeft = length = TakeBinaryHead();
        return true;
    }

    /// <summary>The bytes of the shard that <see cref="TryReadInline"/> named last; else they are stepped over.</summary>
    public byte[] ReadInlineValue()
    {
        if (_inlineValueLeft > MaxItemBytes) throw Damage($"a shard of {_inlineValueLeft} bytes");
        int length = _inlineValueLeft;
        Require(length);
        byte[] value = Window[..length].ToArray();
        _start += length;
        _inlineValueLeft = 0;
        return value;
    }

    private ReadOnlySpan<byte> Window => _buffer.AsSpan(_start, _end - _start);

    private bool BeginInline()
    {
        _inlineLeft = 0;
        if (Fill(1) == 0) return false;
        if (_buffer[_start++] != 1) throw Damage("the inline data is of an unknown version");
        Fill(5);
        // Counts are checked entry by entry: the map's head may promise more than the file has.
        byte code = Window.IsEmpty ? throw Damage("the data ends") : Window[0];
        (int head, long count) = code switch
        {
            >= 0x80 and <= 0x8f => (1, code & 0x0f),
            0xde when Window.Length >= 3 => (3, System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(Window[1..])),
            0xdf when Window.Length >= 5 => (5, (long)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(Window[1..])),
            _ => throw Damage("no map of inline data"),
        };
        _start += head;
        _inlineLeft = count;
        return count > 0;
    }

    private void SkipInlineValue()
    {
        while (_inlineValueLeft > 0)
        {
            if (Fill(1) == 0) throw Damage("the data ends");
            int taken = Math.Min(_inlineValueLeft, Window.Length);
            _start += taken;
            _inlineValueLeft -= taken;
        }
    }

    /// <summary>A binary within the checksummed section.</summary>
    private byte[] TakeSectionBinary()
    {
        int headStart = Fill(5);
        if (headStart == 0) throw Damage("the data ends");
        (int head, long length) = BinaryHead();
        if (head + length > _sectionLeft) throw Damage($"a version of {length} bytes where the section has {_sectionLeft} left");
        if (length > MaxItemBytes) throw Damage($"a version of {length} bytes; at most {MaxItemBytes} are read");
        TakeSection(head);
        Require((int)length);
        byte[] bytes = Window[..(int)length].ToArray();
        TakeSection((int)length);
        return bytes;
    }

    private int TakeBinaryHead()
    {
        Fill(5);
        (int head, long length) = BinaryHead();
        if (length > int.MaxValue) throw Damage($"a length of {length}");
        _start += head;
        return (int)length;
    }

    private (int Head, long Length) BinaryHead()
    {
        ReadOnlySpan<byte> window = Window;
        byte code = window.IsEmpty ? throw Damage("the data ends") : window[0];
        return code switch
        {
            >= 0xa0 and <= 0xbf => (1, code & 0x1f),
            0xc4 or 0xd9 when window.Length >= 2 => (2, window[1]),
            0xc5 or 0xda when window.Length >= 3 => (3, System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(window[1..])),
            0xc6 or 0xdb when window.Length >= 5 => (5, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(window[1..])),
            _ => throw Damage("no string or binary where one belongs"),
        };
    }

    private void TakeSection(int bytes)
    {
        _checksum.Append(Window[..bytes]);
        _start += bytes;
        _sectionLeft -= bytes;
    }

    private void FinishSection()
    {
        while (_sectionLeft > 0)
        {
            if (Fill(1) == 0) throw Damage("the data ends");
            TakeSection((int)Math.Min(_sectionLeft, Window.Length));
        }

        Fill(9);
        var reader = new MessagePackReader(Window, "the checksum of xl.meta");
        XlMeta.CheckSum(_checksum.Finish(), reader.ReadInteger());
        _start += reader.Position;
    }

    private void Require(int bytes)
    {
        if (Fill(bytes) < bytes) throw Damage("the data ends");
    }

    /// <summary>Reads until the window has so many bytes or the stream ends; returns how many it has.</summary>
    private int Fill(int bytes)
    {
        while (_end - _start < bytes)
        {
            if (_buffer.Length - _start < bytes) MakeRoom(bytes);
            int read = _stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0) break;
            _end += read;
        }

        return _end - _start;
    }

    private void MakeRoom(int bytes)
    {
        // Grown by what has arrived, not by what a length claims, so that a hostile length costs nothing.
        int wanted = Math.Max(_buffer.Length, Math.Min(bytes, 2 * Math.Max(_end - _start, FirstBufferBytes)));
        byte[] target = wanted == _buffer.Length ? _buffer : new byte[wanted];
        Window.CopyTo(target);
        _end -= _start;
        _start = 0;
        _buffer = target;
    }

    private static ErasureFormatException Damage(string what) => new($"xl.meta is damaged: {what}.");
}
