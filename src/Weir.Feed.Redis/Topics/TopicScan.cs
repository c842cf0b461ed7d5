using System.Text;
using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Topics;

/// <summary>Finds the streams whose keys start with a prefix, on every server that has topics.</summary>
internal sealed class TopicScan(RedisClient client)
{
    private const string StepKeys = "1000";
    private const int MaxTopics = 1_000_000;

    /// <exception cref="IOException">A server does not answer, so the list would not be whole.</exception>
    public async Task<List<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        // While slots move a key may be found twice, and SCAN itself may repeat one.
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (ServerLink server in await client.MastersAsync(cancellationToken))
        {
            string cursor = "0";
            do
            {
                using RespCall step = RespCall.Create("SCAN", cursor, "MATCH", Pattern(prefix), "COUNT", StepKeys, "TYPE", "stream");
                RespValue reply = await client.SendToAsync(server, step, cancellationToken);
                if (reply.Items is not [var next, var keys]) throw new RespProtocolException($"The server at {server.Endpoint} answered SCAN in a way that cannot be understood.");
                foreach (RespValue key in keys.Items)
                {
                    if (IsTopic(key.Bytes, out string name)) names.Add(name);
                }

                if (names.Count > MaxTopics) throw new RespProtocolException($"The server at {server.Endpoint} has more than {MaxTopics} topics that start with '{prefix}'.");
                if (next.Text == cursor && cursor != "0") throw new RespProtocolException($"The server at {server.Endpoint} does not come on with SCAN.");
                cursor = next.Text;
            }
            while (cursor != "0");
        }

        return [.. names];
    }

    /// <summary>A key that is no name for a topic is somebody else's.</summary>
    private static bool IsTopic(byte[] key, out string name)
    {
        name = Encoding.UTF8.GetString(key);
        return System.Text.Unicode.Utf8.IsValid(key) && TopicName.IsValid(name);
    }

    private static string Pattern(string prefix)
    {
        var pattern = new StringBuilder(prefix.Length + 1);
        foreach (char c in prefix)
        {
            if (c is '*' or '?' or '[' or ']' or '\\') pattern.Append('\\');
            pattern.Append(c);
        }

        return pattern.Append('*').ToString();
    }
}
