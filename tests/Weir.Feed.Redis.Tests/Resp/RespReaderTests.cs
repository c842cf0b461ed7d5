using System.Text;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Tests.Resp;

public sealed class RespReaderTests
{
    [Fact]
    public void Members_of_an_entry_are_read_where_they_lie()
    {
        byte[] reply = "*2\r\n$3\r\n5-0\r\n*2\r\n$4\r\ndata\r\n$2\r\n{}\r\n"u8.ToArray();
        var reader = new RespReader(reply);
        Assert.Equal(2, reader.ReadArray());
        ReadOnlySpan<byte> id = reader.ReadString();
        Assert.True(id.Overlaps(reply) && id.SequenceEqual("5-0"u8));
        Assert.Equal(2, reader.ReadArray());
        Assert.Equal("data", Encoding.UTF8.GetString(reader.ReadString()));
        Assert.Equal("{}", Encoding.UTF8.GetString(reader.ReadString()));
        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public void A_map_reads_as_its_keys_and_values_and_attributes_are_passed_over()
    {
        RespValue map = RespValue.Parse("|1\r\n+a\r\n+b\r\n%2\r\n+length\r\n:7\r\n+x\r\n|1\r\n+a\r\n*1\r\n:1\r\n$1\r\ny\r\n"u8);
        Assert.Equal(7, map["length"]!.Integer);
        Assert.Equal("y", map["x"]!.Text);
        Assert.Null(map["z"]);
    }

    [Fact]
    public void Errors_are_told_apart_by_their_first_word()
    {
        var error = Assert.Throws<RespErrorException>(() => RespValue.Parse("-MOVED 3999 127.0.0.1:6381\r\n"u8).ThrowIfError());
        Assert.Equal(("MOVED", "3999 127.0.0.1:6381"), (error.Code, error.Detail));
        error = Assert.Throws<RespErrorException>(() => RespValue.Parse("!3\r\nOOM\r\n"u8).ThrowIfError());
        Assert.Equal(("OOM", ""), (error.Code, error.Detail));

        // What an EXEC is refused for counts, not that it was an EXEC.
        error = Assert.Throws<RespErrorException>(() => RespValue.Parse("-EXECABORT Transaction discarded because of: OOM command not allowed.\r\n"u8).ThrowIfError());
        Assert.Equal(("OOM", "command not allowed."), (error.Code, error.Detail));
        error = Assert.Throws<RespErrorException>(() => RespValue.Parse("-EXECABORT Transaction discarded because of previous errors.\r\n"u8).ThrowIfError());
        Assert.Equal("EXECABORT", error.Code);
    }

    [Fact]
    public void Nulls_of_both_protocols_read_as_null()
    {
        foreach (string text in new[] { "$-1\r\n", "*-1\r\n", "_\r\n" })
        {
            byte[] reply = Encoding.UTF8.GetBytes(text);
            RespValue value = RespValue.Parse(reply);
            Assert.True(value.IsNull || value is { IsArray: false, Bytes.Length: 0 });
            if (text[0] != '$') Assert.Equal(-1, new RespReader(reply).ReadArray());
        }
    }

    [Fact]
    public void An_element_of_another_type_is_refused()
    {
        Assert.Throws<RespProtocolException>(() => new RespReader("+OK\r\n"u8).ReadArray());
        Assert.Throws<RespProtocolException>(() => new RespReader("*0\r\n"u8).ReadString());
        Assert.Throws<RespProtocolException>(() => new RespReader("$1\r\n1\r\n"u8).ReadInteger());
        Assert.Throws<RespProtocolException>(() => new RespReader(":9a\r\n"u8).ReadInteger());
    }

    [Fact]
    public void Commands_are_written_as_arrays_of_strings()
    {
        using var writer = new RespWriter(16);
        writer.Command(5).Argument("XADD").Argument("größe").Argument(new RecordId(5, ulong.MaxValue)).Argument("x\r\n"u8).Argument(-12);
        Assert.Equal(
            "*5\r\n$4\r\nXADD\r\n$7\r\ngröße\r\n$22\r\n5-18446744073709551615\r\n$3\r\nx\r\n\r\n$3\r\n-12\r\n", Encoding.UTF8.GetString(writer.Written.Span));
        RespValue command = RespValue.Parse(writer.Written.Span);
        Assert.Equal(["XADD", "größe", "5-18446744073709551615", "x\r\n", "-12"], command.Items.Select(i => i.Text));
    }
}
