using System.Runtime.InteropServices;

namespace Weir.Cli.Terminals;

/// <summary>Whoever reads our output has gone, as <c>head</c> does when it has enough.</summary>
internal sealed class BrokenPipeException() : IOException("Nobody reads the output any more.");

/// <summary>
/// Standard output or error by write(2). The framework's console stream hides a broken pipe, and its file stream writes
/// at places of its own, over what another process of the same redirection wrote.
/// </summary>
internal sealed partial class StandardStream(int descriptor) : Stream
{
    // Linux errno values, errno-base.h.
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BrokenPipe = 32;
    private const short PollOut = 4;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="BrokenPipeException">Nobody reads any more.</exception>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint written = WriteTo(descriptor, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == BrokenPipe) throw new BrokenPipeException();
            if (error == TryAgain) WaitUntilWritable();
            else if (error != Interrupted)
                throw new IOException($"cannot write to {(descriptor == 1 ? "standard output" : "standard error")}: {Marshal.GetPInvokeErrorMessage(error)}", error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Somebody who shares the descriptor made it non-blocking.</summary>
    private void WaitUntilWritable()
    {
        var wanted = new PollRequest { Descriptor = descriptor, Events = PollOut };
        Poll(ref wanted, 1, -1);
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollRequest request, nuint count, int timeout);

    /// <summary>struct pollfd of poll(2).</summary>
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
