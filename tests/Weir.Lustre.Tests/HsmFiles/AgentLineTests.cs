using System.Text;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre.Tests.HsmFiles;

public sealed class AgentLineTests
{
    [Fact]
    public void The_kernels_line_is_read_whole()
    {
        Assert.Equal(LineError.None, AgentLine.TryParse("uuid=8e1c-44 archive_id=1,32 requests=[current:5 ok:1234 errors:7]"u8, out AgentLine line));
        Assert.Equal("8e1c-44", Encoding.ASCII.GetString(line.Uuid));
        Assert.Equal((5UL, 1234UL, 7UL), (line.Current, line.Succeeded, line.Failed));
        Assert.Equal([false, true, false, true], new[] { line.Serves(0), line.Serves(1), line.Serves(3), line.Serves(32) });
    }

    [Fact]
    public void An_agent_for_any_archive_serves_all()
    {
        Assert.Equal(LineError.None, AgentLine.TryParse("uuid=a archive_id=ANY requests=[current:0 ok:0 errors:0]"u8, out AgentLine line));
        Assert.True(line.Serves(0) && line.Serves(uint.MaxValue));
    }

    [Theory]
    [InlineData("", LineError.Empty)]
    [InlineData("archive_id=ANY requests=[current:0 ok:0 errors:0]", LineError.MissingUuid)]
    [InlineData("uuid=a uuid=b", LineError.DuplicateField)]
    [InlineData("uuid=a archive_id=1,x", LineError.BadNumber)]
    [InlineData("uuid=a archive_id=1 requests=[current:-1 ok:0 errors:0]", LineError.BadNumber)]
    [InlineData("uuid=a archive_id=1 requests=[current:1 ok", LineError.UnclosedBracket)]
    public void What_is_wrong_with_a_line_is_named(string text, LineError expected) =>
        Assert.Equal(expected, AgentLine.TryParse(Encoding.UTF8.GetBytes(text), out _));
}
