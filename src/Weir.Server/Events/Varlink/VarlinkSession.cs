using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;

namespace Weir.Server.Events.Varlink;

/// <summary>One client: calls are JSON objects, each ended by a zero byte, and answered in their order (https://varlink.org/Method-Call).</summary>
internal sealed class VarlinkSession(Socket client, StorageEventsService service) : IDisposable
{
    private const int MostCallBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[MostCallBytes];
    private int _length;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            int end = _buffer.AsSpan(0, _length).IndexOf((byte)0);
            if (end >= 0)
            {
                byte[] call = _buffer[..end];
                _length -= end + 1;
                _buffer.AsSpan(end + 1, _length).CopyTo(_buffer);
                if (!await AnswerAsync(call, stopping).ConfigureAwait(false)) return;
                continue;
            }

            if (_length == _buffer.Length) return;
            int read = await client.ReceiveAsync(_buffer.AsMemory(_length), stopping).ConfigureAwait(false);
            if (read == 0) return;
            _length += read;
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>False when the client is to be cut off, because what it sends is no call.</summary>
    private async Task<bool> AnswerAsync(byte[] bytes, CancellationToken stopping)
    {
        if (VarlinkCall.Read(bytes) is not { } call) return false;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task hangUp = call.WantsMore ? WatchAsync(ended) : Task.CompletedTask;
        try
        {
            await service.AnswerAsync(call, (json, continues) => SendAsync(call, json, continues, ended.Token), ended.Token).ConfigureAwait(false);
        }
        catch (VarlinkException failed)
        {
            await SendErrorAsync(call, failed, stopping).ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await hangUp.ConfigureAwait(false);
        }

        return true;
    }

    private async Task SendAsync(VarlinkCall call, Action<Utf8JsonWriter> parameters, bool continues, CancellationToken cancellationToken)
    {
        if (call.IsOneWay) return;
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteStartObject("parameters"u8);
            parameters(json);
            json.WriteEndObject();
            if (continues) json.WriteBoolean("continues"u8, true);
            json.WriteEndObject();
        }

        output.Write<byte>([0]);
        await SendAllAsync(output.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendErrorAsync(VarlinkCall call, VarlinkException failed, CancellationToken cancellationToken)
    {
        if (call.IsOneWay) return;
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("error"u8, failed.Error);
            json.WriteStartObject("parameters"u8);
            if (failed.Parameter.Length > 0) json.WriteString(failed.Parameter, failed.Value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        output.Write<byte>([0]);
        await SendAllAsync(output.WrittenMemory, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty) bytes = bytes[await client.SendAsync(bytes, cancellationToken).ConfigureAwait(false)..];
    }

    /// <summary>Ends an answer without end when the client has gone.</summary>
    private async Task WatchAsync(CancellationTokenSource ended)
    {
        try
        {
            byte[] peeked = new byte[1];
            if (await client.ReceiveAsync(peeked, SocketFlags.Peek, ended.Token).ConfigureAwait(false) == 0) await ended.CancelAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The answer is complete.
        }
        catch (SocketException)
        {
            await ended.CancelAsync().ConfigureAwait(false);
        }
    }
}
