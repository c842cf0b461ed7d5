using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Feed;

public sealed class ConsumerVerbTests : FeedFixture
{
    [Fact]
    public async Task A_consumer_is_registered_reads_acknowledges_and_is_forgotten()
    {
        await AppendAsync("t", 1);
        Assert.Equal(0, (await RunAsync("feed", "register", "c", "t", "u:*", "--start", "first")).ExitCode);
        await AppendAsync("t", 2);
        await AppendAsync("u:1", 3);
        Assert.Equal(3, Only(await RunAsync("feed", "consumers", "c", "--json")).GetProperty("records").GetInt32());

        Outcome peek = await RunAsync("feed", "read", "--consumer", "c", "--no-ack");
        Outcome first = await RunAsync("feed", "read", "--consumer", "c", "--count", "1");
        Outcome rest = await RunAsync("feed", "read", "--consumer", "c");
        Assert.Equal(3, peek.Lines.Length);
        Assert.Equal(peek.Lines.Order(), first.Lines.Concat(rest.Lines).Order());
        Assert.Empty((await RunAsync("feed", "read", "--consumer", "c")).Lines);
        Assert.Equal(0, Only(await RunAsync("feed", "consumers", "--json")).GetProperty("records").GetInt32());

        Assert.Equal(0, (await RunAsync("feed", "unregister", "c")).ExitCode);
        Outcome gone = await RunAsync("feed", "unregister", "c");
        Assert.Equal((1, ""), (gone.ExitCode, gone.Out));
        Assert.Contains("no consumer 'c'", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_names_positions_and_what_is_available()
    {
        await RunAsync("feed", "register", "c", "t", "--start", "first", "--filter", "type=N uid=5", "--abort-timeout", "never", "--abort-records", "7", "--abort-bytes", "2GiB", "--coalesce");
        string[] ids = [await AppendAsync("t", 1), await AppendAsync("t", 2), await AppendAsync("t", 3)];
        Assert.Equal(0, (await RunAsync("feed", "ack", "c", "t", ids[0])).ExitCode);
        JsonElement consumer = Only(await RunAsync("feed", "consumers", "--json"));
        Assert.Equal(
            ("active", "type=N uid=5", "first", JsonValueKind.Null, 7L, 2L << 30, true, 2),
            (consumer.GetProperty("state").GetString(), consumer.GetProperty("filter").GetString(), consumer.GetProperty("start").GetString(),
                consumer.GetProperty("abort_timeout").ValueKind, consumer.GetProperty("abort_records").GetInt64(), consumer.GetProperty("abort_bytes").GetInt64(),
                consumer.GetProperty("coalesce").GetBoolean(), consumer.GetProperty("records").GetInt32()));
        JsonElement topic = Assert.Single(consumer.GetProperty("backlog").EnumerateArray());
        Assert.Equal(
            ("t", ids[0], ids[1], ids[2], 2),
            (topic.GetProperty("topic").GetString(), topic.GetProperty("position").GetString(), topic.GetProperty("first_id").GetString(),
                topic.GetProperty("last_id").GetString(), topic.GetProperty("records").GetInt32()));
        Outcome table = await RunAsync("feed", "consumers");
        Assert.Equal(0, table.ExitCode);
        Assert.Matches("^CONSUMER +STATE +RECORDS +BYTES +SECONDS +SEEN +TOPICS\nc +active +2 ", table.Out);
    }

    [Fact]
    public async Task The_future_and_what_is_no_id_are_not_acknowledged()
    {
        await RunAsync("feed", "register", "c", "t");
        string id = await AppendAsync("t", 1);
        Outcome future = await RunAsync("feed", "ack", "c", "t", "99999999999999-0");
        Assert.Equal(1, future.ExitCode);
        Assert.Contains(id, future.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("feed", "ack", "c", "t", "yesterday")).ExitCode);
        Assert.Equal(1, (await RunAsync("feed", "ack", "nobody", "t", id)).ExitCode);
        Assert.Equal(1, (await RunAsync("feed", "ack", "c", "other", id)).ExitCode);
    }

    [Theory]
    [InlineData("register", "c")]
    [InlineData("register", "", "t")]
    [InlineData("register", "c", "t", "--filter", "colour=red")]
    [InlineData("register", "c", "t", "--start", "somewhere")]
    [InlineData("register", "c", "t", "--abort-timeout", "soon")]
    [InlineData("register", "c", "t", "--abort-records", "-1")]
    [InlineData("register", "c", "t", "--abort-bytes", "9999999999TiB")]
    [InlineData("read")]
    [InlineData("read", "t", "--consumer", "c")]
    [InlineData("read", "--consumer", "c", "--from", "first")]
    [InlineData("read", "t", "--follow")]
    [InlineData("read", "t", "--filter", "uid=root")]
    [InlineData("tail", "t", "--filter", "uid=root")]
    public async Task Wrong_usage_is_told_apart(params string[] words)
    {
        await AppendAsync("t", 1);
        Outcome outcome = await RunAsync(["feed", .. words]);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Out));
        Assert.NotEmpty(outcome.Error);
    }

    [Fact]
    public async Task A_filter_chooses_what_is_printed()
    {
        await AppendAsync("t", 1);
        await AppendAsync("t", 2);
        Assert.Single((await RunAsync("feed", "read", "t", "--filter", "data.n=2")).Lines);
        Assert.Single((await RunAsync("feed", "tail", "t", "--once", "--from", "first", "--filter", "data.n=2")).Lines);
        Assert.Empty((await RunAsync("feed", "read", "t", "--filter", "type=OTHER")).Lines);
    }

    private async Task<string> AppendAsync(string topic, int n)
    {
        Outcome outcome = await RunAsync("feed", "append", topic, "--type", "N", $"{{\"n\":{n}}}");
        Assert.Equal(0, outcome.ExitCode);
        return Assert.Single(outcome.Lines);
    }

    private static JsonElement Only(Outcome outcome)
    {
        Assert.Equal(0, outcome.ExitCode);
        using JsonDocument json = JsonDocument.Parse(Assert.Single(outcome.Lines));
        return json.RootElement.Clone();
    }
}
