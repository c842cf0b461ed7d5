using System.Buffers;

namespace Weir.Feed.Redis.Resp;

/// <content>The sending side: small requests travel together, large ones from their own buffer.</content>
internal sealed partial class RespConnection
{
    private const int TogetherBytes = 64 * 1024;

    private static ReadOnlySpan<byte> Asking => "*1\r\n$6\r\nASKING\r\n"u8;

    private async Task SendAsync()
    {
        byte[] together = ArrayPool<byte>.Shared.Rent(TogetherBytes);
        try
        {
            while (TakeToSend(together, out ReadOnlyMemory<byte> bytes)) await _stream.WriteAsync(bytes);
        }
        catch (Exception failed) when (failed is IOException or ObjectDisposedException or OperationCanceledException)
        {
            Fail(failed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(together);
        }
    }

    /// <summary>What is to be written next; its requests count as sent from now on, since their replies may come at once.</summary>
    private bool TakeToSend(byte[] together, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        int used = 0;
        lock (_gate)
        {
            while (_toSend.TryPeek(out RespRequest? next))
            {
                if (next.IsAsking && !next.AskingReplyIsDue)
                {
                    if (used + Asking.Length > together.Length) break;
                    Asking.CopyTo(together.AsSpan(used));
                    used += Asking.Length;
                    next.AskingReplyIsDue = true;
                }

                ReadOnlyMemory<byte> command = next.Command.Written;
                bool isAlone = used == 0 && command.Length > TogetherBytes;
                if (!isAlone && used + command.Length > together.Length) break;
                _toAnswer.Enqueue(_toSend.Dequeue());
                if (isAlone)
                {
                    bytes = command;
                    return true;
                }

                command.Span.CopyTo(together.AsSpan(used));
                used += command.Length;
            }

            bytes = together.AsMemory(0, used);
            if (used > 0) return true;
            _isSending = false;
            return false;
        }
    }
}
