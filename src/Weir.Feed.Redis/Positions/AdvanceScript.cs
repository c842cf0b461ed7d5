using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis.Positions;

/// <summary>Moves a group's last delivered id up, and never down, in one step of the server.</summary>
internal static class AdvanceScript
{
    /// <summary>KEYS: the stream. ARGV: the group, the id. Returns where the group is then. Makes stream and group where they are not there.</summary>
    public const string Source = """
        local key, group, id = KEYS[1], ARGV[1], ARGV[2]
        local function parts(text)
          local dash = string.find(text, '-', 1, true)
          return string.sub(text, 1, dash - 1), string.sub(text, dash + 1)
        end
        local function compare(a, b)
          if #a ~= #b then return #a < #b and -1 or 1 end
          if a == b then return 0 end
          return a < b and -1 or 1
        end
        local groups = redis.pcall('XINFO', 'GROUPS', key)
        if groups.err == nil then
          for _, info in ipairs(groups) do
            local name, at
            for i = 1, #info, 2 do
              if info[i] == 'name' then name = info[i + 1] end
              if info[i] == 'last-delivered-id' then at = info[i + 1] end
            end
            if name == group then
              local ms, seq = parts(at)
              local newms, newseq = parts(id)
              local order = compare(ms, newms)
              if order == 0 then order = compare(seq, newseq) end
              if order >= 0 then return at end
              redis.call('XGROUP', 'SETID', key, group, id)
              return id
            end
          end
        end
        redis.call('XGROUP', 'CREATE', key, group, id, 'MKSTREAM')
        return id
        """;

    /// <exception cref="RespErrorException">The server refuses it.</exception>
    public static async Task<RecordId> RunAsync(RedisClient client, string topic, string consumer, RecordId position, CancellationToken cancellationToken)
    {
        RespValue reply = await ServerScript.RunAsync(client, topic, Source, [consumer, position.ToString()], cancellationToken);
        return RecordId.TryParse(reply.Bytes, out RecordId at) ? at : throw new RespProtocolException($"The server answered '{reply.Text}' where an id should stand.");
    }
}
