using System.Net.Sockets;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Tests.Faults;

/// <summary>Lets clients log in and then answers each command with bytes of its own, as long as they are taken.</summary>
public sealed class HostileServer : LoopbackServer
{
    private readonly Func<string[], IEnumerable<byte[]>> _answer;
    private readonly TimeSpan _pause;

    /// <param name="answer">What to send to a command, piece by piece; it may never end.</param>
    /// <param name="pause">Between two pieces.</param>
    public HostileServer(Func<string[], IEnumerable<byte[]>> answer, TimeSpan pause = default)
    {
        _answer = answer;
        _pause = pause;
        Start();
    }

    protected override async Task ServeAsync(Socket client)
    {
        using (client)
        {
            client.NoDelay = true;
            var buffer = new byte[64 * 1024];
            int held = 0;
            while (await client.ReceiveAsync(buffer.AsMemory(held), Closing) is > 0 and int read)
            {
                held += read;
                while (Take(buffer, ref held) is { } command)
                {
                    if (command[0] is "HELLO" or "CLIENT" or "SELECT")
                    {
                        await client.SendAsync("+OK\r\n"u8.ToArray(), Closing);
                        continue;
                    }

                    foreach (byte[] piece in _answer(command))
                    {
                        for (int sent = 0; sent < piece.Length;) sent += await client.SendAsync(piece.AsMemory(sent), Closing);
                        if (_pause > TimeSpan.Zero) await Task.Delay(_pause, Closing);
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
