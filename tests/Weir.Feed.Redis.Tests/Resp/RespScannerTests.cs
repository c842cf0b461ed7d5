using System.Text;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Tests.Resp;

public sealed class RespScannerTests
{
    [Theory]
    [InlineData("+OK\r\n")]
    [InlineData("-ERR no\r\n")]
    [InlineData(":-12\r\n")]
    [InlineData("$0\r\n\r\n")]
    [InlineData("$4\r\n\r\n\r\n\r\n")]
    [InlineData("$-1\r\n")]
    [InlineData("*-1\r\n")]
    [InlineData("*0\r\n")]
    [InlineData("*2\r\n*1\r\n:1\r\n$1\r\nx\r\n")]
    [InlineData("%1\r\n+k\r\n*1\r\n_\r\n")]
    [InlineData("|1\r\n+ttl\r\n:3\r\n+OK\r\n")]
    [InlineData("*1\r\n|1\r\n+ttl\r\n:3\r\n+OK\r\n")]
    [InlineData("|0\r\n+OK\r\n")]
    [InlineData(">2\r\n+message\r\n+x\r\n")]
    [InlineData("=7\r\ntxt:abc\r\n")]
    public void The_end_of_a_reply_is_found_at_its_last_byte_and_not_before(string text)
    {
        byte[] reply = Encoding.UTF8.GetBytes(text);
        var scanner = new RespScanner(RespLimits.Default);
        for (int i = 0; i < reply.Length; i++) Assert.False(scanner.TryFindEnd(reply.AsSpan(0, i), out _), $"after {i} bytes");
        Assert.True(scanner.TryFindEnd([.. reply, .. "+NEXT\r\n"u8], out int length));
        Assert.Equal(reply.Length, length);
    }

    [Fact]
    public void Replies_cut_at_every_byte_are_found_and_read_to_their_end()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var replies = new RandomReplies(seed);
            byte[][] all = [replies.Next(), replies.Next(), replies.Next()];
            byte[] stream = [.. all.SelectMany(r => r)];
            var scanner = new RespScanner(RespLimits.Default);
            var found = new List<int>();
            int start = 0;
            for (int received = 0; received <= stream.Length; received += stream.Length < 300 ? 1 : random.Next(1, 40))
            {
                while (start < received && scanner.TryFindEnd(stream.AsSpan(start..received), out int length))
                {
                    found.Add(length);
                    var reader = new RespReader(stream.AsSpan(start, length));
                    reader.Skip();
                    Assert.True(reader.IsAtEnd, $"seed {seed}");
                    RespValue.Parse(stream.AsSpan(start, length));
                    start += length;
                    scanner.Reset();
                }
            }

            while (start < stream.Length && scanner.TryFindEnd(stream.AsSpan(start), out int rest))
            {
                found.Add(rest);
                start += rest;
                scanner.Reset();
            }

            Assert.True(all.Select(r => r.Length).SequenceEqual(found), $"seed {seed}: {string.Join(' ', found)}");
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("$\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$-\r\n")]
    [InlineData("*1x\r\n")]
    [InlineData("$1\nx\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("$2\r\nabc\r\n")]
    [InlineData("+a\nb\r\n")]
    [InlineData("*2\r\n:1\r\nx\r\n")]
    public void What_is_no_RESP_is_refused(string text) =>
        Assert.Throws<RespProtocolException>(() => new RespScanner(RespLimits.Default).TryFindEnd(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("$67108865\r\n")]
    [InlineData("$2147483647\r\n")]
    [InlineData("$4294967297\r\n")]
    [InlineData("$99999999999999999999999999\r\n")]
    [InlineData("*2147483647\r\n")]
    [InlineData("*30000000\r\n")]
    [InlineData("%12000000\r\n")]
    [InlineData("%2147483647\r\n")]
    public void Huge_lengths_are_refused_as_soon_as_they_are_announced(string text)
    {
        var refused = Assert.Throws<RespTooLargeException>(() => new RespScanner(RespLimits.Default).TryFindEnd(Encoding.UTF8.GetBytes(text), out _));
        Assert.Contains("67108864 bytes", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Strings_that_are_too_much_together_are_refused()
    {
        byte[] reply = Encoding.UTF8.GetBytes("*3\r\n$40\r\n" + new string('x', 40) + "\r\n$40\r\n" + new string('x', 40) + "\r\n$40\r\n");
        Assert.Throws<RespTooLargeException>(() => new RespScanner(new RespLimits { MaxReplyBytes = 128 }).TryFindEnd(reply, out _));
    }

    [Fact]
    public void Nesting_is_allowed_up_to_the_limit_and_no_deeper()
    {
        static byte[] Nested(int depth) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("*1\r\n", depth)) + ":1\r\n");
        Assert.True(new RespScanner(RespLimits.Default).TryFindEnd(Nested(16), out _));
        var refused = Assert.Throws<RespProtocolException>(() => new RespScanner(RespLimits.Default).TryFindEnd(Nested(17), out _));
        Assert.Contains("16 levels", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_without_an_end_is_given_up()
    {
        byte[] endless = Encoding.UTF8.GetBytes("+" + new string('x', 70_000));
        Assert.Throws<RespProtocolException>(() => new RespScanner(RespLimits.Default).TryFindEnd(endless, out _));
    }

    [Fact]
    public void Damaged_replies_are_refused_or_read_but_never_break_the_reader()
    {
        for (int seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            byte[] reply = new RandomReplies(seed).Next();
            for (int i = random.Next(1, 4); i > 0; i--) reply[random.Next(reply.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"*$+-:%|>~=_\r\n09"[random.Next(14)];
            try
            {
                if (!new RespScanner(RespLimits.Default).TryFindEnd(reply, out int length)) continue;
                var reader = new RespReader(reply.AsSpan(0, length));
                reader.Skip();
                Assert.True(reader.IsAtEnd, $"seed {seed}");
                RespValue.Parse(reply.AsSpan(0, length));
            }
            catch (RespProtocolException)
            {
                // Refused with a reason; anything else that is thrown fails the test with its seed's reply.
            }
            catch (Exception other)
            {
                Assert.Fail($"seed {seed}: {other}");
            }
        }
    }
}
