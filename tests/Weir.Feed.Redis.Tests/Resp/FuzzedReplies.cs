using System.Text;

namespace Weir.Feed.Redis.Tests.Resp;

/// <summary>What a server could answer to a request, from a seed, and what becomes of it on the way.</summary>
internal sealed class FuzzedReplies(Random random)
{
    private static readonly string[] Numbers = ["0", "-1", "-2", "1", "7", "1048577", "67108864", "2147483647", "4294967296", "99999999999999999999", "x", ""];

    public byte[] Any() => new RandomReplies(random.Next()).Next();

    /// <summary>Entries of a stream from an id on.</summary>
    public byte[] Page(ulong from)
    {
        var text = new StringBuilder();
        int count = random.Next(12);
        text.Append('*').Append(count).Append("\r\n");
        for (int i = 0; i < count; i++)
        {
            from += (ulong)random.Next(1, 5);
            text.Append("*2\r\n");
            Bulk(text, $"{from}-{random.Next(3)}");
            string[] fields = random.Next(4) switch
            {
                0 => ["type", "T", "source", "s", "subject", "x", "data", "{}"],
                1 => ["data", """{"event_type":"NEW","mdt":"fs-MDT0000","fid":"0x1:0x2:0x3","raw":"a\"b"}"""],
                2 => ["data", new string('y', random.Next(300))],
                _ => ["theirs", "\u0001\u0002", "number", "7"],
            };
            text.Append('*').Append(fields.Length).Append("\r\n");
            foreach (string field in fields) Bulk(text, field);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>What EXEC and the commands before it answer.</summary>
    /// <param name="before">Commands before the queued ones.</param>
    /// <param name="queued">Commands in the transaction.</param>
    public byte[] Transaction(int before, int queued)
    {
        var text = new StringBuilder();
        for (int i = 0; i < before; i++) text.Append(random.Next(12) == 0 ? "-WEIRLAST 5-0\r\n" : "+OK\r\n");
        for (int i = 0; i < queued; i++) text.Append(random.Next(200) == 0 ? "-OOM command not allowed\r\n" : "+QUEUED\r\n");
        switch (random.Next(6))
        {
            case 0: text.Append("*-1\r\n"); break;
            case 1: text.Append("-EXECABORT Transaction discarded because of previous errors.\r\n"); break;
            default:
                text.Append('*').Append(queued).Append("\r\n");
                for (int i = 0; i < queued; i++) Bulk(text, $"{i + 1}-0");
                break;
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Damages what is sent, most of the time.</summary>
    public byte[] Mutate(byte[] sent)
    {
        var bytes = new List<byte>(sent);
        for (int i = random.Next(5); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 20), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] = (byte)"*$+-:%|>~=_!\r\n09"[random.Next(16)]; break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
                case 4: bytes.InsertRange(at, Any()); break;
                case 5: ReplaceNumber(bytes, at); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }

        return [.. bytes];
    }

    private void ReplaceNumber(List<byte> bytes, int at)
    {
        while (at < bytes.Count && bytes[at] is < (byte)'0' or > (byte)'9') at++;
        int end = at;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9') end++;
        bytes.RemoveRange(at, end - at);
        bytes.InsertRange(at, Encoding.UTF8.GetBytes(Numbers[random.Next(Numbers.Length)]));
    }

    private static void Bulk(StringBuilder text, string value) => text.Append('$').Append(Encoding.UTF8.GetByteCount(value)).Append("\r\n").Append(value).Append("\r\n");
}
