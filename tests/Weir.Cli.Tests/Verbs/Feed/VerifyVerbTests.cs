using System.Text;
using System.Text.Json;

namespace Weir.Cli.Tests.Verbs.Feed;

public sealed class VerifyVerbTests : FeedFixture
{
    [Fact]
    public async Task A_feed_in_order_is_said_to_be_so()
    {
        await FillAsync("a", 3);
        await FillAsync("b", 5);
        Outcome outcome = await RunAsync("feed", "verify");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Equal(2, outcome.Lines.Length);
        Assert.Matches("^a: 3 intact records, [0-9]+ bytes, in order$", outcome.Lines[0]);
        Assert.Matches("^b: 5 intact records, [0-9]+ bytes, in order$", outcome.Lines[1]);
    }

    [Fact]
    public async Task A_flipped_bit_names_its_record_and_nothing_else()
    {
        string[] ids = await FillAsync("a", 10);
        await FillAsync("b", 1);
        byte[] bytes = await File.ReadAllBytesAsync(Segment("a"), TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf("{\"n\":4}"u8) + 5] ^= 4;
        await File.WriteAllBytesAsync(Segment("a"), bytes, TestContext.Current.CancellationToken);

        Outcome text = await RunAsync("feed", "verify");
        Assert.Equal(3, text.ExitCode);
        Assert.Equal(3, text.Lines.Length);
        Assert.StartsWith($"damaged-record: a: record {ids[3]}, after {ids[2]}, before {ids[4]}, ", text.Lines[0]);
        Assert.Matches("^a: 9 intact records, [0-9]+ bytes, 1 problems$", text.Lines[1]);

        Outcome asJson = await RunAsync("feed", "verify", "a", "--json");
        using JsonDocument json = JsonDocument.Parse(Assert.Single(asJson.Lines));
        JsonElement finding = Assert.Single(json.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal(
            ("damaged-record", true, true, ids[3], ids[2], ids[4]),
            (finding.GetProperty("kind").GetString(), finding.GetProperty("problem").GetBoolean(), finding.GetProperty("lost").GetBoolean(),
                finding.GetProperty("record").GetString(), finding.GetProperty("after").GetString(), finding.GetProperty("before").GetString()));
        Assert.Equal((3, 9), (asJson.ExitCode, json.RootElement.GetProperty("records").GetInt32()));
    }

    [Fact]
    public async Task A_stray_file_is_told_and_is_no_problem()
    {
        await FillAsync("a", 1);
        await File.WriteAllTextAsync(Path.Combine(FeedDirectory, "topics", "a", "notes.txt"), "", TestContext.Current.CancellationToken);
        Outcome outcome = await RunAsync("feed", "verify");
        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("unknown-file: a: ", outcome.Lines[0]);
        Assert.EndsWith("in order", outcome.Lines[1]);
    }

    [Fact]
    public async Task A_damaged_format_file_is_found_although_every_record_can_be_read()
    {
        await FillAsync("a", 1);
        await File.WriteAllTextAsync(Path.Combine(FeedDirectory, "FORMAT"), "weir-feed 1 00000000\n", TestContext.Current.CancellationToken);
        Outcome outcome = await RunAsync("feed", "verify");
        Assert.Equal(3, outcome.ExitCode);
        Assert.StartsWith("damaged-format: the feed: ", outcome.Lines[0]);
        Assert.Single((await RunAsync("feed", "read", "a")).Lines);
    }

    [Fact]
    public async Task A_topic_that_is_not_there_cannot_be_verified()
    {
        await FillAsync("sources", 1);
        Outcome outcome = await RunAsync("feed", "verify", "source");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("did you mean 'sources'?", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_with_an_escape_code_does_not_reach_the_terminal()
    {
        await FillAsync("a", 1);
        await File.WriteAllTextAsync(Path.Combine(FeedDirectory, "topics", "a", "\e[2J"), "", Encoding.UTF8, TestContext.Current.CancellationToken);
        Assert.DoesNotContain('\e', (await RunAsync("feed", "verify")).Out);
    }
}
