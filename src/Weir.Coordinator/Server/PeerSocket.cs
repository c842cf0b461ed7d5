using System.Net.Sockets;

namespace Weir.Coordinator.Server;

/// <summary>How the kernel is to treat a peer's connection.</summary>
internal static class PeerSocket
{
    /// <summary>IPPROTO_TCP, TCP_USER_TIMEOUT (tcp(7)).</summary>
    private const int LevelTcp = 6, UserTimeoutOption = 18;

    /// <summary>A peer that acknowledges nothing, or takes nothing of what waits for it, is given up after this long.</summary>
    private static readonly TimeSpan UserTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// No delays, and an end to peers that have vanished without a word: keep-alive finds them when nothing is on its way, the user timeout
    /// also when an answer is, which the kernel would otherwise send again for a quarter of an hour.
    /// </summary>
    public static void Configure(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (!OperatingSystem.IsLinux()) return;
        socket.SetRawSocketOption(LevelTcp, UserTimeoutOption, BitConverter.GetBytes((int)UserTimeout.TotalMilliseconds));
    }
}
