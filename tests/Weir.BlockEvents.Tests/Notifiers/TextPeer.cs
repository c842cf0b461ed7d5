using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.BlockEvents.Tests.Notifiers;

/// <summary>A server of lines for one test: it keeps what it is told and answers as the test says. Mail and chat are both spoken in lines.</summary>
internal sealed class TextPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly List<string> _lines = [];
    private readonly string? _greeting;
    private readonly Func<string, string?> _answer;

    public TextPeer(string? greeting, Func<string, string?> answer)
    {
        _greeting = greeting;
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string[] Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            await using NetworkStream stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8, false, 1024, leaveOpen: true);
            try
            {
                if (_greeting is not null) await stream.WriteAsync(Encoding.UTF8.GetBytes(_greeting + "\r\n"), _stop.Token);
                while (await reader.ReadLineAsync(_stop.Token) is { } line)
                {
                    lock (_lines) _lines.Add(line);
                    if (_answer(line) is { } answer) await stream.WriteAsync(Encoding.UTF8.GetBytes(answer + "\r\n"), _stop.Token);
                }
            }
            catch (IOException)
            {
                // The client has gone; the next may come.
            }
        }
    }
}
