using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Server.Feeds.Pipes;

/// <summary>What came of waiting at a pipe.</summary>
internal enum PipeState
{
    /// <summary>Nothing changed in the time.</summary>
    Waiting = 0,

    /// <summary>There is room to write to.</summary>
    Writable = 1,

    /// <summary>No reader has it open.</summary>
    NoReader = 2,
}

/// <summary>The writing end of a FIFO, which never blocks and can tell how much of what was written is still unread: fifo(7), pipe(7).</summary>
internal sealed partial class PipeFile : IDisposable
{
    private const int WriteOnly = 1;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NoSuchDevice = 6;
    private const int TryAgain = 11;
    private const int BrokenPipe = 32;
    private const int Interrupted = 4;
    private const short PollOut = 4;
    private const short PollErr = 8;
    private const nuint BytesUnread = 0x541B;

    private readonly SafeFileHandle _handle;

    private PipeFile(SafeFileHandle handle) => _handle = handle;

    /// <summary>Makes the FIFO where there is nothing yet.</summary>
    /// <exception cref="IOException">It cannot be made, or what is there is no FIFO.</exception>
    public static void Create(string path, UnixFileMode mode)
    {
        if (MakeFifo(path, (uint)mode) == 0) return;
        int error = Marshal.GetLastPInvokeError();
        const int exists = 17;
        if (error != exists) throw new IOException($"{path} cannot be made: {Describe(error)}");
        if (UnixFile.TypeOf(path) != UnixFileType.Fifo) throw new IOException($"{path} is there and is no FIFO; name another path, or remove it.");
    }

    /// <summary>Opens the FIFO when a reader has it open; null when none has.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static PipeFile? TryOpen(string path)
    {
        int descriptor = Open(path, WriteOnly | NonBlocking | CloseOnExec);
        if (descriptor >= 0) return new(new SafeFileHandle(descriptor, ownsHandle: true));
        int error = Marshal.GetLastPInvokeError();
        return error is NoSuchDevice or Interrupted ? null : throw new IOException($"{path} cannot be opened: {Describe(error)}");
    }

    /// <summary>Writes what there is room for.</summary>
    /// <returns>How many bytes; 0 when there is no room; -1 when no reader is there.</returns>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        nint written = Write(_handle, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
        if (written >= 0) return (int)written;
        int error = Marshal.GetLastPInvokeError();
        return error switch { TryAgain or Interrupted => 0, BrokenPipe => -1, _ => throw new IOException($"Writing to the pipe failed: {Describe(error)}") };
    }

    /// <summary>Bytes that were written and not read.</summary>
    public int CountUnread() => Control(_handle, BytesUnread, out int unread) == 0
        ? unread : throw new IOException($"The pipe does not tell what is unread: {Describe(Marshal.GetLastPInvokeError())}");

    /// <summary>Whether a reader has the pipe open, and whether there is room in it.</summary>
    /// <param name="wantsRoom">Waits for room; otherwise only for the last reader to go.</param>
    /// <param name="milliseconds">How long to wait.</param>
    public PipeState Wait(bool wantsRoom, int milliseconds)
    {
        var poll = new PollDescriptor { Descriptor = (int)_handle.DangerousGetHandle(), Events = wantsRoom ? PollOut : (short)0 };
        if (Poll(ref poll, 1, milliseconds) <= 0) return PipeState.Waiting;
        return (poll.Happened & PollErr) != 0 ? PipeState.NoReader : (poll.Happened & PollOut) != 0 ? PipeState.Writable : PipeState.Waiting;
    }

    public void Dispose() => _handle.Dispose();

    private static string Describe(int error) => new Win32Exception(error).Message;

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle handle, ref byte bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle handle, nuint request, out int value);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Happened;
    }
}
