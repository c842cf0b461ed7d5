using FsCheck;
using FsCheck.Fluent;

namespace Weir.Feed.Tests.Records;

public sealed class TopicNameTests
{
    [Fact]
    public void Every_name_is_read_back_from_its_file_name() => Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true), Prop.ForAll<NonEmptyString>(static name =>
    {
        // Names are Unicode text; lone surrogates have no UTF-8 form.
        string text = name.Get.Replace("\uFFFD", "", StringComparison.Ordinal);
        if (text.Length == 0 || text.Any(char.IsSurrogate)) return true;
        string escaped = TopicName.Escape(text);
        return TopicName.Unescape(escaped) == text && escaped.All(c => char.IsAsciiLetterOrDigit(c) || "-_:.@%".Contains(c)) && escaped[0] != '.';
    }));

    [Theory]
    [InlineData("a%2")]
    [InlineData("a%")]
    [InlineData("%zz")]
    [InlineData("%61")]
    [InlineData("%e4")]
    [InlineData("%E4")]
    [InlineData("a b")]
    [InlineData(".a")]
    [InlineData("")]
    [InlineData("ä")]
    public void A_file_name_that_no_name_has_is_nobodys(string escaped) => Assert.Null(TopicName.Unescape(escaped));

    [Fact]
    public void The_refusal_of_a_name_does_not_repeat_its_control_characters()
    {
        var refused = Assert.Throws<ArgumentException>(() => TopicName.ThrowIfInvalid("a\u001b[31m"));
        Assert.DoesNotContain('\u001b', refused.Message);
    }
}
