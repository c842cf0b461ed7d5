using System.Text;
using Weir.BlockEvents.Collectors.Kernel;
using Weir.BlockEvents.Collectors.Text;

namespace Weir.BlockEvents.Tests.Collectors;

public sealed class TextSourceTests
{
    [Theory]
    [InlineData("[    1.5] sd 0:0:0:0: [sda] x\n[    2.5] y\n", new[] { "sd 0:0:0:0: [sda] x", "y" })]
    [InlineData("__CURSOR=s=1\n__REALTIME_TIMESTAMP=5\nMESSAGE=one\n_TRANSPORT=kernel\n\n__CURSOR=s=2\nMESSAGE\n\u0005\0\0\0\0\0\0\0t\nwo!\nPRIORITY=3\n\n", new[] { "one", "t\nwo!" })]
    [InlineData("{\"MESSAGE\":\"one\",\"__REALTIME_TIMESTAMP\":\"5\"}\nbroken\n{\"MESSAGE\":[116,119,111]}\n{\"MESSAGE\":null}\n{\"MESSAGE\":[\"first\",\"second\"]}\n", new[] { "one", "two", "first" })]
    [InlineData("", new string[0])]
    [InlineData("__CURSOR=x\nMESSAGE\n\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007fcut", new string[0])]
    public void Each_form_is_recognised_by_its_beginning(string text, string[] lines) => Assert.Equal(lines, Read(Encoding.Latin1.GetBytes(text)).Texts);

    [Fact]
    public void A_line_of_a_megabyte_is_known_by_its_beginning_and_the_next_is_whole()
    {
        byte[] input = [.. Encoding.ASCII.GetBytes(new string('x', 1024 * 1024)), .. "\nnext\n"u8];
        LineList lines = Read(input);
        Assert.Equal(["next"], lines.Texts.Skip(1));
        Assert.InRange(lines.Texts[0].Length, 1024, 64 * 1024);
    }

    [Fact]
    public void A_field_of_a_megabyte_costs_no_other()
    {
        byte[] size = BitConverter.GetBytes(1024L * 1024);
        LineList lines = Read([.. "__CURSOR=x\nMESSAGE\n"u8, .. size, .. new byte[1024 * 1024], .. "\nPRIORITY=2\n\nMESSAGE=next\n\n"u8]);
        Assert.Equal("next", lines.Texts[1]);
        Assert.Equal(64 * 1024, lines.Texts[0].Length);
    }

    [Fact]
    public void Garbage_of_any_kind_ends()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = new byte[random.Next(20_000)];
            random.NextBytes(bytes);
            byte[] start = (seed % 3) switch { 0 => "__CURSOR=a\n"u8.ToArray(), 1 => "{"u8.ToArray(), _ => [] };
            Read([.. start, .. bytes]);
        }
    }

    [Fact]
    public void A_record_of_kmsg_is_taken_apart()
    {
        byte[] bytes = [.. "3,1234,567890,-,caller=T1;sd 6:0:0:0: \\x41\\x5c bad\n SUBSYSTEM=scsi\n DEVICE=+scsi:6:0:0:0\n"u8];
        Assert.True(KmsgRecord.TryRead(bytes, out KmsgRecord record));
        Assert.Equal((3, 1234UL, 567890L), (record.Priority, record.Sequence, record.Microseconds));
        Assert.Equal("sd 6:0:0:0: A\\ bad", Encoding.ASCII.GetString(record.Text));
        Assert.Equal("+scsi:6:0:0:0", Encoding.ASCII.GetString(record.Device));
        Assert.Equal("scsi", Encoding.ASCII.GetString(record.Subsystem));
        foreach (string bad in (string[])["", ";", "3;x", "3,x,1,-;y", "3,1;y", ",,,;"]) Assert.False(KmsgRecord.TryRead(Encoding.ASCII.GetBytes(bad), out _));
    }

    private static LineList Read(byte[] input)
    {
        using var source = new TextSource("test", new MemoryStream(input));
        return new LineList().ReadAll(source);
    }
}
