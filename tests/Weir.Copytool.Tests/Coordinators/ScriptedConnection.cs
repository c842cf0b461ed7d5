using System.Text;
using System.Text.Json;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Coordinators;

/// <summary>One agent's connection.</summary>
internal sealed class ScriptedConnection(Stream stream) : IAsyncDisposable
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _length;

    public JsonElement Greeting { get; set; }

    /// <summary>Whether the agent waits for a list.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>The next object, which must be this command.</summary>
    public async Task<JsonElement> ExpectAsync(string command)
    {
        JsonElement message = await ReadAsync() ?? throw new InvalidOperationException($"The agent closed the connection instead of '{command}'.");
        Assert.Equal(command, message.GetProperty("command").GetString());
        return message;
    }

    /// <summary>The next of a command, whatever other one comes before it.</summary>
    public async Task<JsonElement> ReadPastAsync(string other, string command)
    {
        while (true)
        {
            JsonElement message = await ReadAsync() ?? throw new InvalidOperationException($"The agent closed the connection instead of '{command}'.");
            string? name = message.GetProperty("command").GetString();
            if (name == other) continue;
            Assert.Equal(command, name);
            return message;
        }
    }

    /// <summary>Answers the agent's recv, which is waited for if it was not read yet.</summary>
    public async Task GiveAsync(string list)
    {
        if (!IsAsked) await ExpectAsync("recv");
        IsAsked = false;
        await SendAsync(list);
    }

    /// <summary>The next done, which is answered; its cookie and status. A recv may come before it.</summary>
    public async Task<(long Cookie, int Status)> TakeDoneAsync()
    {
        JsonElement done = await ReadPastAsync("recv", "done");
        await SendAsync("""{"command":"done"}""");
        return (done.GetProperty("hai_cookie").GetInt64(), done.GetProperty("status").GetInt32());
    }

    /// <summary>Null when the agent closed the connection.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        while (true)
        {
            if (TakeObject() is { } found)
            {
                IsAsked |= found.TryGetProperty("command", out JsonElement command) && command.ValueEquals("recv");
                return found;
            }

            if (_length == _buffer.Length) Array.Resize(ref _buffer, 2 * _buffer.Length);
            int read;
            try
            {
                read = await Within.TimeAsync(stream.ReadAsync(_buffer.AsMemory(_length), Within.Test).AsTask(), "message from the agent");
            }
            catch (IOException)
            {
                read = 0;
            }

            if (read == 0) return null;
            _length += read;
        }
    }

    /// <summary>Reads until the agent gives the connection up.</summary>
    public async Task ExpectCloseAsync()
    {
        while (await ReadAsync() is not null)
        {
            // What it said before does not matter.
        }
    }

    public Task SendAsync(string json) => SendAsync(Encoding.UTF8.GetBytes(json));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await stream.WriteAsync(bytes, Within.Test);
        }
        catch (IOException)
        {
            // It closed in the middle, as some of the tests want.
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private JsonElement? TakeObject()
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(0, _length), isFinalBlock: false, default);
        if (_length == 0 || !reader.Read() || !reader.TrySkip()) return null;
        int taken = (int)reader.BytesConsumed;
        JsonElement found = JsonDocument.Parse(_buffer.AsMemory(0, taken).ToArray()).RootElement;
        _buffer.AsSpan(taken.._length).CopyTo(_buffer);
        _length -= taken;
        return found;
    }
}
