using System.Security.Cryptography;
using System.Text;

namespace Weir.Feed.Redis.Appending;

/// <summary>
/// Appends records to one stream all or none: Redis runs a script as a whole, refuses its first write when memory is short and
/// none after it, and an id that is above the last leaves no later one of the same batch below. So what can be refused is the first
/// record; the others are appended without looking.
/// </summary>
internal static class AppendScript
{
    /// <summary>The stream does not end where it should; the id where it ends follows.</summary>
    public const string LastIdMismatch = "WEIRLAST";

    /// <summary>The first id is not above the last one; the last one follows.</summary>
    public const string IdNotAboveLast = "WEIRID";

    /// <summary>Arguments before the records: the expected last id or nothing, and the number of fields.</summary>
    public const int Arguments = 2;

    public const string Source = """
        local key, expected, fields = KEYS[1], ARGV[1], tonumber(ARGV[2])
        local function last()
          local info = redis.pcall('XINFO', 'STREAM', key)
          for i = 1, #info, 2 do
            if info[i] == 'last-generated-id' then return info[i + 1] end
          end
          return '0-0'
        end
        if expected ~= '' then
          local at = last()
          if at ~= expected then return redis.error_reply('WEIRLAST ' .. at) end
        end
        local first
        if fields == 1 then
          first = redis.pcall('XADD', key, ARGV[3], 'data', ARGV[4])
        else
          first = redis.pcall('XADD', key, ARGV[3], 'type', ARGV[4], 'source', ARGV[5], 'subject', ARGV[6], 'data', ARGV[7])
        end
        if type(first) == 'table' then
          if string.find(first.err, 'equal or smaller', 1, true) or string.find(first.err, 'greater than 0-0', 1, true) then
            return redis.error_reply('WEIRID ' .. last())
          end
          return first
        end
        local id, call, args = first, redis.call, ARGV
        if fields == 1 then
          for i = 5, #args, 2 do
            id = call('XADD', key, args[i], 'data', args[i + 1])
          end
        else
          for i = 8, #args, 5 do
            id = call('XADD', key, args[i], 'type', args[i + 1], 'source', args[i + 2], 'subject', args[i + 3], 'data', args[i + 4])
          end
        end
        return id
        """;

    /// <summary>By which name a server knows the script.</summary>
#pragma warning disable CA5350 // Redis names scripts by their SHA-1; nothing is protected by it.
    public static byte[] Name { get; } = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(Source))));
#pragma warning restore CA5350
}
