using System.Buffers;
using Weir.Lustre.HsmFiles;

namespace Weir.Lab.Mdt;

/// <summary>Draws what is wrong with the files of one MDT, from a source of its own: damage never changes the history.</summary>
internal sealed class FileDamage(MdtClusterOptions options, int mdtIndex)
{
    private readonly Random _random = new(unchecked(options.Seed * 1_000_033 + mdtIndex + 7));

    /// <summary>Draws for one file of so many lines.</summary>
    public Drawn Draw(int lines)
    {
        bool isTorn = _random.Happens(options.TornFileProbability);
        int garbage = _random.Happens(options.GarbageProbability) ? _random.Next(1, 4) : 0;
        bool losesLine = _random.Happens(options.LostLineProbability);
        if (lines == 0) return new(-1, -1, -1, garbage);
        return new(
            isTorn ? _random.Next(lines) : -1,
            losesLine ? _random.Next(lines) : -1,
            garbage > 0 ? _random.Next(lines) : -1,
            garbage);
    }

    /// <summary>How many bytes are left of a line that is cut: at least one, and never the newline.</summary>
    public int Cut(int lineBytes) => _random.Next(1, lineBytes);

    /// <summary>A byte that no UTF-8 has, somewhere in the line.</summary>
    public void Spoil(Span<byte> line) => line[_random.Next(line.Length - 1)] = 0xff;

    /// <summary>One line that no reader can take.</summary>
    public void WriteGarbage(IBufferWriter<byte> output)
    {
        switch (_random.Next(6))
        {
            case 0:
                WriteRandomBytes(output);
                break;
            case 1:
                output.Write("idx=[1/2] action=ARCHIVE fid=[0xdead\n"u8);
                break;
            case 2:
                output.Write("\0\0\0\0\0\0\0\0\n"u8);
                break;
            case 3:
                output.Write("LustreError: 1234:0:(mdt_coordinator.c:99:mdt_hsm_cdt()) not a line of this file\n"u8);
                break;
            case 4:
                output.Write("lrh=[type=10680000 len=136 idx=99999999999/1] fid=[0x1:0x1:0x0] action=ARCHIVE status=STARTED\n"u8);
                break;
            default:
                WriteLongLine(output);
                break;
        }
    }

    private void WriteRandomBytes(IBufferWriter<byte> output)
    {
        Span<byte> bytes = stackalloc byte[64];
        _random.NextBytes(bytes);
        bytes.Replace((byte)'\n', (byte)0);
        bytes[0] = 0xfe;
        bytes[^1] = (byte)'\n';
        output.Write(bytes);
    }

    private static void WriteLongLine(IBufferWriter<byte> output)
    {
        Span<byte> bytes = output.GetSpan(LineText.MaxBytes + 2)[..(LineText.MaxBytes + 2)];
        bytes.Fill((byte)'x');
        bytes[^1] = (byte)'\n';
        output.Advance(bytes.Length);
    }

    /// <summary>Line numbers from 0, -1 for none.</summary>
    /// <param name="TornLine">The file ends within this line.</param>
    /// <param name="LostLine">This line is spoiled.</param>
    /// <param name="GarbageBefore">Garbage stands before this line; before the end when there is none.</param>
    internal readonly record struct Drawn(int TornLine, int LostLine, int GarbageBefore, int GarbageLines);
}
