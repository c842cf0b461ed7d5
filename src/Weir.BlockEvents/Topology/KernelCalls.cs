using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Weir.BlockEvents.Topology;

/// <summary>The calls of the C library that hearing of devices and mounts needs. Constants are Linux's, the same on x86-64 and arm64.</summary>
internal static partial class KernelCalls
{
    public const int Interrupted = 4; // EINTR
    public const int TryAgain = 11; // EAGAIN
    public const int BrokenPipe = 32; // EPIPE
    public const int InvalidArgument = 22; // EINVAL
    public const int NoBuffers = 105; // ENOBUFS
    public const short PollIn = 1;
    public const short PollPriority = 2;
    public const short PollError = 8;

    private const int NetlinkFamily = 16;
    private const int DatagramCloseOnExec = 2 | 0x80000 | 0x800; // SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK
    private const int KobjectUevent = 15;
    private const int SolSocket = 1;
    private const int ReceiveBufferForce = 33;
    private const int ReadOnlyNonBlocking = 0x800 | 0x80000; // O_RDONLY | O_NONBLOCK | O_CLOEXEC
    private const int EventCloseOnExec = 0x80000;

    /// <summary>A socket that hears the kernel's uevents; invalid when there is none to be had.</summary>
    public static SafeFileHandle OpenUevents(int bufferBytes)
    {
        int descriptor = Socket(NetlinkFamily, DatagramCloseOnExec, KobjectUevent);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (descriptor < 0) return handle;
        _ = SetSocketOption(descriptor, SolSocket, ReceiveBufferForce, in bufferBytes, sizeof(int));
        var address = new NetlinkAddress { Family = NetlinkFamily, Groups = 1 };
        if (Bind(descriptor, in address, Marshal.SizeOf<NetlinkAddress>()) == 0) return handle;
        handle.Dispose();
        return new SafeFileHandle(-1, ownsHandle: false);
    }

    public static SafeFileHandle OpenNonBlocking(string path) => new(Open(path, ReadOnlyNonBlocking), ownsHandle: true);

    public static SafeFileHandle CreateEvent() => new(EventFd(0, EventCloseOnExec), ownsHandle: true);

    public static void Signal(SafeFileHandle eventHandle)
    {
        ulong one = 1;
        _ = Write(eventHandle, in one, sizeof(ulong));
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(Span<PollRequest> requests, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle descriptor, Span<byte> buffer, nint count);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(SafeFileHandle descriptor, long offset, int whence);

    /// <summary>Receives one datagram and says from whom.</summary>
    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    public static partial nint ReceiveFrom(SafeFileHandle descriptor, Span<byte> buffer, nint count, int flags, out NetlinkAddress address, ref int addressLength);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeFileHandle descriptor, in ulong value, nint count);

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind")]
    private static partial int Bind(int descriptor, in NetlinkAddress address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt")]
    private static partial int SetSocketOption(int descriptor, int level, int option, in int value, int length);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFd(uint value, int flags);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct sockaddr_nl, netlink(7).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint ProcessId;
        public uint Groups;
    }
}
