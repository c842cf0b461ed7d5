using System.Net;
using System.Net.Sockets;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>Lets clients log in and then answers each command with bytes of its own, as long as they are taken.</summary>
public sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly Func<string[], IEnumerable<byte[]>> _answer;
    private readonly TimeSpan _pause;
    private readonly List<Task> _tasks = [];

    /// <param name="answer">What to send to a command, piece by piece; it may never end.</param>
    /// <param name="pause">Between two pieces.</param>
    public HostileServer(Func<string[], IEnumerable<byte[]>> answer, TimeSpan pause = default)
    {
        _answer = answer;
        _pause = pause;
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    public string Url => $"redis://{_listener.LocalEndpoint}";

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        Task[] tasks;
        lock (_tasks) tasks = [.. _tasks];
        foreach (Task task in tasks) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client = await _listener.AcceptSocketAsync(_closing.Token);
            lock (_tasks) _tasks.Add(ServeAsync(client));
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            var buffer = new byte[64 * 1024];
            int held = 0;
            while (await client.ReceiveAsync(buffer.AsMemory(held), _closing.Token) is > 0 and int read)
            {
                held += read;
                while (Take(buffer, ref held) is { } command)
                {
                    if (command[0] is "HELLO" or "CLIENT" or "SELECT")
                    {
                        await client.SendAsync("+OK\r\n"u8.ToArray(), _closing.Token);
                        continue;
                    }

                    foreach (byte[] piece in _answer(command))
                    {
                        for (int sent = 0; sent < piece.Length;) sent += await client.SendAsync(piece.AsMemory(sent), _closing.Token);
                        if (_pause > TimeSpan.Zero) await Task.Delay(_pause, _closing.Token);
                    }
                }
            }
        }
    }

    private static string[]? Take(byte[] buffer, ref int held)
    {
        if (!new RespScanner(RespLimits.Default).TryFindEnd(buffer.AsSpan(0, held), out int length)) return null;
        string[] words = [.. RespValue.Parse(buffer.AsSpan(0, length)).Items.Select(item => item.Text)];
        buffer.AsSpan(length, held - length).CopyTo(buffer);
        held -= length;
        return words;
    }
}
