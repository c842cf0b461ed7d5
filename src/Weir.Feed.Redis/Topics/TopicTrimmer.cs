using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Topics;

/// <summary>
/// Trims exactly and in steps that block the server only for a moment. XTRIM takes LIMIT only together with ~, which stops at
/// whole nodes; so the nodes go in steps, and the rest of the last one exactly.
/// </summary>
internal sealed class TopicTrimmer(RedisClient client)
{
    private const string StepEntries = "10000";

    public async Task TrimAsync(string topic, RecordId below, CancellationToken cancellationToken)
    {
        string id = below.ToString();
        while ((await client.CallAsync(topic, cancellationToken, "XTRIM", topic, "MINID", "~", id, "LIMIT", StepEntries)).Integer > 0)
        {
            // One more step: others had their turn in between.
        }

        await client.CallAsync(topic, cancellationToken, "XTRIM", topic, "MINID", "=", id);
    }
}
