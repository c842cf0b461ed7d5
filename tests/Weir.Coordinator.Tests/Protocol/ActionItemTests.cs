using System.Text;
using Weir.Coordinator.Protocol;
using Weir.Lustre;

namespace Weir.Coordinator.Tests.Protocol;

public sealed class ActionItemTests
{
    private const string Example =
        "{\"hai_action\": 20, \"hai_fid\": {\"f_seq\": 8589935617, \"f_oid\": 1, \"f_ver\": 0}, \"hai_dfid\": {\"f_seq\": 8589935617, \"f_oid\": 2, \"f_ver\": 0}, "
        + "\"hai_extent_offset\": 0, \"hai_extent_length\": -1, \"hai_cookie\": 1724000000, \"hai_gid\": 0, \"hal_archive_id\": 1, \"hal_flags\": 0, "
        + "\"hai_data\": \"tag=foo\\u0000\", \"timestamp\": 1724000000123456789}";

    [Fact]
    public void An_item_is_written_as_the_original_writes_it()
    {
        ActionItem item = new()
        {
            Action = ActionCode.Archive,
            Fid = new(0x200000401, 1, 0),
            DataFid = new(0x200000401, 2, 0),
            ExtentLength = ulong.MaxValue,
            Cookie = 1724000000,
            ArchiveId = 1,
            Data = "tag=foo\0"u8,
            TimestampNs = 1724000000123456789,
        };
        Assert.Equal(Example, Write(item));
    }

    [Fact]
    public void What_was_written_is_read_as_it_was()
    {
        foreach (int seed in Enumerable.Range(1, LongRun.IsOn ? 100_000 : 2000))
        {
            var random = new Random(seed);
            byte[] data = new byte[random.Next(3) == 0 ? random.Next(300) : random.Next(9)];
            random.NextBytes(data);
            if (random.Next(2) == 0) data = Encoding.UTF8.GetBytes(string.Concat(data.Select(b => (char)b)));
            ActionItem item = new()
            {
                Action = (ActionCode)random.Next(19, 24),
                Fid = AnyFid(random),
                DataFid = AnyFid(random),
                ExtentOffset = AnyNumber(random),
                ExtentLength = AnyNumber(random),
                Cookie = AnyNumber(random),
                GroupId = AnyNumber(random),
                ArchiveId = (uint)Math.Max(1, AnyNumber(random)) | 1,
                Flags = AnyNumber(random),
                Data = data,
                TimestampNs = (long)AnyNumber(random),
            };
            string text = Write(item);
            Assert.True(new ActionItemReader().TryRead(Encoding.UTF8.GetBytes(text), out ActionItem read), $"seed {seed}: {text}");
            Assert.True(
                read.Action == item.Action && read.Fid == item.Fid && read.DataFid == item.DataFid && read.ExtentOffset == item.ExtentOffset
                && read.ExtentLength == item.ExtentLength && read.Cookie == item.Cookie && read.GroupId == item.GroupId && read.ArchiveId == item.ArchiveId
                && read.Flags == item.Flags && read.TimestampNs == item.TimestampNs && read.Data.SequenceEqual(item.Data),
                $"seed {seed}: {text}");
        }
    }

    [Fact]
    public void Numbers_without_a_sign_are_negative_where_the_original_has_one()
    {
        ActionItem item = new() { Action = ActionCode.Restore, Fid = new(ulong.MaxValue, 0x80000000, uint.MaxValue), Cookie = 1UL << 63, ArchiveId = 1, Flags = ulong.MaxValue };
        string text = Write(item);
        Assert.Contains("{\"f_seq\": -1, \"f_oid\": -2147483648, \"f_ver\": -1}", text, StringComparison.Ordinal);
        Assert.Contains("\"hai_cookie\": -9223372036854775808", text, StringComparison.Ordinal);
        Assert.True(Read(text, out _));
    }

    [Theory]
    [InlineData("\"f_oid\": 1,", "\"f_oid\": 2147483649,", 0x80000001u)]
    [InlineData("\"f_oid\": 1,", "\"f_oid\": 4294967297,", 1u)]
    public void A_fid_s_parts_are_cut_to_32_bits(string before, string after, uint expected)
    {
        Assert.True(new ActionItemReader().TryRead(Encoding.UTF8.GetBytes(Example.Replace(before, after, StringComparison.Ordinal)), out ActionItem item));
        Assert.Equal(new Fid(0x200000401, expected, 0), item.Fid);
    }

    [Theory]
    [InlineData("\"hai_action\": 20, ", "")]
    [InlineData("\"hai_gid\": 0, ", "")]
    [InlineData("\"hal_archive_id\": 1, ", "")]
    [InlineData("\"hal_archive_id\": 1", "\"hal_archive_id\": 0")]
    [InlineData("\"hai_data\": \"tag=foo\\u0000\", ", "")]
    [InlineData("\"tag=foo\\u0000\"", "7")]
    [InlineData("\"hai_extent_length\": -1", "\"hai_extent_length\": 1.0")]
    [InlineData("\"hai_cookie\": 1724000000", "\"hai_cookie\": \"1724000000\"")]
    [InlineData("\"hai_cookie\": 1724000000", "\"hai_cookie\": {\"a\": [1]}")]
    [InlineData("\"f_oid\": 1, ", "")]
    [InlineData("\"f_oid\": 1, ", "\"f_oid\": 1, \"f_more\": 0, ")]
    [InlineData("\"hai_fid\": {", "\"hai_fid\": 5, \"x\": {")]
    [InlineData("\"hai_data\"", "\"hai_data_b64\"")]
    public void What_lacks_something_or_has_it_wrong_is_no_item(string before, string after)
    {
        Assert.Contains(before, Example, StringComparison.Ordinal);
        Assert.False(Read(Example.Replace(before, after, StringComparison.Ordinal), out _));
    }

    [Theory]
    [InlineData("\"hal_flags\": 0, ", "")]
    [InlineData(", \"timestamp\": 1724000000123456789", "")]
    [InlineData("\"hai_gid\": 0", "\"hai_gid\": \"\", \"hai_gid\": 0")]
    [InlineData("\"hai_gid\": 0", "\"h\\u0061i_gid\": 0")]
    [InlineData("\"hai_gid\": 0", "\"hai_gid\": -0, \"more\": [{\"a\": null}, true]")]
    [InlineData("\"f_oid\": 1,", "\"f_oid\": {}, \"f_oid\": 1,")]
    public void What_may_be_missing_or_too_much_is_no_matter(string before, string after)
    {
        Assert.True(Read(Example.Replace(before, after, StringComparison.Ordinal), out string data));
        Assert.Equal("tag=foo\0", data);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("nul")]
    [InlineData("{\"a\": \"\\ud800\"}")]
    [InlineData("{\"a\": \"\\ud800\\ud800\"}")]
    [InlineData("{\"a\": \"\\udc00\"}")]
    [InlineData("{\"a\": \"\\x\"}")]
    [InlineData("{\"a\": \"\n\"}")]
    [InlineData("{\"\\u0000\": 1}")]
    [InlineData("{\"a\": 9223372036854775808}")]
    [InlineData("{\"a\": -9223372036854775809}")]
    [InlineData("{\"a\": 1e999}")]
    [InlineData("{\"a\": 01}")]
    [InlineData("{\"a\": 1,}")]
    [InlineData("{} {}")]
    public void What_is_not_JSON_is_refused(string text) => Assert.Throws<ProtocolException>(() => Read(text, out _));

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused() =>
        Assert.Throws<ProtocolException>(() => new ActionItemReader().TryRead([(byte)'"', 0xff, (byte)'"'], out _));

    [Fact]
    public void A_string_may_be_64_KiB_long_and_not_longer()
    {
        string most = new('a', ProtocolLimits.MaxStringBytes);
        Assert.True(Read(Example.Replace("tag=foo\\u0000", most, StringComparison.Ordinal), out _));
        Assert.True(Read(Example.Replace("tag=foo\\u0000", most[1..] + "\\u0000", StringComparison.Ordinal), out _));
        Assert.Throws<ProtocolException>(() => Read(Example.Replace("tag=foo", most, StringComparison.Ordinal), out _));
        Assert.Throws<ProtocolException>(() => Read(Example.Replace("tag=foo\\u0000", most + "a", StringComparison.Ordinal), out _));
    }

    [Fact]
    public void Surrogate_pairs_are_one_character()
    {
        Assert.True(Read(Example.Replace("tag=foo\\u0000", "\\uD83D\\ude00\\u00e4", StringComparison.Ordinal), out string data));
        Assert.Equal("😀ä", data);
    }

    private static bool Read(string json, out string data)
    {
        bool isItem = new ActionItemReader().TryRead(Encoding.UTF8.GetBytes(json), out ActionItem item);
        data = Encoding.UTF8.GetString(item.Data);
        return isItem;
    }

    private static string Write(in ActionItem item)
    {
        var json = new JsonComposer();
        ActionItemWriter.Write(json, item);
        return Encoding.UTF8.GetString(json.Written);
    }

    private static Fid AnyFid(Random random) => new(AnyNumber(random), (uint)AnyNumber(random), (uint)AnyNumber(random));

    private static ulong AnyNumber(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => (ulong)random.Next(),
        2 => ulong.MaxValue - (ulong)random.Next(3),
        _ => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
    };
}
