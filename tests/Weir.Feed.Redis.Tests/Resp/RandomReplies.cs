using System.Text;

namespace Weir.Feed.Redis.Tests.Resp;

/// <summary>Well-formed replies of every RESP2 and RESP3 type, from a seed.</summary>
internal sealed class RandomReplies(int seed)
{
    private readonly Random _random = new(seed);

    public byte[] Next(int maxDepth = 5)
    {
        var reply = new MemoryStream();
        Write(reply, maxDepth);
        return reply.ToArray();
    }

    private void Write(MemoryStream to, int depth)
    {
        switch (_random.Next(depth > 0 ? 14 : 9))
        {
            case 0: Line(to, $"+{Word()}"); break;
            case 1: Line(to, $"-ERR {Word()}"); break;
            case 2: Line(to, $":{_random.NextInt64(long.MinValue, long.MaxValue)}"); break;
            case 3: Bulk(to, '$'); break;
            case 4: Line(to, _random.Next(2) == 0 ? "$-1" : "_"); break;
            case 5: Line(to, _random.Next(2) == 0 ? "#t" : "#f"); break;
            case 6: Line(to, $",{_random.NextDouble()}"); break;
            case 7: Line(to, "(3492890328409238509324850943850943825024385"); break;
            case 8: Bulk(to, _random.Next(2) == 0 ? '=' : '!'); break;
            case 9:
            case 10: Members(to, '*', 1, depth); break;
            case 11: Members(to, '~', 1, depth); break;
            case 12: Members(to, '%', 2, depth); break;
            default:
                Members(to, '|', 2, depth);
                Write(to, depth - 1);
                break;
        }
    }

    private void Members(MemoryStream to, char kind, int each, int depth)
    {
        int count = _random.Next(5);
        Line(to, $"{kind}{(count == 0 && kind == '*' && _random.Next(2) == 0 ? -1 : count)}");
        for (int i = 0; i < count * each; i++) Write(to, depth - 1);
    }

    private void Bulk(MemoryStream to, char kind)
    {
        var body = new byte[_random.Next(3) == 0 ? _random.Next(2000) : _random.Next(10)];
        _random.NextBytes(body);
        if (kind == '=') body = [.. "txt:"u8, .. body];
        Line(to, $"{kind}{body.Length}");
        to.Write(body);
        to.Write("\r\n"u8);
    }

    private string Word() => new('w', _random.Next(20));

    private static void Line(MemoryStream to, string text) => to.Write(Encoding.UTF8.GetBytes(text + "\r\n"));
}
