using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Topics;

/// <summary>
/// What an acknowledged append is worth on the server that a topic lies on: its append-only file, how often it is flushed, and
/// how many replicas there are. Access lists may deny the questions; then the answer says so.
/// </summary>
internal sealed class ServerDurability(RedisClient client, int waitReplicas, ILogger logger, TimeProvider time)
{
    /// <summary>Settings change seldom; whoever describes topics again and again need not ask for them each time.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ServerLink, (long At, string Text, bool? IsFlushedFirst)> _known = new();
    private int _warned;

    public async Task<string> DescribeAsync(string topic, CancellationToken cancellationToken) => (await LookAsync(topic, cancellationToken)).Text;

    /// <summary>Says once where an append is acknowledged before it is on a disk.</summary>
    public async ValueTask WarnOnceAsync(string topic, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _warned) != 0) return;
        (string text, bool? isFlushedFirst) = await LookAsync(topic, cancellationToken);
        if (Interlocked.Exchange(ref _warned, 1) == 0 && isFlushedFirst == false) RedisLog.NotDurable(logger, client.Address, text);
    }

    private async Task<(string Text, bool? IsFlushedFirst)> LookAsync(string topic, CancellationToken cancellationToken)
    {
        ServerLink? server = await TryFindAsync(topic, cancellationToken);
        if (server is not null && _known.TryGetValue(server, out (long At, string Text, bool? IsFlushedFirst) known) && time.GetElapsedTime(known.At) < Lifetime)
            return (known.Text, known.IsFlushedFirst);
        (string text, bool? isFlushedFirst) = await AskAsync(topic, cancellationToken);
        if (server is not null) _known[server] = (time.GetTimestamp(), text, isFlushedFirst);
        return (text, isFlushedFirst);
    }

    /// <summary>Where the topic is, if that is known at once. The questions themselves are more patient.</summary>
    private async ValueTask<ServerLink?> TryFindAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            return await client.Servers.ForTopicAsync(topic, cancellationToken);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async Task<(string Text, bool? IsFlushedFirst)> AskAsync(string topic, CancellationToken cancellationToken)
    {
        Task<string?> append = SettingAsync(topic, "appendonly", cancellationToken);
        Task<string?> flushed = SettingAsync(topic, "appendfsync", cancellationToken);
        Task<string> replication = InfoAsync(topic, "replication", cancellationToken);
        await Task.WhenAll((Task[])[append, flushed, replication]);
        string? aof = await append ?? await AofByInfoAsync(topic, cancellationToken);
        string? flush = await flushed;
        string? replicas = Field(await replication, "connected_slaves");
        string disk = (aof, flush) switch
        {
            ("no", _) => "appendonly no: a restart loses what the last snapshot has not",
            ("yes", "always") => "appendonly yes, appendfsync always: flushed before acknowledgement",
            ("yes", "everysec") => "appendonly yes, appendfsync everysec: a power cut may take about the last second",
            ("yes", "no") => "appendonly yes, appendfsync no: a power cut takes what the kernel has not written",
            ("yes", _) => "appendonly yes, appendfsync not known (the server does not tell)",
            _ => "durability not known (the server does not tell)",
        };
        string copies = replicas is null ? "replicas not known" : $"{replicas} replica{(replicas == "1" ? "" : "s")}";
        if (waitReplicas > 0) copies += $", {waitReplicas} of which must have an append before it returns";
        return ($"{disk}; {copies}", aof is null || (aof == "yes" && flush is null) ? null : aof == "yes" && flush == "always");
    }

    private async Task<string?> SettingAsync(string topic, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.CallAsync(topic, cancellationToken, "CONFIG", "GET", name))[name]?.Text;
        }
        catch (RespErrorException)
        {
            return null;
        }
    }

    private async Task<string?> AofByInfoAsync(string topic, CancellationToken cancellationToken) =>
        Field(await InfoAsync(topic, "persistence", cancellationToken), "aof_enabled") switch { "1" => "yes", "0" => "no", _ => null };

    private async Task<string> InfoAsync(string topic, string section, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.CallAsync(topic, cancellationToken, "INFO", section)).Text;
        }
        catch (RespErrorException)
        {
            return "";
        }
    }

    private static string? Field(string info, string name) => info.Split("\r\n")
        .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ':')?[(name.Length + 1)..];
}
