using Weir.Lustre.Changelog;

namespace Weir.Lustre.Tests.Changelog;

public sealed class ChangelogUsersTests
{
    [Fact]
    public void The_present_form_tells_names_idle_times_and_masks()
    {
        Assert.True(ChangelogUsers.TryParse(
            "current_index: 1234\nID                            index (idle) mask\ncl1-robin                      1200 (35) mask=CREAT,UNLNK,HSM\ncl2                            1234 (0)\n"u8,
            out ChangelogUsers users, out int skipped));
        Assert.Equal((1234UL, 0, 2), (users.CurrentIndex, skipped, users.Users.Count));
        ChangelogUser robin = users.Find("cl1")!;
        Assert.Equal(("cl1-robin", 1200UL, 35L), (robin.Id, robin.Index, robin.IdleSeconds));
        Assert.True(robin.Mask!.Value.Contains(ChangelogType.Unlink) && !robin.Mask.Value.Contains(ChangelogType.Rename));
        Assert.Null(users.Find("cl2-x")!.Mask);
        Assert.Null(users.Find("cl3"));
    }

    [Theory]
    [InlineData("current index: 7\nID    index\ncl3   5\n")]
    [InlineData("mdd.testfs-MDT0000.changelog_users=\ncurrent index: 7\nID    index (idle seconds)\ncl3   5 (12)\n")]
    public void Older_forms_are_read(string file)
    {
        Assert.True(ChangelogUsers.TryParse(System.Text.Encoding.ASCII.GetBytes(file), out ChangelogUsers users, out int skipped));
        Assert.Equal((7UL, 0, 5UL), (users.CurrentIndex, skipped, Assert.Single(users.Users).Index));
    }

    [Fact]
    public void What_is_no_user_is_counted_and_left_out()
    {
        Assert.True(ChangelogUsers.TryParse("current_index: 7\ncl 5\ncl1 x\nclx 5\n\u0001cl4 4\ncl5 9\n"u8, out ChangelogUsers users, out int skipped));
        Assert.Equal((4, "cl5"), (skipped, Assert.Single(users.Users).Id));
        Assert.False(ChangelogUsers.TryParse("cl5 9\n"u8, out _, out _));
    }

    [Theory]
    [InlineData("CREAT,unlnk", "CREAT,UNLNK")]
    [InlineData("0x3", "MARK,CREAT")]
    [InlineData("HSM CLOSE", "CLOSE,HSM")]
    public void A_mask_is_read_by_names_or_bits(string text, string names)
    {
        Assert.True(ChangelogMask.TryParse(text, out ChangelogMask mask, out _));
        Assert.Equal(names, mask.ToString());
    }

    [Fact]
    public void A_mask_adds_and_removes()
    {
        Assert.True(ChangelogMask.TryParse("+OPEN,-CLOSE", out ChangelogMask mask, out _));
        Assert.Equal(new ChangelogMask(0x77_fbff | 1 << 10 & ~(1 << 11)).Bits & ~(1UL << 11), mask.Bits);
        Assert.False(ChangelogMask.TryParse("CREAT,FOO", out _, out string problem));
        Assert.StartsWith("'FOO' is not a record type", problem);
        Assert.False(ChangelogMask.TryParse("", out _, out _));
    }
}
