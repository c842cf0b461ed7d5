using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Weir.Server.Tests.Feeds.Sockets;

/// <summary>A client of the feed's socket that reads lines.</summary>
internal sealed class FeedClient : IDisposable
{
    private readonly StreamReader _reader;

    private FeedClient(Socket socket)
    {
        Socket = socket;
        _reader = new(new NetworkStream(socket), Encoding.UTF8);
    }

    public Socket Socket { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<FeedClient> ConnectAsync(string path, string? firstLine = null)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), Token);
        var client = new FeedClient(socket);
        if (firstLine is not null) await client.SendAsync(firstLine);
        return client;
    }

    public async Task SendAsync(string line) => await Socket.SendAsync(Encoding.UTF8.GetBytes(line + "\n"), SocketFlags.None, Token);

    /// <summary>The next object; null at the end.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        string? line;
        try
        {
            line = await _reader.ReadLineAsync(limit.Token);
        }
        catch (IOException)
        {
            return null;
        }

        if (line is null) return null;
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    /// <summary>The next object, which has to be of this kind: <c>ready</c>, <c>error</c>, … or <c>event</c>.</summary>
    public async Task<JsonElement> ExpectAsync(string kind)
    {
        JsonElement next = await ReadAsync() ?? throw new InvalidOperationException($"the end came in place of '{kind}'");
        Assert.True(KindOf(next) == kind, $"{next} is not '{kind}'");
        return next;
    }

    public async Task<string> ExpectErrorAsync()
    {
        JsonElement error = await ExpectAsync("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Null(await ReadAsync());
        return error.GetProperty("code").GetString()!;
    }

    public void Dispose()
    {
        _reader.Dispose();
        Socket.Dispose();
    }

    private static string KindOf(JsonElement element) =>
        element.TryGetProperty("weir", out JsonElement kind) ? kind.GetString()! : element.TryGetProperty("specversion", out _) ? "event" : "?";
}
