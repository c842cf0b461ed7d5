using Weir.Feed.Redis.Tests.Faults;

namespace Weir.Feed.Redis.Tests.Servers;

public sealed class LoginTests : FaultTest
{
    private const string Secret = "geheim";

    [Fact]
    public async Task A_password_and_a_database_are_used_and_shown_nowhere()
    {
        await using RedisServer redis = await RedisServer.StartAsync("--requirepass", Secret);
        var logger = new RecordingLogger();
        await using RedisEngine engine = Open($"redis://:{Secret}@127.0.0.1:{redis.Port}/5", logger: logger);
        await engine.AppendAsync("t", Own(1, 1), default, Cancellation);
        Assert.Equal($"redis://127.0.0.1:{redis.Port}/5", engine.Address);
        Assert.Equal("1", await redis.CommandAsync("--no-auth-warning", "-a", Secret, "-n", "5", "XLEN", "t"));
        Assert.Contains("name=weir-", await redis.CommandAsync("--no-auth-warning", "-a", Secret, "CLIENT", "LIST"), StringComparison.Ordinal);

        foreach (string login in new[] { "", ":falsch@", "wer:falsch@" })
        {
            await using RedisEngine stranger = Open($"redis://{login}127.0.0.1:{redis.Port}", patience: 30, logger: logger);
            var refused = await Assert.ThrowsAnyAsync<FeedException>(async () => await stranger.AppendAsync("t", Own(2, 1), default, Cancellation));
            Assert.Contains("user and password", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("falsch", refused.ToString(), StringComparison.Ordinal);
        }

        Assert.All(logger.Said(1101), line => Assert.False(line.Contains("falsch", StringComparison.Ordinal) || line.Contains(Secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_user_needs_no_more_rights_than_the_documentation_lists()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await redis.CommandAsync(
            "ACL", "SETUSER", "weir", "on", $">{Secret}", "~*", "+@connection", "+@transaction", "+@stream", "+evalsha", "+script|load", "+scan", "+type", "+unlink", "+role",
            "+cluster|slots");
        await using RedisEngine engine = Open($"redis://weir:{Secret}@127.0.0.1:{redis.Port}");
        await engine.AppendAsync("t", Own(1, 3), default, Cancellation);
        await engine.AppendAsync("t", Given("4", "5"), default, Cancellation);
        using (IFeedWatch watch = engine.Watch("t"))
        {
            await watch.WaitAsync(Cancellation);
            Task waiting = watch.WaitAsync(Cancellation).AsTask();
            await engine.AppendAsync("t", Given("6"), new(ExpectedLastId: (await engine.DescribeAsync("t", Cancellation))!.LastId), Cancellation);
            await waiting;
        }

        await engine.TrimAsync("t", new(2, 0), Cancellation);
        await engine.WritePositionAsync("t", "c", new(2, 0), Cancellation);
        Assert.Equal(["t"], await engine.ListTopicsAsync("", Cancellation));
        Assert.Equal(["2", "3", "4", "5", "6"], await ReadAsync(engine, "t"));
        Assert.Contains("not known", (await engine.DescribeAsync("t", Cancellation))!.Durability, StringComparison.Ordinal);
        Assert.Single(await engine.ListPositionsAsync("t", Cancellation));
        Assert.True(await engine.DeleteTopicAsync("t", Cancellation));

        await redis.CommandAsync("ACL", "SETUSER", "weir", "-evalsha", "-xadd");
        foreach (RecordBatch batch in new[] { Own(9, 1), Given("x"), Given("x", "y") })
        {
            var denied = await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.AppendAsync("t", batch, default, Cancellation));
            Assert.Contains("access list", denied.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_that_is_no_stream_is_neither_appended_to_nor_deleted()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await redis.CommandAsync("SET", "t", "somebody else's");
        await using RedisEngine engine = Open(redis.Url);
        foreach (RecordBatch batch in new[] { Own(1, 1), Given("x"), Given("x", "y") })
        {
            var refused = await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.AppendAsync("t", batch, default, Cancellation));
            Assert.Contains("of another type", refused.Message, StringComparison.Ordinal);
        }

        Assert.False(await engine.DeleteTopicAsync("t", Cancellation));
        Assert.Empty(await engine.ListTopicsAsync("", Cancellation));
        Assert.Equal("somebody else's", await redis.CommandAsync("GET", "t"));
    }

    [Fact]
    public async Task What_an_acknowledged_append_is_worth_is_told_and_warned_about_once()
    {
        (string[] Settings, string Said, bool Warns)[] cases =
        [
            (["--appendonly", "no"], "appendonly no", true), (["--appendonly", "yes", "--appendfsync", "everysec"], "appendfsync everysec", true),
            (["--appendonly", "yes", "--appendfsync", "always"], "appendfsync always", false),
        ];
        foreach ((string[] settings, string said, bool warns) in cases)
        {
            await using RedisServer redis = await RedisServer.StartAsync(settings);
            var logger = new RecordingLogger();
            await using RedisEngine engine = Open(redis.Url, logger: logger);
            await engine.AppendAsync("t", Own(1, 1), default, Cancellation);
            await engine.AppendAsync("u", Own(1, 1), default, Cancellation);
            Assert.Contains(said, (await engine.DescribeAsync("t", Cancellation))!.Durability, StringComparison.Ordinal);
            Assert.Equal(warns ? 1 : 0, logger.Said(1103).Length);
        }
    }
}
