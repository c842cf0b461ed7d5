using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Feed;

public sealed class TopicVerbTests : FeedFixture
{
    [Fact]
    public async Task Topics_lists_what_each_topic_holds()
    {
        string[] a = await FillAsync("hsm:a", 3), b = await FillAsync("hsm:b", 12);
        await FillAsync("other", 1);
        string[][] rows = [.. (await RunAsync("feed", "topics", "hsm:")).Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(["TOPIC", "RECORDS", "FIRST", "LAST", "BYTES"], rows[0]);
        Assert.Equal(["hsm:a", "3", a[0], a[2]], rows[1][..4]);
        Assert.Equal(["hsm:b", "12", b[0], b[11]], rows[2][..4]);
        Assert.Equal(3, rows.Length);
        Assert.Equal(4, (await RunAsync("feed", "topics")).Lines.Length);
    }

    [Fact]
    public async Task Topics_as_JSON_is_a_line_per_topic()
    {
        string[] ids = await FillAsync("t", 3);
        await RunAsync("feed", "trim", "t", "--below", "9999999999999-0");
        using JsonDocument json = JsonDocument.Parse(Assert.Single((await RunAsync("feed", "topics", "--json")).Lines));
        Assert.Equal(("t", 0), (json.RootElement.GetProperty("topic").GetString(), json.RootElement.GetProperty("records").GetInt32()));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("first_id").ValueKind);
        Assert.Equal(ids[2], json.RootElement.GetProperty("last_id").GetString());
    }

    [Fact]
    public async Task Info_tells_the_ends_with_their_times_and_what_an_append_guarantees()
    {
        string[] ids = await FillAsync("t", 2);
        Outcome outcome = await RunAsync("feed", "info", "t");
        Assert.Matches($@"\nfirst +{ids[0]} \(\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ\)\n", outcome.Out);
        Assert.Matches(@"\ndurability +fsync before acknowledgement", outcome.Out);
        using JsonDocument json = JsonDocument.Parse((await RunAsync("feed", "info", "t", "--json")).Out);
        Assert.Equal(2, json.RootElement.GetProperty("records").GetInt32());
        Assert.Equal(0, json.RootElement.GetProperty("consumers").GetArrayLength());
    }

    [Fact]
    public async Task A_mistyped_topic_is_not_there_and_the_likely_one_is_named()
    {
        await FillAsync("hsm:sources", 1);
        Outcome outcome = await RunAsync("feed", "info", "hsm:source");
        Assert.Equal((1, $"weir: There is no topic 'hsm:source' in file:{FeedDirectory}; did you mean 'hsm:sources'?\n"), (outcome.ExitCode, outcome.Error));
    }

    [Fact]
    public async Task Trim_removes_what_is_older_and_keeps_the_record_at_the_place()
    {
        string[] ids = await FillAsync("t", 10);
        Outcome outcome = await RunAsync("feed", "trim", "t", "--below", ids[4]);
        Assert.Equal((0, $"t: 6 records left, from {ids[4]} on\n"), (outcome.ExitCode, outcome.Out));
        Assert.Equal(ids[4..], (await RunAsync("feed", "read", "t")).Lines.Select(line => line.Split('\t')[0]));
        Assert.Equal("t: 6 records left, from " + ids[4] + " on\n", (await RunAsync("feed", "trim", "t", "--below", ids[2])).Out);
        Assert.Equal("t: 6 records left, from " + ids[4] + " on\n", (await RunAsync("feed", "trim", "t", "--below", "1h")).Out);
        Assert.Equal("t: 0 records left\n", (await RunAsync("feed", "trim", "t", "--below", "0s")).Out);
    }

    [Fact]
    public async Task A_feed_of_a_newer_version_is_refused_by_every_verb()
    {
        await FillAsync("t", 1);
        string text = "weir-feed 2";
        await File.WriteAllTextAsync(
            Path.Combine(FeedDirectory, "FORMAT"), $"{text} {Weir.Feed.Crc32C.Compute(System.Text.Encoding.ASCII.GetBytes(text)):x8}\n", TestContext.Current.CancellationToken);
        foreach (string line in (string[])["topics", "info t", "read t", "tail t --once", "append t --type N {}", "trim t --below 1h", "verify"])
        {
            Outcome outcome = await RunAsync(["feed", .. line.Split(' ')]);
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("has format 2; this program knows formats up to 1.", outcome.Error, StringComparison.Ordinal);
        }
    }
}
