using System.Text;
using Weir.Lustre.Changelog;

namespace Weir.Lustre.Tests.Changelog;

/// <summary>The bytes and the text that the real program printed for them.</summary>
public sealed class ChangelogGoldenTests
{
    private const string Name = "lustre/changelog-testfs-MDT0000";

    [Fact]
    public void The_records_print_as_lfs_prints_them()
    {
        string expected = Encoding.UTF8.GetString(Fixtures.ReadBytes(Name + ".txt"));
        var reader = new ChangelogBinaryReader(new MemoryStream(Fixtures.ReadBytes(Name + ".bin")));
        Assert.Equal(expected, Print(reader));
        Assert.Equal(0, reader.SkippedCount);
    }

    [Fact]
    public void The_text_reads_as_records_that_print_the_same()
    {
        byte[] text = Fixtures.ReadBytes(Name + ".txt");
        var reader = new ChangelogTextReader(new MemoryStream(text));
        Assert.Equal(Encoding.UTF8.GetString(text), Print(reader));
        Assert.False(reader.IsIncomplete);
    }

    [Fact]
    public void Every_record_taken_apart_is_written_as_the_same_bytes()
    {
        byte[] bytes = Fixtures.ReadBytes(Name + ".bin");
        var scanner = new ChangelogScanner(bytes, isFinal: true);
        var written = new MemoryStream();
        Span<byte> buffer = stackalloc byte[ChangelogRecord.MaxBytes];
        while (scanner.Next(out ChangelogRecord record, out _) == ChangelogScan.Record)
            written.Write(buffer[..ChangelogFields.Of(record).Write(buffer)]);
        Assert.Equal(bytes, written.ToArray());
    }

    [Fact]
    public void Members_have_the_values_that_the_text_shows()
    {
        byte[] bytes = Fixtures.ReadBytes(Name + ".bin");
        var scanner = new ChangelogScanner(bytes, isFinal: true);
        ChangelogRecord record = default;
        for (int i = 0; i < 4; i++) Assert.Equal(ChangelogScan.Record, scanner.Next(out record, out _));
        Assert.Equal((ChangelogType.Rename, 4UL, 1), (record.Type, record.Index, record.Flags));
        Assert.Equal("newname", Encoding.UTF8.GetString(record.Name));
        Assert.Equal("oldname", Encoding.UTF8.GetString(record.SourceName));
        Assert.Equal("mv.0", Encoding.UTF8.GetString(record.JobId));
        Assert.Equal(new Fid(0x200000402, 0x10, 0), record.Source);
        Assert.Equal(new Fid(0x200000007, 1, 0), record.SourceParent);
        Assert.Equal("10.0.0.1@tcp", record.Nid.ToString());
        Assert.Equal(new DateTimeOffset(2025, 8, 12, 12, 0, 1, TimeSpan.Zero), record.Time.ToDateTimeOffset());
        Assert.Equal(1U, record.Time.Nanoseconds);
    }

    private static string Print(IChangelogSource source)
    {
        var text = new StringBuilder();
        var line = new byte[ChangelogText.MaxBytes];
        while (source.Next(out ChangelogRecord record, out ChangelogDamage damage) is var found && found != ChangelogScan.End)
        {
            Assert.Equal((ChangelogScan.Record, default), (found, damage));
            text.Append(Encoding.UTF8.GetString(line.AsSpan(0, ChangelogText.Format(record, line)))).Append('\n');
        }

        return text.ToString();
    }
}
