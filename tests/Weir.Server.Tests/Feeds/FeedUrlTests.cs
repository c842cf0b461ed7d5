using Weir.Server.Feeds;

namespace Weir.Server.Tests.Feeds;

public sealed class FeedUrlTests
{
    [Theory]
    [InlineData("file:/var/lib/weir/feed", "/var/lib/weir/feed")]
    [InlineData("file:///var/lib/weir/feed", "/var/lib/weir/feed")]
    [InlineData("file:feed", "feed")]
    [InlineData("file:/with space/and%20this", "/with space/and%20this")]
    public void A_directory_is_taken_as_it_is_written(string text, string directory)
    {
        FeedUrl url = FeedUrl.Parse(text);
        Assert.Equal((FeedKind.File, directory), (url.Kind, url.Directory));
    }

    [Theory]
    [InlineData("", "did you mean 'file:'?")]
    [InlineData("/var/lib/weir", "did you mean 'file:/var/lib/weir'?")]
    [InlineData("file:", "names no directory")]
    [InlineData("file://", "names no directory")]
    [InlineData("file://host/dir", "names a host")]
    [InlineData("file:/a\0b", "NUL")]
    [InlineData("http://localhost/", "'http:' is no kind of feed")]
    [InlineData("redis://", "redis://[user:pass@]host[:port][/db]")]
    [InlineData("redis://host/notanumber", "not the number of a database")]
    [InlineData("redis://host:99999/0", "redis://[user:pass@]host[:port][/db]")]
    [InlineData("redis://host/0?x=y", "'x'")]
    public void What_is_no_feed_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(FeedUrl.TryParse(text, out _, out string problem));
        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://host", "redis://host:6379")]
    [InlineData("redis://host:6380/2", "redis://host:6380/2")]
    [InlineData("redis://user:secret@host/2", "redis://host:6379/2")]
    [InlineData("redis-sentinel://:secret@a,b/elm?sentinel_password=secret", "redis-sentinel://a:26379,b:26379/elm")]
    [InlineData("rediss-cluster://user:se%40cret@host", "rediss-cluster://host:6379")]
    public void A_password_is_never_printed(string text, string printed) => Assert.Equal(printed, FeedUrl.Parse(text).ToString());

    [Fact]
    public void The_message_about_another_scheme_has_no_password() =>
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => FeedUrl.Parse("amqp://user:secret@host")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_default_is_the_system_s_for_root_and_the_user_s_own_for_others()
    {
        Assert.Equal("/var/lib/weir/feed", FeedUrl.Default(true, _ => null).Directory);
        Assert.Equal("/home/u/.local/state/weir/feed", FeedUrl.Default(false, name => name == "HOME" ? "/home/u" : null).Directory);
        Assert.Equal("/state/weir/feed", FeedUrl.Default(false, name => name == "XDG_STATE_HOME" ? "/state" : "/home/u").Directory);
        Assert.Equal("/home/u/.local/state/weir/feed", FeedUrl.Default(false, name => name == "XDG_STATE_HOME" ? "relative" : "/home/u").Directory);
    }
}
