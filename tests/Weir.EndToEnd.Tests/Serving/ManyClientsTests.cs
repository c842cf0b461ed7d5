using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Weir.Feed;
using Weir.Feed.Log;

namespace Weir.EndToEnd.Tests.Serving;

/// <summary>As many clients as there may be, at a daemon of its own: 10,000 in the long form.</summary>
public sealed class ManyClientsTests : IDisposable
{
    private const int Late = 50;
    private const long MostResidentBytes = 400L * 1024 * 1024;

    private static readonly int Clients = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") is null ? 1000 : 10_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-many-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task All_are_given_what_comes_those_beyond_are_told_and_nobody_else_notices()
    {
        using ServeProcess daemon = await ServeProcess.StartAsync(
            _directory.FullName, new Dictionary<string, string> { ["WEIR__FEEDS__MAX_CONNECTIONS"] = Clients.ToString(CultureInfo.InvariantCulture) });
        await using var feed = new LogEngine(new() { Directory = Path.Combine(_directory.FullName, "feed") });
        var clients = new List<Socket>();
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int i = 0; i < Clients; i++)
            {
                clients.Add(Connect(daemon));
                clients[i].Send("{\"topics\":[\"t\"]}\n"u8);
                Assert.Contains("ready", ReadLine(clients[i], buffer), StringComparison.Ordinal);
            }

            for (int i = 0; i < Late; i++)
            {
                using Socket late = Connect(daemon);
                Assert.Contains("\"code\":\"busy\"", ReadLine(late, buffer), StringComparison.Ordinal);
            }

            var batch = new RecordBatch();
            batch.Add("T"u8, ""u8, ""u8, "{}"u8);
            RecordId id = await feed.AppendAsync("t", batch, default, Token);
            foreach (Socket client in clients)
            {
                using JsonDocument found = JsonDocument.Parse(ReadLine(client, buffer));
                Assert.Equal(id.ToString(), found.RootElement.GetProperty("id").GetString());
            }

            // HTTP goes on, and so does the daemon, at a size that it can keep.
            using var http = new HttpClient { BaseAddress = daemon.Address };
            string metrics = await http.GetStringAsync("/metrics", Token);
            Assert.Contains($"weir_gateway_connections{{door=\"socket\"}} {Clients}\n", metrics, StringComparison.Ordinal);
            string resident = metrics.Split('\n').Single(line => line.StartsWith("process_resident_memory_bytes ", StringComparison.Ordinal)).Split(' ')[1];
            Assert.InRange(double.Parse(resident, CultureInfo.InvariantCulture), 1, MostResidentBytes);
        }
        finally
        {
            foreach (Socket client in clients) client.Dispose();
        }

        await daemon.SignalAsync("TERM");
        Assert.Equal(0, await daemon.WaitForExitAsync());
    }

    private static Socket Connect(ServeProcess daemon)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 120_000 };
        socket.Connect(new UnixDomainSocketEndPoint(daemon.SocketPath));
        return socket;
    }

    private static string ReadLine(Socket socket, byte[] buffer)
    {
        int length = 0;
        while (length == 0 || buffer[length - 1] != '\n')
        {
            int received = socket.Receive(buffer.AsSpan(length));
            if (received == 0) throw new InvalidOperationException("the daemon ended the connection");
            length += received;
        }

        return Encoding.UTF8.GetString(buffer, 0, length);
    }
}
