using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>Stores events in systemd's journal. An entry too large for a datagram goes as a sealed file in memory.</summary>
/// <param name="path">journald's socket.</param>
public sealed partial class JournaldNotifier(string path = JournaldNotifier.DefaultPath) : INotifier
{
    /// <summary>Where journald listens.</summary>
    public const string DefaultPath = "/run/systemd/journal/socket";

    private const uint AllowSealing = 3; // MFD_CLOEXEC | MFD_ALLOW_SEALING
    private const int AddSeals = 1033; // F_ADD_SEALS
    private const int AllSeals = 15; // F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE

    /// <summary>The largest entry that is sent as it is.</summary>
    public int MostDatagramBytes { get; init; } = 128 * 1024;

    /// <inheritdoc/>
    public async Task TellAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        byte[] entry = JournaldEntry.Write(one);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            if (entry.Length <= MostDatagramBytes) await socket.SendAsync(entry, cancellationToken).ConfigureAwait(false);
            else SendAsFile(socket, entry);
        }
        catch (SocketException failed) when (failed.SocketErrorCode == SocketError.MessageSize)
        {
            SendAsFile(socket, entry);
        }
        catch (SocketException failed)
        {
            throw new IOException($"journald does not take events on {path}: {failed.Message}", failed);
        }
    }

    private static unsafe void SendAsFile(Socket socket, byte[] entry)
    {
        using var memory = new SafeFileHandle(MemfdCreate("weir-journal-entry", AllowSealing), ownsHandle: true);
        if (memory.IsInvalid) throw new IOException($"There is no memory for a journal entry of {entry.Length} bytes: {Marshal.GetLastPInvokeErrorMessage()}");
        RandomAccess.Write(memory, entry, 0);
        if (Fcntl(memory, AddSeals, AllSeals) != 0) throw new IOException($"A journal entry cannot be sealed: {Marshal.GetLastPInvokeErrorMessage()}");

        // struct cmsghdr with one descriptor, cmsg(3).
        byte* control = stackalloc byte[24];
        *(nuint*)control = 20;
        *(int*)(control + 8) = 1; // SOL_SOCKET
        *(int*)(control + 12) = 1; // SCM_RIGHTS
        *(int*)(control + 16) = (int)memory.DangerousGetHandle();
        var message = new MessageHeader { Control = (IntPtr)control, ControlLength = 24 };
        if (SendMessage(socket.SafeHandle, in message, 0x4000) < 0) throw new IOException($"journald does not take a large entry: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeHandle descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    private static partial nint SendMessage(SafeHandle socket, in MessageHeader message, int flags);

    /// <summary>struct msghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public IntPtr Name;
        public uint NameLength;
        public IntPtr Parts;
        public nuint PartCount;
        public IntPtr Control;
        public nuint ControlLength;
        public int Flags;
    }
}
