using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class SuggestionTests
{
    private static readonly string[] Words = ["topics", "info", "append", "tail", "read", "trim", "verify"];

    [Theory]
    [InlineData("topcis", "topics")]
    [InlineData("topic", "topics")]
    [InlineData("taill", "tail")]
    [InlineData("veriyf", "verify")]
    [InlineData("trin", "trim")]
    public void A_slip_of_the_hand_is_recognised(string word, string meant) => Assert.Equal(meant, Suggestion.For(word, Words));

    [Theory]
    [InlineData("")]
    [InlineData("ship")]
    [InlineData("delete")]
    public void Another_word_is_not(string word) => Assert.Null(Suggestion.For(word, Words));

    [Fact]
    public void A_very_long_word_is_not_compared() => Assert.Null(Suggestion.For(new string('a', 100_000), [new string('a', 100_000)]));
}
