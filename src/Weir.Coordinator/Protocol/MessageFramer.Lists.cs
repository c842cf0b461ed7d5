using System.Buffers;
using System.Runtime.CompilerServices;

namespace Weir.Coordinator.Protocol;

/// <content>Lists that are given out item by item.</content>
public sealed partial class MessageFramer
{
    private ElementState _element;

    private int FindList(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> name = bytes.Slice(_keyStart, _keyLength);
        for (int i = 0; i < _lists.Count; i++)
        {
            if (name.SequenceEqual(_lists[i])) return i;
        }

        return -1;
    }

    private void StartList(int list)
    {
        List = list;
        if (_scan + _head.WrittenCount > Limits.MaxMessageBytes) throw TooLong("A message");
        _head.Write(_buffer.AsSpan(_start, _scan));
        Drop(_scan);
        _key = KeyState.None;
        _element = ElementState.FirstOrEnd;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private FrameKind ReadElement(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        while (true)
        {
            ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _end - _start);
            if (_element is ElementState.Container or ElementState.Scalar) return TryEndElement(bytes, out frame) ? FrameKind.Item : FrameKind.NeedsMore;
            int first = bytes.IndexOfAnyExcept(" \t\r\n"u8);
            Drop(first < 0 ? bytes.Length : first);
            if (first < 0) return FrameKind.NeedsMore;
            byte symbol = bytes[first];
            if (symbol == (byte)']' && _element != ElementState.Next)
            {
                // The bracket stays for the message, which reads on from here.
                _element = ElementState.None;
                return Read(out frame);
            }

            if (_element == ElementState.CommaOrEnd)
            {
                if (symbol != (byte)',') throw NoList(symbol);
                Drop(1);
                _element = ElementState.Next;
                continue;
            }

            if (symbol is (byte)',' or (byte)']' or (byte)'}' or (byte)':') throw NoList(symbol);
            _element = symbol is (byte)'{' or (byte)'[' or (byte)'"' ? ElementState.Container : ElementState.Scalar;
        }
    }

    /// <summary>Gives out the item when it is complete.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryEndElement(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        bool isComplete = false;
        if (_element == ElementState.Container)
        {
            // An item's own brackets are the third level; a string that is an item never leaves the second.
            while (!isComplete && Step(bytes, out byte symbol)) isComplete = symbol is (byte)'}' or (byte)']' or (byte)'"' && _depth == 2;
        }
        else
        {
            int end = bytes[_scan..].IndexOfAny(ScalarEnds);
            _scan = end < 0 ? bytes.Length : _scan + end;
            isComplete = end >= 0;
        }

        if (_scan > Limits.MaxMessageBytes) throw TooLong("An item");
        if (!isComplete) return false;
        frame = bytes[.._scan];
        Drop(_scan);
        _element = ElementState.CommaOrEnd;
        return true;
    }

    private void Drop(int count)
    {
        _start += count;
        _scan = 0;
    }

    private static ProtocolException NoList(byte symbol) => new($"A list has 0x{symbol:x2} where it may not be.");

    private enum ElementState : byte
    {
        None,
        FirstOrEnd,
        Next,
        CommaOrEnd,
        Container,
        Scalar,
    }
}
