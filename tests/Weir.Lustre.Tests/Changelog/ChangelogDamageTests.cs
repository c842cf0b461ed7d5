using System.Buffers.Binary;
using System.Text;
using Weir.Lustre.Changelog;

namespace Weir.Lustre.Tests.Changelog;

public sealed class ChangelogDamageTests
{
    public static TheoryData<int> Seeds => Tests.Seeds.Few;

    [Fact]
    public void A_record_cut_anywhere_is_truncated()
    {
        byte[] bytes = new RandomChangelog(2).Record(1, (ChangelogFormat)0xf000, ChangelogExtra.Known);
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal(ChangelogError.Truncated, ChangelogRecord.TryParse(bytes.AsSpan(0, length), out _));
        Assert.Equal(ChangelogError.None, ChangelogRecord.TryParse(bytes, out _));
    }

    [Fact]
    public void A_name_beyond_the_limit_is_refused_however_much_follows()
    {
        var bytes = new byte[70_000];
        new RandomChangelog(3).Record(1).CopyTo(bytes, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, ushort.MaxValue);
        Assert.Equal(ChangelogError.TooLong, ChangelogRecord.TryParse(bytes, out _));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damage_costs_only_the_records_it_hits(int seed)
    {
        var random = new Random(seed);
        var records = new RandomChangelog(seed);
        var stream = new MemoryStream();
        var hit = new HashSet<ulong>();
        for (ulong index = 1; index <= 2000; index++)
        {
            byte[] bytes = records.Record(index);
            if (random.Next(100) == 0)
            {
                // The length, the format or the type: what follows is out of step until the next record.
                int at = random.Next(6);
                bytes[at] ^= (byte)(1 << random.Next(8));
                hit.Add(index);
            }

            stream.Write(bytes);
        }

        var reader = new ChangelogBinaryReader(new HsmFiles.RaggedStream(stream.ToArray(), new Random(seed), 5000), 8192);
        var seen = new HashSet<ulong>();
        long damaged = 0;
        while (reader.Next(out ChangelogRecord record, out _) is var found && found != ChangelogScan.End)
        {
            if (found == ChangelogScan.Record) seen.Add(record.Index);
            else damaged++;
        }

        Assert.Equal(damaged, reader.SkippedCount);
        Assert.InRange(damaged, 1, hit.Count);
        List<ulong> lost = [.. Enumerable.Range(1, 2000).Select(i => (ulong)i).Where(index => !seen.Contains(index) && !hit.Contains(index))];

        // A wrong length may end at a place that looks like a start, and a record between two damaged ones has no witness.
        Assert.True(lost.Count <= 2 && lost.All(index => hit.Contains(index - 1)), $"seed {seed}: lost {string.Join(',', lost)}; damaged {string.Join(',', hit)}");
    }

    [Fact]
    public void Extra_flags_from_the_future_are_passed_where_they_add_nothing()
    {
        var records = new RandomChangelog(5);
        byte[] first = records.Record(1, (ChangelogFormat)0x9000, ChangelogExtra.UidGid), second = records.Record(2);
        first[ChangelogLayout.HeaderBytes] |= 0x40;
        var scanner = new ChangelogScanner([.. first, .. second], isFinal: true);
        Assert.Equal(ChangelogScan.Record, scanner.Next(out ChangelogRecord record, out _));
        Assert.Equal((ChangelogExtra)0x41, record.Extra);
        Assert.Equal(ChangelogScan.Record, scanner.Next(out record, out _));
        Assert.Equal(2UL, record.Index);
    }

    [Fact]
    public void Extra_flags_from_the_future_that_add_bytes_cost_one_record()
    {
        var records = new RandomChangelog(6);
        byte[] first = records.Record(1, (ChangelogFormat)0x9000, ChangelogExtra.UidGid), second = records.Record(2), third = records.Record(3);
        first[ChangelogLayout.HeaderBytes] |= 0x40;
        byte[] stream = [.. first[..(ChangelogLayout.HeaderBytes + 24)], .. new byte[16], .. first[(ChangelogLayout.HeaderBytes + 24)..], .. second, .. third];
        var scanner = new ChangelogScanner(stream, isFinal: true);
        Assert.Equal(ChangelogScan.Damage, scanner.Next(out _, out ChangelogDamage damage));
        Assert.Equal((ChangelogError.UnknownExtension, first.Length + 16), (damage.Error, damage.Bytes));
        Assert.Equal(ChangelogScan.Record, scanner.Next(out ChangelogRecord record, out _));
        Assert.Equal(2UL, record.Index);
    }

    [Fact]
    public void A_huge_stream_of_nothing_is_one_damage_in_bounded_memory()
    {
        const int Size = 20_000_000;
        var reader = new ChangelogBinaryReader(new HsmFiles.RaggedStream(new byte[Size], new Random(1), 1 << 20));
        Assert.Equal(ChangelogScan.Damage, reader.Next(out _, out ChangelogDamage damage));
        Assert.Equal((0, Size, ChangelogError.NotARecord), (damage.Offset, damage.Bytes, damage.Error));
        Assert.Equal(ChangelogScan.End, reader.Next(out _, out _));
    }

    [Fact]
    public void A_huge_line_is_one_damage_and_the_next_record_is_read()
    {
        byte[] text =
        [
            .. "6 11CLOSE 12:00:01.000000002 2025.08.12 0x42 t=[0x200000402:0x10:0x0]\n"u8, .. Enumerable.Repeat((byte)'x', 1_000_000), (byte)'\n',
            .. "7 11CLOSE 12:00:01.000000002 2025.08.12 0x42 t=[0x200000402:0x10:0x0]\n"u8,
        ];
        var reader = new ChangelogTextReader(new MemoryStream(text));
        Assert.Equal(ChangelogScan.Record, reader.Next(out _, out _));
        Assert.Equal(ChangelogScan.Damage, reader.Next(out _, out ChangelogDamage damage));
        Assert.Equal((2, ChangelogError.TooLong), (damage.Offset, damage.Error));
        Assert.Equal(ChangelogScan.Record, reader.Next(out ChangelogRecord record, out _));
        Assert.Equal(7UL, record.Index);
        Assert.Equal(ChangelogScan.End, reader.Next(out _, out _));
    }

    [Theory]
    [InlineData("", ChangelogError.BadIndex)]
    [InlineData("x 01CREAT", ChangelogError.BadIndex)]
    [InlineData("0 01CREAT 12:00:00.1 2025.08.12 0x0 t=[0x1:0x1:0x0]", ChangelogError.BadIndex)]
    [InlineData("1 01MKDIR 12:00:00.1 2025.08.12 0x0 t=[0x1:0x1:0x0]", ChangelogError.BadType)]
    [InlineData("1 01CREAT 24:00:00.1 2025.08.12 0x0 t=[0x1:0x1:0x0]", ChangelogError.BadTime)]
    [InlineData("1 01CREAT 12:00:00.1 2025.02.30 0x0 t=[0x1:0x1:0x0]", ChangelogError.BadTime)]
    [InlineData("1 01CREAT 12:00:00.1 2999.02.03 0x0 t=[0x1:0x1:0x0]", ChangelogError.BadTime)]
    [InlineData("1 01CREAT 12:00:00.1 2025.08.12 0x1000 t=[0x1:0x1:0x0]", ChangelogError.BadNumber)]
    [InlineData("1 01CREAT 12:00:00.1 2025.08.12 0x0 t=[0x1:0x1]", ChangelogError.BadFid)]
    [InlineData("1 01CREAT 12:00:00.1 2025.08.12 0x0 t=[0x1:0x1:0x0] ef=0x1 u=1", ChangelogError.BadNumber)]
    [InlineData("1 01CREAT 12:00:00.1 2025.08.12 0x0 t=[0x1:0x1:0x0] ef=0x2 nid=foo", ChangelogError.BadNid)]
    [InlineData("1 01CREAT 12:00:00.1 2025.08.12 0x0 t=[0x1:0x1:0x0] ef=0x20", ChangelogError.UnknownExtension)]
    public void A_line_that_is_no_record_says_why(string line, ChangelogError error) =>
        Assert.Equal(error, ChangelogLine.TryParse(Encoding.UTF8.GetBytes(line), out _));

    [Fact]
    public void A_name_with_newlines_stays_one_record()
    {
        byte[] text = [.. "garbage\n"u8, .. "7 01CREAT 12:00:01.000000002 2025.08.12 0x0 t=[0x2:0x1:0x0] p=[0x2:0x2:0x0] a\nb\n\nc\n8 11CLOSE 12:00:01.000000003 2025.08.12 0x0 t=[0x2:0x1:0x0]"u8];
        var reader = new ChangelogTextReader(new MemoryStream(text));
        Assert.Equal(ChangelogScan.Damage, reader.Next(out _, out _));
        Assert.Equal(ChangelogScan.Record, reader.Next(out ChangelogRecord record, out _));
        Assert.Equal("a\nb\n\nc", Encoding.UTF8.GetString(record.Name));
        Assert.Equal(ChangelogScan.Record, reader.Next(out record, out _));
        Assert.Equal(8UL, record.Index);
        Assert.Equal(ChangelogScan.End, reader.Next(out _, out _));
        Assert.True(reader.IsIncomplete);
    }
}
