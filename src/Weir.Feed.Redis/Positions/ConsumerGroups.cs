using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Positions;

/// <summary>
/// Positions are consumer groups: a group's last delivered id is the consumer's position. Where members of a foreign group have
/// entries that are not acknowledged, its position is below the first of them, so that nothing a group still needs is trimmed.
/// </summary>
internal sealed class ConsumerGroups(RedisClient client)
{
    public async Task<List<ConsumerPosition>> ListAsync(string topic, CancellationToken cancellationToken)
    {
        var positions = new List<ConsumerPosition>();
        foreach (RespValue group in await GroupsAsync(topic, cancellationToken))
        {
            string name = group["name"]?.Text ?? "";
            if (await PositionAsync(topic, name, group, cancellationToken) is { } position) positions.Add(new(name, position));
        }

        positions.Sort(static (a, b) => string.CompareOrdinal(a.Consumer, b.Consumer));
        return positions;
    }

    public async Task<RecordId?> ReadAsync(string topic, string consumer, CancellationToken cancellationToken)
    {
        foreach (RespValue group in await GroupsAsync(topic, cancellationToken))
        {
            if (group["name"]?.Text == consumer) return await PositionAsync(topic, consumer, group, cancellationToken);
        }

        return null;
    }

    public async Task WriteAsync(string topic, string consumer, RecordId position, CancellationToken cancellationToken)
    {
        string id = position.ToString();
        for (int i = 0; ; i++)
        {
            try
            {
                await client.CallAsync(topic, cancellationToken, "XGROUP", "SETID", topic, consumer, id);
                return;
            }
            catch (RespErrorException missing) when (IsMissing(missing) && i < 3)
            {
                // Made by the next command, or by somebody else meanwhile.
            }

            try
            {
                await client.CallAsync(topic, cancellationToken, "XGROUP", "CREATE", topic, consumer, id, "MKSTREAM");
                return;
            }
            catch (RespErrorException exists) when (exists.Code == "BUSYGROUP" && i < 3)
            {
                // So it can be set now.
            }
        }
    }

    public Task<RecordId> AdvanceAsync(string topic, string consumer, RecordId position, CancellationToken cancellationToken) =>
        AdvanceScript.RunAsync(client, topic, consumer, position, cancellationToken);

    public async Task RemoveAsync(string topic, string consumer, CancellationToken cancellationToken)
    {
        try
        {
            await client.CallAsync(topic, cancellationToken, "XGROUP", "DESTROY", topic, consumer);
        }
        catch (RespErrorException missing) when (IsMissing(missing))
        {
            // There was none.
        }
    }

    private async Task<IReadOnlyList<RespValue>> GroupsAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.CallAsync(topic, cancellationToken, "XINFO", "GROUPS", topic)).Items;
        }
        catch (RespErrorException missing) when (IsMissing(missing))
        {
            return [];
        }
    }

    private async Task<RecordId?> PositionAsync(string topic, string name, RespValue group, CancellationToken cancellationToken)
    {
        if (group["last-delivered-id"] is not { } last || !RecordId.TryParse(last.Bytes, out RecordId delivered)) return null;
        if (group["pending"] is not { } pending || pending.Integer == 0) return delivered;
        RespValue summary = await client.CallAsync(topic, cancellationToken, "XPENDING", topic, name);
        return summary.Items is [_, var lowest, ..] && RecordId.TryParse(lowest.Bytes, out RecordId first) && first <= delivered ? first.Previous() : delivered;
    }

    private static bool IsMissing(RespErrorException refused) =>
        refused.Code == "NOGROUP" || (refused.Code == "ERR" && (refused.Detail.Contains("no such key", StringComparison.Ordinal)
            || refused.Detail.Contains("requires the key to exist", StringComparison.Ordinal)));
}
