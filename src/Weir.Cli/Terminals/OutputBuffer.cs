using System.Buffers;
using System.Text;

namespace Weir.Cli.Terminals;

/// <summary>Collects output and hands it on in large pieces. Not thread-safe.</summary>
internal sealed class OutputBuffer(Stream destination) : IBufferWriter<byte>
{
    /// <summary>From here on the buffer is handed on at the end of a line.</summary>
    private const int FullBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public void Advance(int count) => _buffer.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

    public void Write(ReadOnlySpan<byte> utf8) => _buffer.Write(utf8);

    public void Write(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, _buffer);

    public void WriteLine(ReadOnlySpan<char> text)
    {
        Write(text);
        EndLine();
    }

    public void EndLine()
    {
        _buffer.Write("\n"u8);
        if (_buffer.WrittenCount >= FullBytes) Flush();
    }

    /// <summary>Hands on what there is. After a failure the buffer is empty: nothing is written twice.</summary>
    public void Flush()
    {
        if (_buffer.WrittenCount == 0) return;
        try
        {
            destination.Write(_buffer.WrittenSpan);
            destination.Flush();
        }
        finally
        {
            _buffer.ResetWrittenCount();
        }
    }
}
