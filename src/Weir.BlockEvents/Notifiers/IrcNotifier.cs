using System.Net.Sockets;
using System.Text;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Notifiers;

/// <summary>How a channel is told.</summary>
/// <param name="Server">The host name.</param>
/// <param name="Port">The port.</param>
/// <param name="Nick">The name to go by.</param>
/// <param name="Channel">The channel, as <c>#storage</c>.</param>
public sealed record IrcSettings(string Server, int Port, string Nick, string Channel);

/// <summary>Says events in a channel (RFC 1459 and 2812): it joins, says its line and leaves. The channel is joined before it is told.</summary>
public sealed class IrcNotifier(IrcSettings settings) : INotifier
{
    private const int MostTextBytes = 400;
    private const int MostLines = 4096;

    /// <inheritdoc/>
    public async Task TellAsync(StorageEvent one, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(settings.Server, settings.Port, cancellationToken).ConfigureAwait(false);
        NetworkStream stream = client.GetStream();
        await using (stream.ConfigureAwait(false))
        {
            using var reader = new StreamReader(stream, Encoding.UTF8, false, 1024, leaveOpen: true);
            await SendAsync($"NICK {settings.Nick}\r\nUSER {settings.Nick} 0 * :Weir storage events").ConfigureAwait(false);
            await WaitForAsync("001").ConfigureAwait(false);
            await SendAsync($"JOIN {settings.Channel}").ConfigureAwait(false);
            await WaitForAsync("366").ConfigureAwait(false);
            await SendAsync($"PRIVMSG {settings.Channel} :{Cut(EventText.Line(one))}").ConfigureAwait(false);
            // The answer says that the line before it was taken.
            await SendAsync("PING :weir-told").ConfigureAwait(false);
            await WaitForAsync("PONG").ConfigureAwait(false);
            await SendAsync("QUIT :told").ConfigureAwait(false);

            async Task SendAsync(string line) => await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), cancellationToken).ConfigureAwait(false);

            async Task WaitForAsync(string command)
            {
                for (int i = 0; i < MostLines; i++)
                {
                    string line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) ?? throw new IOException($"{settings.Server} closed the connection.");
                    string[] words = line.Split(' ');
                    if (words[0] == "PING") await SendAsync("PONG " + string.Join(' ', words.Skip(1))).ConfigureAwait(false);
                    string answer = words.Length > 1 && words[0].StartsWith(':') ? words[1] : words[0];
                    if (answer == command) return;
                    if (answer is "ERROR" or [('4' or '5'), _, _] && answer is not "422") throw new IOException($"{settings.Server} refuses: {EventText.Clean(line)}");
                }

                throw new IOException($"{settings.Server} does not answer with {command}.");
            }
        }
    }

    private static string Cut(string text)
    {
        while (Encoding.UTF8.GetByteCount(text) > MostTextBytes) text = text[..^Math.Max(1, text.Length / 16)];
        return text;
    }
}
