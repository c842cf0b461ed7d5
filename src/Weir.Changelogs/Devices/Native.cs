using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.Changelogs.Devices;

/// <summary>The calls that a changelog device understands. Each gives -1 and sets the errno when it fails.</summary>
internal static partial class Native
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int SeekSet = 0;

    public const short PollIn = 1;
    public const short PollErr = 8;
    public const short PollHup = 16;

    public static int LastError => Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, Span<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeFileHandle file, long offset, int origin);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollRequest request, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeFileHandle file, nuint request, nuint argument);

    /// <summary>struct pollfd of poll(2).</summary>
    public struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
