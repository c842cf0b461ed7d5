using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Weir.Copytool.Tests.Mdt;

internal sealed partial class MdtStandIn
{
    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptAsync(CancellationToken.None);
                int process = ProcessOf(connection);
                lock (_lock) _connections.Add(connection, (process, ServeAsync(connection, process)));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket connection, int process)
    {
        await Task.Yield();
        try
        {
            using var stream = new NetworkStream(connection);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            string first = await reader.ReadLineAsync(CancellationToken.None) ?? "";
            if (first.StartsWith("kuc ", StringComparison.Ordinal))
            {
                Register(connection, first);
                await reader.ReadLineAsync(CancellationToken.None);
                return;
            }

            while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
            {
                if (line.StartsWith("BEGIN ", StringComparison.Ordinal) && IsAlive(process)) await HearOutTheDeadAsync();
                int answer = Answer(connection, line);
                await connection.SendAsync(Encoding.ASCII.GetBytes(answer.ToString(CultureInfo.InvariantCulture) + "\n"), SocketFlags.None, CancellationToken.None);
            }
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            // The process is gone.
        }
        finally
        {
            lock (_lock)
            {
                _connections.Remove(connection);
                _registrations.RemoveAll(registration => registration.Pipe == connection);
                MeetWaiters();
            }

            connection.Dispose();
        }
    }

    /// <summary>
    /// A real metadata target is told by system calls, which are over when their process is. Here what a killed process said may still lie in a socket while
    /// the next one begins: it comes first.
    /// </summary>
    private async Task HearOutTheDeadAsync()
    {
        Task[] dead;
        lock (_lock) dead = [.. _connections.Values.Where(connection => !IsAlive(connection.ProcessId)).Select(connection => connection.Serving)];
        await Task.WhenAll(dead);
    }

    /// <summary>A process that was waited for is gone; its number is not soon another's.</summary>
    private static bool IsAlive(int process) => Directory.Exists($"/proc/{process}");

    /// <summary>SO_PEERCRED of SOL_SOCKET, socket(7): the process id stands first.</summary>
    private static int ProcessOf(Socket connection)
    {
        Span<byte> credentials = stackalloc byte[12];
        connection.GetRawSocketOption(1, 17, credentials);
        return BitConverter.ToInt32(credentials);
    }
}
