using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Topics;

/// <summary>What a stream holds, by XINFO, and what memory it takes.</summary>
internal sealed class TopicDescriber(RedisClient client, ServerDurability durability)
{
    public async Task<TopicInfo?> DescribeAsync(string topic, CancellationToken cancellationToken)
    {
        if (await InfoAsync(topic, cancellationToken) is not { } info) return null;
        long size = 0;
        try
        {
            size = (await client.CallAsync(topic, cancellationToken, "MEMORY", "USAGE", topic)).Bytes is { Length: > 0 } text ? RespValue.ToInteger(text) : 0;
        }
        catch (RespErrorException denied) when (denied.Code is "NOPERM" or "ERR")
        {
            // The size is a courtesy; an access list may deny it.
        }

        return new(topic, First(info), LastId(info), info["length"]?.Integer ?? 0, size, await durability.DescribeAsync(topic, cancellationToken));
    }

    /// <summary>The last id ever given; zero for a stream that does not exist.</summary>
    public async Task<RecordId> LastIdAsync(string topic, CancellationToken cancellationToken) =>
        await InfoAsync(topic, cancellationToken) is { } info ? LastId(info) : RecordId.Zero;

    public async Task<RespValue?> InfoAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            return await client.CallAsync(topic, cancellationToken, "XINFO", "STREAM", topic);
        }
        catch (RespErrorException missing) when (missing.Code == "ERR" && missing.Detail.Contains("no such key", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static RecordId LastId(RespValue info) =>
        info["last-generated-id"] is { } last && RecordId.TryParse(last.Bytes, out RecordId id) ? id : RecordId.Zero;

    private static RecordId First(RespValue info) =>
        info["first-entry"]?.Items is [var first, ..] && RecordId.TryParse(first.Bytes, out RecordId id) ? id : RecordId.Zero;
}
