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
                lock (_lock) _connections.Add(connection);
                _ = ServeAsync(connection);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket connection)
    {
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
}
