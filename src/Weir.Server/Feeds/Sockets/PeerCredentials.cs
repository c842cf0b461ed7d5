using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Weir.Server.Feeds.Sockets;

/// <summary>Who is at the other end of a UNIX socket, as the kernel noted it when he connected: SO_PEERCRED and SO_PEERGROUPS, unix(7).</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="UserId">Its effective user.</param>
/// <param name="GroupIds">Its groups.</param>
public sealed partial record PeerCredentials(int ProcessId, uint UserId, IReadOnlyList<uint> GroupIds)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int SoPeerGroups = 59;
    private const int MostGroups = 65536;

    /// <summary>The user that this process runs as.</summary>
    public static uint OwnUserId => GetEffectiveUserId();

    /// <exception cref="SocketException">The kernel does not tell.</exception>
    public static PeerCredentials Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        uint group = MemoryMarshal.Read<uint>(credentials[8..]);
        uint[] others = ReadGroups(socket);
        return new(MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[4..]), others.Length == 0 ? [group] : [group, .. others]);
    }

    /// <summary>The number of a group by its name, or by its number as text; null when there is none.</summary>
    public static uint? FindGroup(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (uint.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out uint number)) return number;
        // struct group: name, password, then the number.
        IntPtr found = GetGroupByName(name);
        return found == IntPtr.Zero ? null : (uint)Marshal.ReadInt32(found, 2 * IntPtr.Size);
    }

    private static uint[] ReadGroups(Socket socket)
    {
        for (int room = 64; room <= MostGroups; room *= 16)
        {
            byte[] groups = ArrayPool<byte>.Shared.Rent(room * sizeof(uint));
            try
            {
                int length = socket.GetRawSocketOption(SolSocket, SoPeerGroups, groups.AsSpan(0, room * sizeof(uint)));
                return MemoryMarshal.Cast<byte, uint>(groups.AsSpan(0, length)).ToArray();
            }
            catch (SocketException)
            {
                // More groups than there is room for, or a kernel before 4.13, which does not tell.
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(groups);
            }
        }

        return [];
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial IntPtr GetGroupByName(string name);
}
