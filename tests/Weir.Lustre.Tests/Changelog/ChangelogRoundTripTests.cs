using System.Text;
using Weir.Lustre.Changelog;

namespace Weir.Lustre.Tests.Changelog;

public sealed class ChangelogRoundTripTests
{
    public static TheoryData<int> Seeds => Tests.Seeds.Few;

    [Fact]
    public void Every_combination_of_extensions_is_read_as_it_was_written()
    {
        var random = new RandomChangelog(1);
        ulong index = 1;
        for (int format = 0; format < 16; format++)
        {
            for (int extra = 0; extra < 32; extra++)
            {
                byte[] bytes = random.Record(index++, (ChangelogFormat)(format << 12), (ChangelogExtra)extra);
                Assert.Equal(ChangelogError.None, ChangelogRecord.TryParse(bytes, out ChangelogRecord record));
                Assert.Equal(bytes.Length, record.Length);
                var again = new byte[ChangelogRecord.MaxBytes];
                int written = ChangelogFields.Of(record).Write(again);
                Assert.True(bytes.AsSpan().SequenceEqual(again.AsSpan(0, written)), $"format {format:x}, extra flags {extra:x}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Text_of_names_without_blanks_is_read_back_as_the_same_text(int seed)
    {
        var random = new RandomChangelog(seed) { Alphabet = "abcXYZ019._-=:[]'\"\\\n\t" };
        var text = new MemoryStream();
        var line = new byte[ChangelogText.MaxBytes];
        for (ulong index = 1; index <= 500; index++)
        {
            Assert.Equal(ChangelogError.None, ChangelogRecord.TryParse(random.Record(index), out ChangelogRecord record));
            text.Write(line, 0, ChangelogText.Format(record, line));
            text.WriteByte((byte)'\n');
        }

        var reader = new ChangelogTextReader(new HsmFiles.RaggedStream(text.ToArray(), new Random(seed), 700));
        var again = new MemoryStream();
        while (reader.Next(out ChangelogRecord record, out ChangelogDamage damage) is var found && found != ChangelogScan.End)
        {
            Assert.True(found == ChangelogScan.Record, $"seed {seed}: {damage}");
            again.Write(line, 0, ChangelogText.Format(record, line));
            again.WriteByte((byte)'\n');
        }

        Assert.True(text.ToArray().AsSpan().SequenceEqual(again.ToArray()), $"seed {seed}");
    }

    [Theory]
    [InlineData("a s=[0x1:0x2:0x0] sp=[0x1:0x1:0x0] b", "old")]
    [InlineData("new", "o s= p=[1] x")]
    [InlineData("two words", "also two")]
    public void A_rename_is_split_at_its_last_source(string name, string oldName)
    {
        string text = $"9 08RENME 12:00:01.000000001 2025.08.12 0x0 t=[0:0x0:0x0] p=[0x200000007:0x1:0x0] {name} s=[0x200000402:0x10:0x0] sp=[0x200000007:0x1:0x0] {oldName}";
        Assert.Equal(ChangelogError.None, ChangelogLine.TryParse(Encoding.UTF8.GetBytes(text), out ChangelogFields fields));
        Assert.Equal((name, oldName), (Encoding.UTF8.GetString(fields.Name), Encoding.UTF8.GetString(fields.SourceName)));
    }

    [Fact]
    public void Lines_of_older_versions_are_read()
    {
        Assert.Equal(ChangelogError.None, ChangelogLine.TryParse(
            "1 08RENME 12:00:01.123456 2013.08.12 0x1 t=[0x200000400:0x3:0x0] p=[0x200000007:0x1:0x0] from"u8, out ChangelogFields first));
        Assert.Equal((123456000U, false), (first.Time.Nanoseconds, first.HasSourceName));
        Assert.Equal(ChangelogError.None, ChangelogLine.TryParse(
            "2 09RNMTO 12:00:01.123456 2013.08.12 0x0 t=[0x200000400:0x3:0x0] p=[0x200000007:0x1:0x0] to"u8, out ChangelogFields second));
        Assert.Equal(ChangelogType.RenameTo, second.Type);
    }

    [Fact]
    public void A_job_with_blanks_is_read_whole_when_extra_flags_follow()
    {
        Assert.Equal(ChangelogError.None, ChangelogLine.TryParse(
            "2 01CREAT 12:00:00.000000001 2025.08.12 0x0 t=[0x2:0x1:0x0] j=my job ef=0x1 u=1:2 p=[0x2:0x3:0x0] n"u8, out ChangelogFields fields));
        Assert.Equal("my job", Encoding.UTF8.GetString(fields.JobId));
        Assert.Equal(2UL, fields.Gid);
    }

    [Fact]
    public void A_record_longer_than_a_record_may_be_is_not_written()
    {
        Assert.Throws<ArgumentException>(() => new ChangelogFields { Index = 1, Name = new byte[ChangelogRecord.MaxNameBytes + 1] }.Write(new byte[4096]));
        Assert.Throws<ArgumentException>(() => new ChangelogFields { Index = 1, Format = ChangelogFormat.JobId, JobId = new byte[33] }.Write(new byte[4096]));
        Assert.Throws<ArgumentException>(() => new ChangelogFields { Index = 1 }.Write(new byte[63]));
    }
}
