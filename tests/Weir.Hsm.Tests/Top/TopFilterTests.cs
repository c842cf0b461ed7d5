using Weir.Hsm.Top;

namespace Weir.Hsm.Tests.Top;

public sealed class TopFilterTests
{
    [Theory]
    [InlineData("elm-MDT0000", true)]
    [InlineData("MDT0000", true)]
    [InlineData("mdt0000", true)]
    [InlineData("elm-*", true)]
    [InlineData("MDT000?", true)]
    [InlineData("MDT0001", false)]
    [InlineData("elm", false)]
    [InlineData("MDT000", false)]
    public void An_mdt_is_named_whole_or_by_what_is_behind_the_file_system(string pattern, bool matches) =>
        Assert.Equal(matches, new TopFilter(mdts: [pattern]).Matches("elm-MDT0000", "ARCHIVE", "WAITING"));

    [Fact]
    public void Of_several_patterns_one_must_match_and_of_several_kinds_all()
    {
        var filter = new TopFilter(actions: ["archive", "RESTORE"], statuses: ["wait*"]);
        Assert.True(filter.Matches("elm-MDT0000", "ARCHIVE", "WAITING"));
        Assert.True(filter.Matches("elm-MDT0000", "RESTORE", "WAITING"));
        Assert.False(filter.Matches("elm-MDT0000", "REMOVE", "WAITING"));
        Assert.False(filter.Matches("elm-MDT0000", "ARCHIVE", "STARTED"));
    }

    [Fact]
    public void Each_word_must_be_part_of_one_of_the_names()
    {
        TopFilter filter = TopFilter.All.With(["0001", "rest"]);
        Assert.True(filter.Matches("elm-MDT0001", "RESTORE", "WAITING"));
        Assert.False(filter.Matches("elm-MDT0000", "RESTORE", "WAITING"));
        Assert.False(filter.Matches("elm-MDT0001", "ARCHIVE", "STARTED"));
        Assert.True(TopFilter.All.IsAll);
        Assert.False(filter.IsAll);
    }

    [Fact]
    public void All_of_an_mdt_is_looked_at_where_nothing_else_is_asked()
    {
        Assert.True(TopFilter.All.MatchesAllOf("elm-MDT0000"));
        Assert.True(new TopFilter(mdts: ["MDT0000"]).MatchesAllOf("elm-MDT0000"));
        Assert.False(new TopFilter(mdts: ["MDT0001"]).MatchesAllOf("elm-MDT0000"));
        Assert.False(new TopFilter(statuses: ["WAITING"]).MatchesAllOf("elm-MDT0000"));
        Assert.False(TopFilter.All.With(["waiting"]).MatchesAllOf("elm-MDT0000"));
    }
}
