using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Topics;

/// <summary>What a stream holds, by XINFO, and what memory it takes.</summary>
internal sealed class TopicDescriber(RedisClient client, ServerDurability durability)
{
    /// <summary>Counting makes the server gather them.</summary>
    private const int MaxCounted = 4096;

    private const string CountScript = """
        local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
        if #entries == 0 then return {} end
        return {#entries, entries[1][1]}
        """;

    public async Task<TopicInfo?> DescribeAsync(string topic, CancellationToken cancellationToken)
    {
        // All questions go at once: who follows many topics describes each of them again and again.
        Task<RespValue?> asked = InfoAsync(topic, cancellationToken);
        Task<long> size = SizeAsync(topic, cancellationToken);
        Task<string> worth = durability.DescribeAsync(topic, cancellationToken);
        await Task.WhenAll((Task[])[asked, size, worth]);
        return await asked is { } info ? new(topic, First(info), LastId(info), info["length"]?.Integer ?? 0, await size, await worth) : null;
    }

    /// <summary>
    /// What lies above an id. Up to <see cref="MaxCounted"/> entries are counted; the number of more is estimated by how much of the stream's
    /// time lies above the id. Bytes are the stream's, shared out.
    /// </summary>
    public async Task<TopicBacklog> MeasureAsync(string topic, RecordId after, CancellationToken cancellationToken)
    {
        if (await InfoAsync(topic, cancellationToken) is not { } info) return new(topic, RecordId.Zero, RecordId.Zero, 0, 0);
        long length = info["length"]?.Integer ?? 0;
        RecordId first = First(info), last = LastId(info);
        RecordId newest = NewestId(info);
        if (length == 0 || after >= newest) return new(topic, RecordId.Zero, last, 0, 0);
        long size = await SizeAsync(topic, cancellationToken);
        if (after < first) return new(topic, first, last, length, size);
        (long counted, RecordId above) = await CountAboveAsync(topic, after, cancellationToken);
        if (counted == 0) return new(topic, RecordId.Zero, last, 0, 0);
        if (counted <= MaxCounted) return new(topic, above, last, counted, Share(size, counted, length));
        ulong span = newest.Milliseconds - first.Milliseconds;
        double part = span == 0 ? 1 : (newest.Milliseconds - after.Milliseconds) / (double)span;
        long estimate = Math.Clamp((long)(length * part), counted, length - 1);
        return new(topic, above, last, estimate, Share(size, estimate, length), IsExact: false);
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

    private async Task<long> SizeAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.CallAsync(topic, cancellationToken, "MEMORY", "USAGE", topic)).Bytes is { Length: > 0 } text ? RespValue.ToInteger(text) : 0;
        }
        catch (RespErrorException denied) when (denied.Code is "NOPERM" or "ERR")
        {
            return 0; // The size is a courtesy; an access list may deny it.
        }
    }

    /// <summary>How many entries are above the id, <see cref="MaxCounted"/> and one at most, and the first of them.</summary>
    private async Task<(long Count, RecordId First)> CountAboveAsync(string topic, RecordId after, CancellationToken cancellationToken)
    {
        RespValue reply = await ServerScript.RunAsync(client, topic, CountScript, [after.Next().ToString(), $"{MaxCounted + 1}"], cancellationToken);
        return reply.Items is [var count, var id] && RecordId.TryParse(id.Bytes, out RecordId first) ? (count.Integer, first) : (0, RecordId.Zero);
    }

    private static long Share(long size, long part, long whole) => (long)(size * (part / (double)whole));

    private static RecordId NewestId(RespValue info) =>
        info["last-entry"]?.Items is [var newest, ..] && RecordId.TryParse(newest.Bytes, out RecordId id) ? id : RecordId.Zero;

    private static RecordId LastId(RespValue info) =>
        info["last-generated-id"] is { } last && RecordId.TryParse(last.Bytes, out RecordId id) ? id : RecordId.Zero;

    private static RecordId First(RespValue info) =>
        info["first-entry"]?.Items is [var first, ..] && RecordId.TryParse(first.Bytes, out RecordId id) ? id : RecordId.Zero;
}
