namespace Weir.Feed.Redis.Tests;

public sealed class RedisUrlTests
{
    [Theory]
    [InlineData("redis://h", RedisMode.Single, "h:6379", 0, false)]
    [InlineData("redis://h:7000/12", RedisMode.Single, "h:7000", 12, false)]
    [InlineData("rediss://[::1]:7000/", RedisMode.Single, "[::1]:7000", 0, true)]
    [InlineData("REDIS://h", RedisMode.Single, "h:6379", 0, false)]
    [InlineData("redis-sentinel://a,b:1/elm/3", RedisMode.Sentinel, "a:26379 b:1", 3, false)]
    [InlineData("redis-cluster://a,b:1,c", RedisMode.Cluster, "a:6379 b:1 c:6379", 0, false)]
    [InlineData("redis://a?mode=cluster", RedisMode.Cluster, "a:6379", 0, false)]
    [InlineData("rediss-cluster://a/0", RedisMode.Cluster, "a:6379", 0, true)]
    public void An_address_names_servers_mode_and_database(string text, RedisMode mode, string servers, int database, bool useTls)
    {
        RedisUrl url = RedisUrl.Parse(text);
        Assert.Equal((mode, servers, database, useTls), (url.Mode, string.Join(' ', url.Endpoints), url.Database, url.UseTls));
    }

    [Fact]
    public void User_password_and_master_are_percent_decoded()
    {
        RedisUrl url = RedisUrl.Parse("redis-sentinel://us%40er:p%3Aa%2Fss@h/my%20master?sentinel_password=x%26y&sentinel_user=s");
        Assert.Equal(("us@er", "p:a/ss", "my master", "x&y", "s"), (url.User, url.Password, url.Master, url.SentinelPassword, url.SentinelUser));
        url = RedisUrl.Parse("redis://:secret@h");
        Assert.Equal((null, "secret"), (url.User, url.Password));
        Assert.Equal(("only", null), (RedisUrl.Parse("redis://only@h").User, RedisUrl.Parse("redis://only@h").Password));
    }

    [Fact]
    public void Parameters_are_read()
    {
        RedisUrl url = RedisUrl.Parse("rediss://h?wait=2&action_prefix=site%3Ahsm&ca=%2Fca.pem&cert=c.pem&key=k.pem");
        Assert.Equal((2, "site:hsm", "/ca.pem", "c.pem", "k.pem"), (url.WaitReplicas, url.ActionPrefix, url.AuthorityFile, url.CertificateFile, url.KeyFile));
    }

    [Theory]
    [InlineData("redis://user:geheim@h:1/2", "redis://h:1/2")]
    [InlineData("redis-sentinel://u:geheim@a,b/elm/3?sentinel_password=geheim", "redis-sentinel://a:26379,b:26379/elm/3")]
    [InlineData("rediss://:gehe@im:geheim@h", "rediss://h:6379")]
    public void The_address_is_shown_without_passwords(string text, string shown) => Assert.Equal(shown, RedisUrl.Parse(text).ToString());

    [Theory]
    [InlineData("http://h", "redis://[user:pass@]host")]
    [InlineData("redis://", "''")]
    [InlineData("redis://h:0", "'h:0'")]
    [InlineData("redis://h:65536", "'h:65536'")]
    [InlineData("redis://h:x", "'h:x'")]
    [InlineData("redis://h:", "'h:'")]
    [InlineData("redis://[::1", "'[::1'")]
    [InlineData("redis://::1", "'::1'")]
    [InlineData("redis://a,b", "names one server")]
    [InlineData("redis://h/x", "database")]
    [InlineData("redis://h/-1", "database")]
    [InlineData("redis://h/1/2", "database")]
    [InlineData("redis-cluster://h/1", "database 0 only")]
    [InlineData("redis-sentinel://h", "names the master")]
    [InlineData("redis://h?wiat=1", "'wiat'")]
    [InlineData("redis://h?wait=x", "'wait'")]
    [InlineData("redis://h?ca=x", "rediss://")]
    [InlineData("rediss://h?cert=x", "belong together")]
    public void What_is_wrong_with_an_address_is_said(string text, string part)
    {
        var refused = Assert.Throws<FormatException>(() => RedisUrl.Parse(text));
        Assert.Contains(part, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://u:geheim@h:x/")]
    [InlineData("redis://u:geh/eim@h:x")]
    [InlineData("redis://u:geheim@h/x")]
    [InlineData("redis://u:geheim@a,b")]
    [InlineData("rediss://u:geheim@h?cert=a")]
    [InlineData("redis-sentinel://u:geheim@h?sentinel_password=geheim")]
    [InlineData("redis-sentinel://u:geheim@h/m?sentinel_passwort=geheim")]
    public void A_refusal_shows_no_password(string text) =>
        Assert.DoesNotContain("geheim", Assert.Throws<FormatException>(() => RedisUrl.Parse(text)).Message, StringComparison.Ordinal);
}
