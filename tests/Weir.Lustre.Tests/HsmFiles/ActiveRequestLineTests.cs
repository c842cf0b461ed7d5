using System.Text;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre.Tests.HsmFiles;

public sealed class ActiveRequestLineTests
{
    [Fact]
    public void The_kernels_line_is_read_whole()
    {
        LineError error = ActiveRequestLine.TryParse(
            "fid=[0x200000401:0x1:0x0] dfid=[0x200000401:0x2:0x0] compound/cookie=0x0/0x6912db05 action=RESTORE archive#=2 flags=0x4 extent=0x1-0x2 gid=0x3 data=[616263] canceled=1 uuid=8e1c-44 done=18446744073709551615"u8,
            out ActiveRequestLine line);
        Assert.Equal(LineError.None, error);
        Assert.Equal("0x200000401:0x1:0x0", Encoding.ASCII.GetString(line.Fid));
        Assert.Equal("0x200000401:0x2:0x0", Encoding.ASCII.GetString(line.DataFid));
        Assert.Equal("8e1c-44", Encoding.ASCII.GetString(line.AgentUuid));
        Assert.Equal("616263", Encoding.ASCII.GetString(line.DataHex));
        Assert.Equal("RESTORE", Encoding.ASCII.GetString(line.ActionText));
        Assert.Equal((0x6912db05UL, 0UL, HsmAction.Restore, 2U, 4UL), (line.Cookie, line.CompoundId, line.Action, line.ArchiveId, line.Flags));
        Assert.Equal((1UL, 2UL, 3UL, true, ulong.MaxValue), (line.ExtentOffset, line.ExtentLength, line.GroupId, line.IsCanceled, line.DoneBytes));
    }

    [Theory]
    [InlineData("", LineError.Empty)]
    [InlineData("action=RESTORE uuid=x", LineError.MissingFid)]
    [InlineData("fid=[0x1:0x2:0x0] uuid=x", LineError.MissingAction)]
    [InlineData("fid=[0x1:0x2:0x0] action=RESTORE done=1.5", LineError.BadNumber)]
    [InlineData("fid=[0x1:0x2:0x0] action=RESTORE canceled=yes", LineError.BadNumber)]
    [InlineData("fid=[0x1:0x2:0x0 action=RESTORE", LineError.UnclosedBracket)]
    [InlineData("fid=[0x1:0x2:0x0] action=RESTORE\u0001", LineError.ControlCharacter)]
    public void What_is_wrong_with_a_line_is_named(string text, LineError expected) =>
        Assert.Equal(expected, ActiveRequestLine.TryParse(Encoding.UTF8.GetBytes(text), out _));
}
