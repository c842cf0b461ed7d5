using System.Text;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Appending;

/// <summary>
/// A script between WATCH and MULTI that sees to it that EXEC does nothing where the stream does not end where it should: it touches the
/// key, which the connection watches, and leaves it as it was (a key of another type needs no touch: nothing can be appended to it). It is always sent with its text, since a server that does not know a script
/// by name runs nothing, and then nothing would keep EXEC from appending.
/// </summary>
internal static class AppendGuard
{
    /// <summary>KEYS: the stream. ARGV: the id where it should end. The error is <see cref="AppendScript.LastIdMismatch"/> and where it ends.</summary>
    public static byte[] Source { get; } = Encoding.UTF8.GetBytes("""
        local key, last = KEYS[1], '0-0'
        local info = redis.pcall('XINFO', 'STREAM', key)
        local missing = info.err and string.find(info.err, 'no such key', 1, true)
        if info.err and string.find(info.err, 'WRONGTYPE', 1, true) then return info end
        for i = 1, #info, 2 do
          if info[i] == 'last-generated-id' then last = info[i + 1] end
        end
        if last == ARGV[1] and (missing or not info.err) then return redis.status_reply('OK') end
        if missing then redis.call('XGROUP', 'CREATE', key, 'weir', '0', 'MKSTREAM') end
        local left = redis.call('PTTL', key)
        redis.call('PEXPIRE', key, 3600000)
        if left >= 0 then redis.call('PEXPIRE', key, left) else redis.call('PERSIST', key) end
        if missing then redis.call('UNLINK', key) end
        if info.err and not missing then return info end
        return redis.error_reply('WEIRLAST ' .. last)
        """);

    /// <summary>
    /// Whether the server lets this user run all of it, the touch included: it is told an end that no stream has. Where it may not, appends
    /// are scripts. Null when the server has another trouble, so that it is not known.
    /// </summary>
    /// <exception cref="IOException">There is no answer.</exception>
    public static async Task<bool?> IsPermittedAsync(RespConnection connection, string topic, CancellationToken cancellationToken)
    {
        using var trial = new Trial();
        trial.Command.Command(5).Argument("EVAL"u8).Argument(Source).Argument("1"u8).Argument(topic).Argument("nowhere"u8);
        connection.Post(trial);
        return await trial.Outcome.WaitAsync(cancellationToken);
    }

    private sealed class Trial() : RespRequest<bool?>(2048)
    {
        protected override bool? Decide(ReadOnlySpan<byte> reply)
        {
            var reader = new RespReader(reply);
            if (!reader.TryReadError(out ReadOnlySpan<byte> error)) return false;
            var refused = RespErrorException.From(error);
            if (refused.Code == AppendScript.LastIdMismatch) return true;

            // What a script is refused is worded differently by each version.
            bool isDenied = refused.Message.Contains("NOPERM", StringComparison.Ordinal) || refused.Message.Contains("ACL failure", StringComparison.Ordinal);
            return isDenied ? false : null;
        }
    }
}
