using System.Buffers;
using System.Runtime.CompilerServices;

namespace Weir.Coordinator.Protocol;

/// <summary>
/// Cuts a stream of JSON objects, back to back, into messages, and the long lists in them into items, so that a list of any length passes
/// through a small buffer. Where the stream is cut into reads makes no difference. It looks at brackets and strings only: what it gives out is
/// still to be parsed. Not thread-safe.
/// </summary>
public sealed partial class MessageFramer : IDisposable
{
    private const int FirstBufferBytes = 16 * 1024;

    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]:,"u8);
    private static readonly SearchValues<byte> ScalarEnds = SearchValues.Create(",]} \t\r\n"u8);
    private static readonly SearchValues<byte> StringEnds = SearchValues.Create("\"\\"u8);

    private readonly IReadOnlyList<byte[]> _lists;
    private readonly ArrayBufferWriter<byte> _head = new(256);
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBufferBytes);

    /// <summary>Where what is not given out yet begins; <see cref="_scan"/> and <see cref="_stringStart"/> count from here on.</summary>
    private int _start;
    private int _scan;
    private int _end;
    private int _depth;
    private bool _isInString;
    private bool _isEscaped;
    private int _stringStart;
    private int _keyStart;
    private int _keyLength;
    private KeyState _key;
    private bool _isHeadGivenOut;

    /// <param name="limits">What is refused.</param>
    /// <param name="lists">The names of members whose lists are read item by item.</param>
    public MessageFramer(ProtocolLimits limits, params IReadOnlyList<byte[]> lists)
    {
        Limits = limits;
        _lists = lists;
    }

    /// <summary>What is refused.</summary>
    public ProtocolLimits Limits { get; set; }

    /// <summary>Which list <see cref="FrameKind.ListStart"/> and <see cref="FrameKind.Item"/> are about: its place among the names.</summary>
    public int List { get; private set; }

    /// <summary>While a list is read: the message up to it.</summary>
    public ReadOnlySpan<byte> Head => _head.WrittenSpan;

    /// <summary>Whether the stream may end here: no message has begun.</summary>
    public bool IsBetweenMessages => _depth == 0;

    /// <summary>Bytes held for a message or item that is not complete.</summary>
    public int PendingBytes => _end - _start + _head.WrittenCount;

    /// <summary>Where the next bytes of the stream go; say how many came by <see cref="Advance"/>. Only after <see cref="FrameKind.NeedsMore"/>.</summary>
    public Memory<byte> GetMemory(int sizeHint = 4096)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_buffer.Length - _end < sizeHint && _start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_buffer.Length - _end < sizeHint) Grow(sizeHint);
        return _buffer.AsMemory(_end);
    }

    public void Advance(int count) => _end += count;

    /// <summary>The next part. <paramref name="frame"/> is valid until the next call.</summary>
    /// <exception cref="ProtocolException">The stream holds no message, or one beyond the limits.</exception>
    public FrameKind Read(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_isHeadGivenOut)
        {
            _head.ResetWrittenCount();
            _isHeadGivenOut = false;
        }

        if (_element != ElementState.None) return ReadElement(out frame);
        return _depth == 0 && !SkipToMessage() ? FrameKind.NeedsMore : ReadMessage(out frame);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private FrameKind ReadMessage(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        while (Step(bytes, out byte symbol))
        {
            switch (symbol)
            {
                case (byte)'[' when _depth == 2 && _key == KeyState.Colon && FindList(bytes) is var list and >= 0:
                    StartList(list);
                    return FrameKind.ListStart;
                case (byte)'}' or (byte)']' when _depth == 0:
                    frame = TakeHead(bytes[.._scan]);
                    return FrameKind.Message;
                case (byte)':' when _depth == 1 && _key == KeyState.String:
                    _key = KeyState.Colon;
                    break;
                default:
                    if (symbol != (byte)'"') _key = KeyState.None;
                    break;
            }
        }

        if (bytes.Length + _head.WrittenCount > Limits.MaxMessageBytes) throw TooLong("A message");
        return FrameKind.NeedsMore;
    }

    /// <summary>The message's bytes, joined with what stood before its lists.</summary>
    private ReadOnlySpan<byte> TakeHead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length + _head.WrittenCount > Limits.MaxMessageBytes) throw TooLong("A message");
        _start += _scan;
        _scan = 0;
        _key = KeyState.None;
        if (_head.WrittenCount == 0) return bytes;
        _head.Write(bytes);
        _isHeadGivenOut = true;
        return _head.WrittenSpan;
    }

    /// <summary>Goes on to the next bracket, colon, comma or string's end, which then has been taken into account; false at the end of the bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Step(ReadOnlySpan<byte> bytes, out byte symbol)
    {
        symbol = 0;
        while (_scan < bytes.Length)
        {
            if (_isInString)
            {
                if (!SkipString(bytes)) return false;
                symbol = (byte)'"';
                return true;
            }

            int next = bytes[_scan..].IndexOfAny(Structure);
            if (next < 0)
            {
                _scan = bytes.Length;
                return false;
            }

            _scan += next;
            symbol = bytes[_scan++];
            switch (symbol)
            {
                case (byte)'"':
                    _isInString = true;
                    _stringStart = _scan;
                    continue;
                case (byte)'{' or (byte)'[':
                    if (++_depth > ProtocolLimits.MaxDepth) throw new ProtocolException($"A message is nested deeper than {ProtocolLimits.MaxDepth} levels.");
                    return true;
                case (byte)'}' or (byte)']':
                    _depth--;
                    return true;
                default:
                    return true;
            }
        }

        return false;
    }

    /// <summary>Goes to behind the string's closing quote; false when it is not there yet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool SkipString(ReadOnlySpan<byte> bytes)
    {
        while (_scan < bytes.Length)
        {
            if (_isEscaped)
            {
                _isEscaped = false;
                _scan++;
                continue;
            }

            int next = bytes[_scan..].IndexOfAny(StringEnds);
            int length = (next < 0 ? bytes.Length : _scan + next) - _stringStart;
            if (length > ProtocolLimits.MaxEncodedStringBytes) throw TooLong("A string");
            if (next < 0)
            {
                _scan = bytes.Length;
                return false;
            }

            _scan += next + 1;
            if (bytes[_scan - 1] == (byte)'\\')
            {
                _isEscaped = true;
                continue;
            }

            _isInString = false;
            if (_depth == 1 && _element == ElementState.None) NoteString();
            return true;
        }

        return false;
    }

    /// <summary>Remembers a string of the outermost level: it may be the key of a list.</summary>
    private void NoteString()
    {
        _keyStart = _stringStart;
        _keyLength = _scan - 1 - _stringStart;
        _key = KeyState.String;
    }

    /// <summary>Passes over white space before a message; false when there is nothing else.</summary>
    private bool SkipToMessage()
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
        int first = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        _start += first < 0 ? bytes.Length : first;
        if (first < 0) return false;
        if (bytes[first] != (byte)'{') throw new ProtocolException($"A message begins with byte 0x{bytes[first]:x2} instead of an object's brace.");
        return true;
    }

    private void Grow(int sizeHint)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _buffer.Length, _end + sizeHint));
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private static ProtocolException TooLong(string what) => new($"{what} is longer than is allowed.");

    private enum KeyState : byte
    {
        None,
        String,
        Colon,
    }
}
