using System.Net.Sockets;

namespace Weir.Server.Feeds.Sockets;

/// <summary>The socket's place in the file system.</summary>
internal static class SocketFile
{
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Where the socket is when nobody says: for root below /run, for others below their runtime directory.</summary>
    public static string DefaultPath(bool isRoot, Func<string, string?> readVariable)
    {
        const string name = "weir/feed.sock";
        if (isRoot) return $"/run/{name}";
        string? runtime = readVariable("XDG_RUNTIME_DIR");
        return runtime is not null && Path.IsPathRooted(runtime) ? Path.Combine(runtime, name) : Path.Combine(Path.GetTempPath(), $"weir-{PeerCredentials.OwnUserId}", "feed.sock");
    }

    /// <exception cref="IOException">It cannot be opened, or another process serves it.</exception>
    public static Socket Listen(string path, int backlog)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } directory && !Directory.Exists(directory)) Directory.CreateDirectory(directory, DirectoryMode);
            if (UnixFile.TypeOf(path) != UnixFileType.None) RemoveStale(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            // Who connects is known by his credentials, not by what the file lets him.
            File.SetUnixFileMode(path, Everybody);
            socket.Listen(backlog);
            return socket;
        }
        catch (Exception failed) when (failed is SocketException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new IOException($"The socket {path} cannot be opened: {failed.Message}", failed);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // The next start finds that nobody serves it.
        }
    }

    /// <summary>Takes away what a daemon left that did not end in order.</summary>
    private static void RemoveStale(string path)
    {
        if (UnixFile.TypeOf(path) != UnixFileType.Socket) throw new IOException($"{path} is there and is no socket; name another path in feeds.socket, or remove it.");
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException refused) when (refused.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException other)
        {
            throw new IOException($"{path} is there and cannot be connected to: {other.Message}", other);
        }

        throw new IOException($"Another process serves {path}; stop it, or name another path in feeds.socket.");
    }
}
