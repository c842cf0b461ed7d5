using System.Buffers;
using System.Text;

namespace Weir.Cli.Screens;

/// <summary>
/// Makes keys of the bytes that a terminal sends (ECMA-48 control sequences as xterm, screen, tmux, the Linux console and PuTTY
/// send them). The bytes may be cut anywhere; what means nothing is dropped, however long.
/// </summary>
internal sealed class KeyDecoder(Action<Key> emit)
{
    /// <summary>No key's parameters are longer.</summary>
    private const int MaxParameters = 16;

    private readonly byte[] _parameters = new byte[MaxParameters];
    private readonly byte[] _character = new byte[4];
    private int _parameterCount;
    private int _characterCount;
    private State _state;

    private enum State
    {
        Ground,
        Escape,
        Sequence,
        ShortSequence,
        ConsoleFunctionKey,
    }

    /// <summary>Whether the bytes so far end within a sequence, or with what may be the Escape key.</summary>
    public bool IsWithinKey => _state != State.Ground;

    public void Decode(ReadOnlySpan<byte> bytes)
    {
        foreach (byte next in bytes) Decode(next);
    }

    /// <summary>Nothing more came for a while: a lone ESC was the Escape key, and half a sequence is nothing.</summary>
    public void EndOfInput()
    {
        if (_state == State.Escape) emit(new(KeyKind.Escape));
        _state = State.Ground;
        _characterCount = 0;
    }

    private void Decode(byte next)
    {
        switch (_state)
        {
            case State.Escape:
                _state = next switch { (byte)'[' => State.Sequence, (byte)'O' => State.ShortSequence, _ => State.Ground };
                _parameterCount = 0;
                if (_state != State.Ground) return;
                emit(new(KeyKind.Escape));
                DecodeGround(next);
                return;
            case State.Sequence:
                DecodeSequence(next);
                return;
            case State.ShortSequence:
                _state = State.Ground;
                EmitNamed(next, 0);
                return;
            case State.ConsoleFunctionKey:
                _state = State.Ground;
                return;
            default:
                DecodeGround(next);
                return;
        }
    }

    private void DecodeGround(byte next)
    {
        if (next >= 0x80 || (_characterCount > 0 && next >= 0x20))
        {
            DecodeCharacter(next);
            return;
        }

        _characterCount = 0;
        switch (next)
        {
            case 0x1B:
                _state = State.Escape;
                break;
            case (byte)'\r' or (byte)'\n':
                emit(new(KeyKind.Enter));
                break;
            case (byte)'\t':
                emit(new(KeyKind.Tab));
                break;
            case 0x7F or 0x08:
                emit(new(KeyKind.Backspace));
                break;
            case >= 0x20:
                emit(new(KeyKind.Character, new(next)));
                break;
            case >= 1 and <= 26:
                emit(new(KeyKind.Control, new((char)(next + 'a' - 1))));
                break;
        }
    }

    /// <summary>UTF-8, byte by byte; a sequence that is none is dropped.</summary>
    private void DecodeCharacter(byte next)
    {
        _character[_characterCount++] = next;
        OperationStatus status = Rune.DecodeFromUtf8(_character.AsSpan(0, _characterCount), out Rune rune, out int consumed);
        if (status == OperationStatus.NeedMoreData) return;
        int left = _characterCount - consumed;
        _characterCount = 0;
        if (status == OperationStatus.Done) emit(new(KeyKind.Character, rune));
        else if (left > 0) Decode(next);
    }

    private void DecodeSequence(byte next)
    {
        switch (next)
        {
            case (byte)'[' when _parameterCount == 0:
                _state = State.ConsoleFunctionKey; // ESC [ [ A is F1 on the Linux console
                return;
            case >= 0x20 and <= 0x3F:
                if (_parameterCount < MaxParameters) _parameters[_parameterCount] = next;
                _parameterCount = Math.Min(_parameterCount + 1, MaxParameters + 1);
                return;
            case >= 0x40 and <= 0x7E:
                _state = State.Ground;
                if (_parameterCount <= MaxParameters) EmitNamed(next, FirstParameter());
                return;
            default:
                _state = State.Ground;
                DecodeGround(next);
                return;
        }
    }

    private int FirstParameter()
    {
        int value = 0;
        foreach (byte digit in _parameters.AsSpan(0, Math.Min(_parameterCount, 4)))
        {
            if (digit is < (byte)'0' or > (byte)'9') break;
            value = (value * 10) + digit - '0';
        }

        return value;
    }

    private void EmitNamed(byte final, int parameter)
    {
        KeyKind? kind = final switch
        {
            (byte)'A' => KeyKind.Up,
            (byte)'B' => KeyKind.Down,
            (byte)'C' => KeyKind.Right,
            (byte)'D' => KeyKind.Left,
            (byte)'H' => KeyKind.Home,
            (byte)'F' => KeyKind.End,
            (byte)'M' when parameter == 0 && _parameterCount == 0 => KeyKind.Enter, // the keypad's
            (byte)'~' => parameter switch
            {
                1 or 7 => KeyKind.Home,
                3 => KeyKind.Delete,
                4 or 8 => KeyKind.End,
                5 => KeyKind.PageUp,
                6 => KeyKind.PageDown,
                _ => null,
            },
            _ => null,
        };
        if (kind is { } known) emit(new(known));
    }
}
