using System.Text;
using Weir.Lustre.HsmFiles;

namespace Weir.Lustre.Tests.HsmFiles;

public sealed class ActionLineTests
{
    private const string Canonical =
        "lrh=[type=10680000 len=192 idx=517/42068] fid=[0x2c000596f:0x1ce71:0x0] dfid=[0x2c000596f:0x1ce72:0x0] " +
        "compound/cookie=0x5/0x6912db05 action=ARCHIVE archive#=3 flags=0x1 extent=0x10-0x20 gid=0x7 datalen=50 status=STARTED data=[7461673D6D]";

    [Fact]
    public void The_kernels_line_is_read_whole()
    {
        ActionFields line = ActionFields.Parse(Canonical);
        var expected = new ActionFields(
            Canonical, "0x2c000596f:0x1ce71:0x0", "0x2c000596f:0x1ce72:0x0", "ARCHIVE", "STARTED", HsmAction.Archive, HsmStatus.Started,
            517, 42068, 0x6912db05, 5, 3, 1, 0x10, 0x20, 7, 50, "7461673D6D");
        Assert.Equal(expected, line);
    }

    [Fact]
    public void The_published_samples_are_read()
    {
        string[] samples = Fixtures.ReadLines("lustre/actions.samples");
        var read = samples.Select(ActionFields.Parse).ToList();
        Assert.Equal([0x57d89f3eUL, 0x6912db05UL, 0UL, 0UL], read.Select(line => line.Cookie));
        Assert.Equal([0x57d8a6d9UL, 0UL, 0UL, 0UL], read.Select(line => line.CompoundId));
        Assert.Equal(["0x200034e87:0x8700:0x0", "0x2c000596f:0x1ce71:0x0", "0x2800059ca:0xc464:0x0", "0xabc"], read.Select(line => line.Fid));
        Assert.Equal([(342U, 13652U), (517U, 42068U), (517U, 31144U), (1U, 2U)], read.Select(line => (line.CatalogIndex, line.RecordIndex)));
        Assert.Equal([HsmAction.Archive, HsmAction.Archive, HsmAction.Archive, HsmAction.Restore], read.Select(line => line.Action));
        Assert.Equal([HsmStatus.Started, HsmStatus.Started, HsmStatus.Waiting, HsmStatus.Started], read.Select(line => line.Status));
        Assert.Equal(["", "7461673D6D", "...", ""], read.Select(line => line.DataHex));
        Assert.Equal([ulong.MaxValue, ulong.MaxValue, 0UL, 0UL], read.Select(line => line.ExtentLength));
    }

    [Fact]
    public void A_short_line_with_brackets_has_no_cookie()
    {
        Assert.Equal(LineError.None, ActionLine.TryParse("idx=[1/2] action=RESTORE fid=[0xabc] status=STARTED"u8, out ActionLine line));
        Assert.False(line.HasCookie);
        Assert.True(line.Fid.SequenceEqual("0xabc"u8));
        Assert.True(line.DataFid.IsEmpty);
    }

    [Theory]
    [InlineData("  status=WAITING   action=REMOVE fid=0x1:0x2:0x3 idx=9/8 ")]
    [InlineData("idx=9/8 fid=0x1:0x2:0x3 note=[a b [c] fid=x] word action=REMOVE color=red status=WAITING")]
    [InlineData("lrh=[idx=[9/8]] fid=[0x1:0x2:0x3] status=[WAITING] action=[REMOVE]")]
    [InlineData("lrh=[idx=9/8 later=[1 2]] fid=[0x1:0x2:0x3] status=WAITING action=REMOVE")]
    public void Order_spaces_brackets_and_unknown_fields_do_not_matter(string text)
    {
        ActionFields line = ActionFields.Parse(text);
        Assert.Equal(("0x1:0x2:0x3", HsmAction.Remove, HsmStatus.Waiting, 9U, 8U), (line.Fid, line.Action, line.Status, line.CatalogIndex, line.RecordIndex));
        Assert.Equal(text, line.Raw);
    }

    [Fact]
    public void Names_nobody_knows_stay_as_they_are()
    {
        ActionFields line = ActionFields.Parse("idx=1/2 fid=0x1 action=MIGRATE status=PAUSED");
        Assert.Equal((HsmAction.Unknown, HsmStatus.Unknown, "MIGRATE", "PAUSED"), (line.Action, line.Status, line.ActionText, line.StatusText));
    }

    [Theory]
    [InlineData("", LineError.Empty)]
    [InlineData("    ", LineError.Empty)]
    [InlineData("garbage", LineError.MissingIndex)]
    [InlineData("fid=0x1 action=ARCHIVE status=STARTED", LineError.MissingIndex)]
    [InlineData("idx=1 fid=0x1 action=ARCHIVE status=STARTED", LineError.BadIndex)]
    [InlineData("idx=/2 fid=0x1 action=ARCHIVE status=STARTED", LineError.BadIndex)]
    [InlineData("idx=1/ fid=0x1 action=ARCHIVE status=STARTED", LineError.BadIndex)]
    [InlineData("idx=1/2/3 fid=0x1 action=ARCHIVE status=STARTED", LineError.BadIndex)]
    [InlineData("idx=-1/2 fid=0x1 action=ARCHIVE status=STARTED", LineError.BadIndex)]
    [InlineData("idx=1/0x2 fid=0x1 action=ARCHIVE status=STARTED", LineError.BadIndex)]
    [InlineData("idx=1/4294967296 fid=0x1 action=ARCHIVE status=STARTED", LineError.BadNumber)]
    [InlineData("idx=99999999999999999999999/1 fid=0x1 action=ARCHIVE status=STARTED", LineError.BadNumber)]
    [InlineData("idx=1/2 action=ARCHIVE status=STARTED", LineError.MissingFid)]
    [InlineData("idx=1/2 fid= action=ARCHIVE status=STARTED", LineError.BadFid)]
    [InlineData("idx=1/2 fid=[] action=ARCHIVE status=STARTED", LineError.BadFid)]
    [InlineData("idx=1/2 fid=[[0x1]] action=ARCHIVE status=STARTED", LineError.BadFid)]
    [InlineData("idx=1/2 fid=[0x1]x action=ARCHIVE status=STARTED", LineError.BadFid)]
    [InlineData("idx=1/2 fid=0x1 status=STARTED", LineError.MissingAction)]
    [InlineData("idx=1/2 fid=0x1 action= status=STARTED", LineError.MissingAction)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE", LineError.MissingStatus)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=[]", LineError.MissingStatus)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED compound/cookie=0x1", LineError.BadNumber)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED compound/cookie=0x0/0x10000000000000000", LineError.BadNumber)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED compound/cookie=0x0/", LineError.BadNumber)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED flags=0x", LineError.BadNumber)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED flags=18446744073709551616", LineError.BadNumber)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED extent=0x0:0x1", LineError.BadNumber)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED archive#=-2147483649", LineError.BadNumber)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED datalen=4294967296", LineError.BadNumber)]
    [InlineData("idx=1/2 fid=0x1 fid=0x1 action=ARCHIVE status=STARTED", LineError.DuplicateField)]
    [InlineData("lrh=[lrh=[lrh=[idx=1/2]]] fid=0x1 action=ARCHIVE status=STARTED", LineError.DuplicateField)]
    [InlineData("lrh=[type=10680000 len=136 idx=34", LineError.UnclosedBracket)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED data=[74", LineError.UnclosedBracket)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED\0", LineError.ControlCharacter)]
    [InlineData("idx=1/2\tfid=0x1 action=ARCHIVE status=STARTED", LineError.ControlCharacter)]
    [InlineData("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED\u007f", LineError.ControlCharacter)]
    [InlineData("idx=1/2 fid=0x1é\u0085 action=ARCHIVE status=STARTED", LineError.ControlCharacter)]
    public void What_is_wrong_with_a_line_is_named(string text, LineError expected)
    {
        LineError error = ActionLine.TryParse(Encoding.UTF8.GetBytes(text), out ActionLine action);
        Assert.Equal(expected, error);
        Assert.True(action.Raw.IsEmpty);
    }

    [Fact]
    public void A_cut_line_that_ran_into_the_next_is_not_taken_for_either()
    {
        for (int cut = 1; cut < Canonical.Length; cut++)
        {
            LineError error = ActionLine.TryParse(Encoding.UTF8.GetBytes(Canonical[..cut] + Canonical.Replace("42068", "42069", StringComparison.Ordinal)), out ActionLine action);
            Assert.True(error != LineError.None, $"Cut after {cut} bytes and taken for record {action.RecordIndex}.");
        }
    }

    [Fact]
    public void Invalid_utf8_is_not_taken()
    {
        byte[] line = [.. "idx=1/2 fid=0x1 action=ARCHIVE status=STARTED "u8, 0xc3, 0x28];
        Assert.Equal(LineError.NotUtf8, ActionLine.TryParse(line, out _));
    }

    [Fact]
    public void Text_beyond_ascii_is_taken()
    {
        ActionFields line = ActionFields.Parse("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED note=gr\u00fc\u00df\u00e2\u00a0\u20ac");
        Assert.Equal("0x1", line.Fid);
    }

    [Fact]
    public void A_line_over_the_limit_is_not_taken()
    {
        string longest = Canonical + new string(' ', LineText.MaxBytes - Canonical.Length);
        Assert.Equal(LineError.None, ActionLine.TryParse(Encoding.UTF8.GetBytes(longest), out _));
        Assert.Equal(LineError.TooLong, ActionLine.TryParse(Encoding.UTF8.GetBytes(longest + " "), out _));
    }

    [Fact]
    public void Zeros_of_glibc_and_of_the_kernel_are_the_same()
    {
        ActionFields kernel = ActionFields.Parse("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED flags=0x0 gid=0x0 extent=0x0-0x0 compound/cookie=0x0/0x0");
        ActionFields glibc = ActionFields.Parse("idx=1/2 fid=0x1 action=ARCHIVE status=STARTED flags=0 gid=0 extent=0-0 compound/cookie=0/0");
        Assert.Equal(kernel, glibc with { Raw = kernel.Raw });
    }
}
