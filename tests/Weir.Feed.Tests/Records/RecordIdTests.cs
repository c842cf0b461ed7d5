using System.Globalization;
using System.Text;

namespace Weir.Feed.Tests.Records;

public sealed class RecordIdTests
{
    /// <summary>Ids of the edges and between, each with each.</summary>
    private static IEnumerable<RecordId> Ids
    {
        get
        {
            var random = new Random(1);
            ulong[] parts = [0, 1, 9, 10, uint.MaxValue, long.MaxValue, ulong.MaxValue - 1, ulong.MaxValue, (ulong)random.NextInt64(), (ulong)random.NextInt64()];
            return from milliseconds in parts from sequence in parts select new RecordId(milliseconds, sequence);
        }
    }

    [Fact]
    public void Ids_are_ordered_by_time_and_then_by_sequence()
    {
        foreach (RecordId left in Ids)
        {
            foreach (RecordId right in Ids)
            {
                UInt128 leftValue = ((UInt128)left.Milliseconds << 64) | left.Sequence;
                UInt128 rightValue = ((UInt128)right.Milliseconds << 64) | right.Sequence;
                Assert.Equal(leftValue.CompareTo(rightValue), Math.Sign(left.CompareTo(right)));
                Assert.Equal(
                    (leftValue < rightValue, leftValue <= rightValue, leftValue > rightValue, leftValue >= rightValue),
                    (left < right, left <= right, left > right, left >= right));
            }
        }
    }

    [Fact]
    public void An_id_is_read_back_from_its_text_and_its_utf8()
    {
        Span<byte> utf8 = stackalloc byte[RecordId.MaxTextLength];
        foreach (RecordId id in Ids)
        {
            Assert.Equal(id, RecordId.Parse(id.ToString()));
            Assert.True(id.TryFormat(utf8, out int written));
            Assert.True(RecordId.TryParse(utf8[..written], out RecordId parsed));
            Assert.Equal(id, parsed);
            Assert.Equal(id.ToString(), Encoding.UTF8.GetString(utf8[..written]));
        }
    }

    [Fact]
    public void The_next_id_is_the_lowest_above_and_the_previous_undoes_it()
    {
        foreach (RecordId id in Ids.Where(static id => id != RecordId.Max))
        {
            Assert.True(id.Next() > id);
            Assert.Equal(id, id.Next().Previous());
        }
    }

    [Fact]
    public void At_the_ends_ids_roll_over_or_stop()
    {
        Assert.Equal(new RecordId(6, 0), new RecordId(5, ulong.MaxValue).Next());
        Assert.Equal(new RecordId(4, ulong.MaxValue), new RecordId(5, 0).Previous());
        Assert.Equal(RecordId.Zero, RecordId.Zero.Previous());
        Assert.Throws<InvalidOperationException>(() => RecordId.Max.Next());
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("5-")]
    [InlineData("-5")]
    [InlineData("+5-0")]
    [InlineData("5-+1")]
    [InlineData("5--1")]
    [InlineData("5-1-1")]
    [InlineData(" 5-1")]
    [InlineData("5-1 ")]
    [InlineData("0x5-1")]
    [InlineData("18446744073709551616-0")]
    [InlineData("99999999999999999999999999999999999999999999")]
    [InlineData("٥-١")]
    public void Text_that_is_no_id_is_refused(string text)
    {
        Assert.False(RecordId.TryParse(text, out _));
        Assert.False(RecordId.TryParse(Encoding.UTF8.GetBytes(text), out _));
        Assert.Contains(text, Assert.Throws<FormatException>(() => RecordId.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_alone_is_the_first_id_of_its_millisecond()
    {
        var time = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 890, TimeSpan.Zero);
        Assert.Equal(RecordId.AtTime(time), RecordId.Parse(time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(time, RecordId.AtTime(time).Time);
        Assert.Equal(RecordId.Zero, RecordId.AtTime(DateTimeOffset.UnixEpoch.AddDays(-1)));
        Assert.Equal(9999, RecordId.Max.Time.Year);
    }

    [Fact]
    public void A_destination_that_is_too_small_is_not_written_beyond()
    {
        var id = new RecordId(12345, 678);
        for (int size = 0; size < 9; size++) Assert.False(id.TryFormat(new byte[size], out _));
        Assert.True(id.TryFormat(new byte[9], out int written));
        Assert.Equal(9, written);
    }
}
