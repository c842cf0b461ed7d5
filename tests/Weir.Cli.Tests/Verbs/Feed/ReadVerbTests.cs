using System.Text.Json;
using Weir.Feed;

namespace Weir.Cli.Tests.Verbs.Feed;

public sealed class ReadVerbTests : FeedFixture
{
    [Fact]
    public async Task Without_a_place_everything_is_read_in_order()
    {
        string[] ids = await FillAsync("t", 100);
        Assert.Equal(100, ids.Length);
        Assert.Equal(ids.Select(id => RecordId.Parse(id)).Order(), ids.Select(id => RecordId.Parse(id)));
    }

    [Fact]
    public async Task A_stretch_includes_both_its_ends()
    {
        string[] ids = await FillAsync("t", 10);
        Assert.Equal(ids[3..7], await IdsAsync("--from", ids[3], "--to", ids[6]));
        Assert.Equal(ids[3..5], await IdsAsync("--from", ids[3], "--count", "2"));
        Assert.Equal(ids[9..], await IdsAsync("--from", "last"));
        Assert.Empty(await IdsAsync("--from", "end"));
        Assert.Empty(await IdsAsync("--count", "0"));
        Assert.Empty(await IdsAsync("--to", "1-0"));
        // The millisecond alone means all of its records, at either end.
        string milliseconds = ids[0].Split('-')[0];
        Assert.Equal(ids.Where(id => id.StartsWith(milliseconds + "-", StringComparison.Ordinal)), await IdsAsync("--from", milliseconds, "--to", milliseconds));
    }

    [Fact]
    public async Task Times_are_places()
    {
        string[] ids = await FillAsync("t", 3);
        DateTime first = RecordId.Parse(ids[0]).Time.UtcDateTime;
        string before = first.AddSeconds(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"), after = first.AddSeconds(10).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");
        Assert.Equal(ids, await IdsAsync("--from", before, "--to", after));
        Assert.Empty(await IdsAsync("--from", after));
        Assert.Equal(ids, await IdsAsync("--from", "1h"));
        Assert.Empty(await IdsAsync("--to", "1h"));
        Assert.Equal(ids, await IdsAsync("--from", "2001-02-03"));
    }

    [Fact]
    public async Task Only_the_wanted_types_are_printed_and_counted()
    {
        await FillAsync("t", 3, "A");
        await FillAsync("t", 2, "B");
        await FillAsync("t", 2, "C");
        Assert.Equal(["B", "B", "C"], (await RunAsync("feed", "read", "t", "--type", "B", "--type", "C", "--count", "3")).Lines.Select(line => line.Split('\t')[1]));
    }

    [Fact]
    public async Task As_JSON_a_record_is_a_CloudEvent()
    {
        await RunAsync("feed", "append", "hsm:a b", "--type", "NEW", "--source", "elm-MDT0000", "--subject", "0x1:0x2:0x0", "{\"é\": [1.50, \"<\"]}");
        Outcome outcome = await RunAsync("feed", "read", "hsm:a b", "--json");
        using JsonDocument json = JsonDocument.Parse(Assert.Single(outcome.Lines));
        var members = json.RootElement.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetRawText());
        RecordId id = RecordId.Parse(json.RootElement.GetProperty("id").GetString());
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["specversion"] = "\"1.0\"",
                ["id"] = $"\"{id}\"",
                ["source"] = "\"/topics/hsm:a%20b\"",
                ["type"] = "\"io.weir.hsm.NEW\"",
                ["subject"] = "\"0x1:0x2:0x0\"",
                ["time"] = $"\"{id.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\"",
                ["recordsource"] = "\"elm-MDT0000\"",
                ["datacontenttype"] = "\"application/json\"",
                ["data"] = "{\"é\": [1.50, \"<\"]}",
            },
            members);
    }

    [Fact]
    public async Task Empty_members_are_left_out_of_a_CloudEvent()
    {
        await RunAsync("feed", "append", "audit", "--type", "LOGIN", "{}");
        using JsonDocument json = JsonDocument.Parse((await RunAsync("feed", "read", "audit", "--json")).Out);
        Assert.Equal("io.weir.audit.LOGIN", json.RootElement.GetProperty("type").GetString());
        Assert.False(json.RootElement.TryGetProperty("subject", out _));
        Assert.False(json.RootElement.TryGetProperty("recordsource", out _));
    }

    [Fact]
    public async Task Data_over_several_lines_stays_on_one()
    {
        await RunAsync("feed", "append", "t", "--type", "N", "{\n  \"a\": 1,\r\n\t\"b\": [ 2 ]\n}");
        Assert.EndsWith("\t{   \"a\": 1,   \"b\": [ 2 ] }\n", (await RunAsync("feed", "read", "t")).Out);
        Assert.EndsWith("\"data\":{\"a\":1,\"b\":[2]}}\n", (await RunAsync("feed", "read", "t", "--json")).Out);
    }

    [Fact]
    public async Task A_terminal_is_never_sent_what_it_would_obey()
    {
        await RunAsync("feed", "append", "t", "--type", "\e[2J", "--source", "a\u009b2Jb", "--subject", "é\u007f\u00a0", "{\"a\":\"\u0085é\"}");
        string line = (await RunAsync("feed", "read", "t")).Out;
        Assert.EndsWith("\t\\u001b[2J\ta\\u009b2Jb\té\\u007f\u00a0\t{\"a\":\"\\u0085é\"}\n", line);
    }

    [Fact]
    public async Task Damage_is_reported_and_everything_around_it_read()
    {
        string[] ids = await FillAsync("t", 20);
        FlipBit(Segment("t"), "{\"n\":7}");
        Outcome outcome = await RunAsync("feed", "read", "t");
        Assert.Equal(3, outcome.ExitCode);
        Assert.Equal(ids.Where((_, index) => index != 6), outcome.Lines.Select(line => line.Split('\t')[0]));
        Assert.StartsWith($"weir: warning: topic 't': record {ids[6]} after {ids[5]} and before {ids[7]} cannot be read: ", outcome.Error);
    }

    [Theory]
    [InlineData("feed read t --from yesterday", 2, "--from: 'yesterday' is not a record id, a time (2026-01-31T12:00:00Z), or how long ago (2h), first, last or end.")]
    [InlineData("feed read t --to last", 2, "--to: 'last' is not a record id, a time (2026-01-31T12:00:00Z), or how long ago (2h).")]
    [InlineData("feed read t --count -1", 2, "--count: -1 is less than 0.")]
    [InlineData("feed read tt", 1, "There is no topic 'tt' in ")]
    [InlineData("feed read t --feed file:/nowhere/at/all", 1, "There is no feed in /nowhere/at/all; the first append makes one.")]
    [InlineData("feed read t --feed /nowhere", 2, "--feed: '/nowhere' is not a feed URL; did you mean 'file:/nowhere'?")]
    [InlineData("feed read t --feed redis://u:secret@h:x", 2, "--feed: 'h:x' is not host or host:port; ")]
    [InlineData("feed verify --feed redis://u:secret@h", 1, "redis://h:6379 is no feed in a directory; this is for file:DIR only.")]
    public async Task What_cannot_be_read_is_said(string line, int exitCode, string message)
    {
        await FillAsync("t", 1);
        Outcome outcome = await RunAsync(line.Split(' '));
        Assert.Equal((exitCode, ""), (outcome.ExitCode, outcome.Out));
        Assert.StartsWith($"weir: {message}", outcome.Error);
    }

    private static void FlipBit(string file, string at)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(at)) + 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }

    private async Task<string[]> IdsAsync(params string[] options)
    {
        Outcome outcome = await RunAsync(["feed", "read", "t", .. options]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        return [.. outcome.Lines.Select(line => line.Split('\t')[0])];
    }
}
