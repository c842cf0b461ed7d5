using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Servers;

/// <summary>Runs small scripts: by name, and with their text where the server does not know them yet.</summary>
internal static class ServerScript
{
    private static readonly ConcurrentDictionary<string, byte[]> Names = new(StringComparer.Ordinal);

    /// <param name="client">The servers.</param>
    /// <param name="key">The script's one key; whose server runs it.</param>
    /// <param name="source">The script; running it twice does no harm.</param>
    /// <param name="arguments">Strings or bytes.</param>
    /// <param name="cancellationToken">Gives the answer up.</param>
    /// <param name="onLost">Called when a try ends without an answer although the script may have been run.</param>
    public static async Task<RespValue> RunAsync(
        RedisClient client, string key, string source, ScriptArgument[] arguments, CancellationToken cancellationToken, Action? onLost = null)
    {
        using RespCall byName = Compose("EVALSHA"u8, NameOf(source), key, arguments);
        try
        {
            return await client.SendAsync(key, Lane.Commands, byName, isRepeatable: true, cancellationToken, onLost);
        }
        catch (RespErrorException missing) when (missing.Code == "NOSCRIPT")
        {
            using RespCall byText = Compose("EVAL"u8, Encoding.UTF8.GetBytes(source), key, arguments);
            return await client.SendAsync(key, Lane.Commands, byText, isRepeatable: true, cancellationToken, onLost);
        }
    }

    private static RespCall Compose(ReadOnlySpan<byte> command, byte[] script, string key, ScriptArgument[] arguments)
    {
        var call = new RespCall();
        call.Command.Command(4 + arguments.Length).Argument(command).Argument(script).Argument("1"u8).Argument(key);
        foreach (ScriptArgument argument in arguments) call.Command.Argument(argument.Bytes.Span);
        return call;
    }

#pragma warning disable CA5350 // Redis names scripts by their SHA-1; nothing is protected by it.
    private static byte[] NameOf(string source) =>
        Names.GetOrAdd(source, static text => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)))));
#pragma warning restore CA5350
}

/// <summary>An argument of a script.</summary>
internal readonly record struct ScriptArgument(ReadOnlyMemory<byte> Bytes)
{
    public static implicit operator ScriptArgument(string text) => new(Encoding.UTF8.GetBytes(text));

    public static implicit operator ScriptArgument(byte[] bytes) => new(bytes);
}
