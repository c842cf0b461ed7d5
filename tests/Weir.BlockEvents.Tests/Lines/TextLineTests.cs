using System.Text;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Tests.Lines;

public sealed class TextLineTests
{
    private const string Message = "sd 6:0:0:0: [sdq] Attached SCSI disk";

    [Theory]
    [InlineData("", "")]
    [InlineData("[  999.123456] ", "")]
    [InlineData("[  999.123456][ T1234] ", "")]
    [InlineData("[  999.123456] [   C0] ", "")]
    [InlineData("[ +19.123456] ", "")]
    [InlineData("[<    1.123456>] ", "")]
    [InlineData("[Sat Jun 13 12:00:01 2020] ", "")]
    [InlineData("[Aug 9 12:01] ", "")]
    [InlineData("<6>[   99.123456] ", "")]
    [InlineData("<14>", "")]
    [InlineData("kern  :crit  : [  999.123456] [   T1234] ", "")]
    [InlineData("kern  :err   : [Aug 9 12:01] ", "")]
    [InlineData("6,1234,5678901,-;", "")]
    [InlineData("6,1234,5678901,-,caller=T12;", "")]
    [InlineData("Feb 09 12:13:14 host kernel: ", "kernel")]
    [InlineData("Feb  9 12:13:14 host kernel: ", "kernel")]
    [InlineData("Feb  9 12:13:14.123456 host kernel: [ 9999.123456] ", "kernel")]
    [InlineData("Dec 31 12:13:14 kernel: ", "kernel")]
    [InlineData("Dec 31 12:13:14   kernel: [  1.000000] ", "kernel")]
    [InlineData("Jun 11 12:13:14 host kern.warn kernel: ", "kernel")]
    [InlineData("2024-02-03T04:05:06.123456+01:00 host kernel: [ 9999.123456] ", "kernel")]
    [InlineData("2024-02-03T04:05:06+0100 kernel: ", "kernel")]
    [InlineData("2024-02-03 04:05:06 host kernel: [  1.123456] ", "kernel")]
    [InlineData("kernel: ", "kernel")]
    [InlineData("kernel:[ 9999.123456] ", "kernel")]
    [InlineData("[   99.123456] host kernel: ", "kernel")]
    [InlineData("Feb  9 12:13:14 host multipathd[123]: ", "multipathd")]
    [InlineData("Feb  9 12:13:14 host smartd: ", "smartd")]
    [InlineData("[   99.123456] multipathd[123]: ", "multipathd")]
    [InlineData("<30>1 2024-02-03T04:05:06.123456Z host smartd 77 - - ", "smartd")]
    [InlineData("<30>1 2024-02-03T04:05:06.123456Z host smartd 77 id [a@1 b=\"]\\\"\"][c d=\"\"] ", "smartd")]
    public void What_stands_before_a_message_is_taken_off(string prefix, string identifier)
    {
        LogLine line = TextLine.Read(Encoding.UTF8.GetBytes(prefix + Message));
        Assert.Equal(Message, Encoding.UTF8.GetString(line.Text));
        Assert.Equal(identifier, Encoding.UTF8.GetString(line.Identifier));
    }

    [Fact]
    public void What_it_says_is_kept()
    {
        LogLine kmsg = TextLine.Read("3,1234,5678901,-;x"u8);
        Assert.Equal((Severity.Error, 0, 1234UL, 5678901L), (kmsg.Priority!.Value, kmsg.Facility!.Value, kmsg.Sequence!.Value, kmsg.MonotonicMicroseconds!.Value));
        LogLine syslog = TextLine.Read("<28>1 2024-02-03T04:05:06.5+01:00 node1 smartd 77 - - x"u8);
        Assert.Equal((Severity.Warning, 3, "node1"), (syslog.Priority!.Value, syslog.Facility!.Value, Encoding.UTF8.GetString(syslog.Host)));
        Assert.Equal(new DateTimeOffset(2024, 2, 3, 3, 5, 6, 500, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000, syslog.RealTimeMicroseconds);
        LogLine dmesg = TextLine.Read("kern  :warn  : [   12.000345] x"u8);
        Assert.Equal((Severity.Warning, 12_000_345L), (dmesg.Priority!.Value, dmesg.MonotonicMicroseconds!.Value));
        LogLine delta = TextLine.Read("[  +0.000345] x"u8);
        Assert.Null(delta.MonotonicMicroseconds);
    }

    [Theory]
    [InlineData("ata1.00: exception Emask 0x0")]
    [InlineData(" rport-7:0-2: blocked FC remote port time out")]
    [InlineData("         res 40/00:00:00:00:00/00:00:00:00:00/00 Emask 0x4 (timeout)")]
    [InlineData("[drm] Initialized")]
    [InlineData("mount: attempt to access beyond end of device")]
    [InlineData("loop3: rw=1, want=8905088, limit=8388608")]
    [InlineData("Decoding of the message")]
    [InlineData("March of the lines")]
    [InlineData("1234,5 apples")]
    public void A_message_is_left_as_it_is(string message)
    {
        Assert.Equal(message, Encoding.UTF8.GetString(TextLine.Read(Encoding.UTF8.GetBytes(message)).Text));
        Assert.Equal(message, Encoding.UTF8.GetString(TextLine.Read(Encoding.UTF8.GetBytes("[    1.000000] " + message)).Text));
    }

    [Fact]
    public void Any_bytes_are_a_line()
    {
        var random = new Random(5);
        byte[][] starts = [.. new[] { "", "<", "[", "<6>1 ", "6,1,2,-", "Feb  9 ", "2024-02-03T04:05:0", "kern  :", "<30>1 2024-02-03T04:05:06Z h p 1 - [", "Feb  9 12:13:14" }.Select(Encoding.ASCII.GetBytes)];
        for (int i = 0; i < 200_000; i++)
        {
            byte[] start = starts[i % starts.Length];
            byte[] line = new byte[start.Length + random.Next(40)];
            start.CopyTo(line, 0);
            for (int at = start.Length; at < line.Length; at++) line[at] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)" []<>:.-;,0123T+=\"\\"[random.Next(19)];
            LogLine read = TextLine.Read(line);
            Assert.True(line.AsSpan().EndsWith(read.Text));
        }
    }
}
