using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis;

/// <summary>Says what a server's refusal or silence means, and what to do about it.</summary>
internal static class RedisFailure
{
    public static FeedException Explain(IOException failed, string what, string address) => failed switch
    {
        FeedException told => told,
        RespErrorException { Code: "OOM" } => new FeedFullException(
            $"No room to {what} on {address}: the server's memory is used up (maxmemory). Trim topics or give it more, then try again.", failed),
        RespErrorException { Code: "READONLY" } => new($"Cannot {what} on {address}: the server is a read-only replica. Name its master, or the Sentinels that know it.", failed),
        RespErrorException { Code: "NOAUTH" or "WRONGPASS" } => new($"Cannot {what} on {address}: the server does not accept the user and password ({failed.Message}).", failed),
        RespErrorException { Code: "NOPERM" } => new($"Cannot {what} on {address}: the server's access list denies it ({failed.Message}). docs/redis.md lists what Weir needs.", failed),
        RespErrorException { Code: "WRONGTYPE" } => new($"Cannot {what} on {address}: its key is there and of another type. Choose another name.", failed),
        RespErrorException { Code: "MISCONF" } => new($"Cannot {what} on {address}: the server cannot write to its own disk and refuses appends ({failed.Message}).", failed),
        RespErrorException { Code: "MOVED" or "ASK" } => new($"Cannot {what} on {address}: the server is one of a Cluster. Name the feed redis-cluster://… instead.", failed),
        RespErrorException { IsPassing: true } => new FeedUnavailableException($"Cannot {what} on {address}: the server is not ready ({failed.Message}).", failed),
        RespErrorException => new($"Cannot {what} on {address}: the server answered '{failed.Message}'.", failed),
        RespConnectionLostException { WasSent: true } => new FeedUnavailableException($"It is not known whether it was possible to {what} on {address}: {Sentence(failed)}", failed),
        RespProtocolException => new($"Cannot {what} on {address}: {Sentence(failed)}", failed),
        _ => new FeedUnavailableException($"Cannot {what} on {address}: {Sentence(failed)}", failed),
    };

    private static string Sentence(IOException failed) => failed.Message.EndsWith('.') ? failed.Message : failed.Message + ".";
}
