using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Feed;

namespace Weir.Cli.Tests.Verbs.Feed;

public sealed class AppendVerbTests : FeedFixture
{
    [Fact]
    public async Task A_record_is_appended_and_its_id_printed()
    {
        Outcome outcome = await RunAsync("feed", "append", "site:notes", "--type", "NOTE", "--source", "ops", "--subject", "library 1", "{\"text\": \"back\"}");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        string id = Assert.Single(outcome.Lines);
        Assert.True(RecordId.TryParse(id, out _));
        Assert.Equal($"{id}\tNOTE\tops\tlibrary 1\t{{\"text\": \"back\"}}\n", (await RunAsync("feed", "read", "site:notes")).Out);
    }

    [Fact]
    public async Task Each_line_of_standard_input_is_a_record_and_the_last_id_is_printed()
    {
        Terminal.Input = "{\"n\":1}\n\n  \t\n{\"n\":2}\r\n{\"n\":3}"u8.ToArray();
        Outcome outcome = await RunAsync("feed", "append", "t", "-", "--type", "N");
        string[] records = (await RunAsync("feed", "read", "t")).Lines;
        Assert.Equal(["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"], records.Select(line => line.Split('\t')[4]));
        Assert.Equal(records[2].Split('\t')[0] + "\n", outcome.Out);
    }

    [Theory]
    [InlineData("durable")]
    [InlineData("buffered")]
    public async Task What_was_appended_can_be_read_when_the_verb_has_ended(string durability)
    {
        Terminal.Input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":\"b\"}\n", 50_000)));
        Outcome outcome = await RunAsync("feed", "append", "t", "--type", "N", "--durability", durability, "--json");
        using JsonDocument json = JsonDocument.Parse(outcome.Out);
        Assert.Equal(("t", 50_000), (json.RootElement.GetProperty("topic").GetString(), json.RootElement.GetProperty("records").GetInt32()));
        string[] records = (await RunAsync("feed", "read", "t")).Lines;
        Assert.Equal(50_000, records.Length);
        Assert.Equal(json.RootElement.GetProperty("last_id").GetString(), records[^1].Split('\t')[0]);
    }

    [Fact]
    public async Task At_a_line_that_is_no_record_it_stops_and_says_what_stays_appended()
    {
        Terminal.Input = "{\"n\":1}\n{\"n\":2}\n{\"n\":\n{\"n\":4}\n"u8.ToArray();
        Outcome outcome = await RunAsync("feed", "append", "t", "--type", "N");
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Out));
        Assert.StartsWith("weir: line 3 cannot be a record's data: it is not valid JSON: ", outcome.Error);
        Assert.EndsWith("; 2 records before it were appended\n", outcome.Error);
        Assert.Equal(2, (await RunAsync("feed", "read", "t")).Lines.Length);
    }

    [Theory]
    [InlineData("[1]", "it is not a JSON object")]
    [InlineData("5", "it is not a JSON object")]
    [InlineData("{}{}", "it is not valid JSON")]
    [InlineData("{} x", "it is not valid JSON")]
    [InlineData("{\"a\":1,}", "it is not valid JSON")]
    [InlineData("", "it is not valid JSON")]
    public async Task Data_must_be_one_JSON_object(string data, string reason)
    {
        Outcome outcome = await RunAsync("feed", "append", "t", "--type", "N", data);
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Out));
        Assert.StartsWith($"weir: DATA cannot be a record's data: {reason}", outcome.Error);
        Assert.False(Directory.Exists(FeedDirectory));
    }

    [Fact]
    public async Task Data_must_be_UTF8_and_not_deeper_than_JSON_readers_go()
    {
        Terminal.Input = [.. "{\"a\":\""u8, 0xff, .. "\"}\n"u8];
        Assert.Contains("it is not valid UTF-8", (await RunAsync("feed", "append", "t", "--type", "N")).Error, StringComparison.Ordinal);
        Terminal.Input = Encoding.UTF8.GetBytes("{\"a\":" + new string('[', 100_000));
        Assert.Contains("it is not valid JSON", (await RunAsync("feed", "append", "t", "--type", "N")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_refused_before_it_fills_the_memory()
    {
        byte[] endless = new byte[RecordLimits.MaxBodyBytes * 3];
        Array.Fill(endless, (byte)'x');
        Terminal.Input = endless;
        Outcome outcome = await RunAsync("feed", "append", "t", "--type", "N");
        Assert.Equal((1, "weir: line 1 is longer than 16777216 bytes, the most a record may have\n"), (outcome.ExitCode, outcome.Error));
    }

    [Fact]
    public async Task The_largest_record_goes_in_and_comes_out()
    {
        string data = "{\"a\":\"" + new string('x', RecordLimits.MaxBodyBytes - 9) + "\"}";
        Terminal.Input = Encoding.UTF8.GetBytes(data);
        Assert.Equal(0, (await RunAsync("feed", "append", "t", "--type", "N")).ExitCode);
        Assert.Equal(data, (await RunAsync("feed", "read", "t")).Out.TrimEnd('\n').Split('\t')[4]);
        Terminal.Input = Encoding.UTF8.GetBytes(data.Replace("a", "ab", StringComparison.Ordinal));
        Assert.Contains("has 16777217 bytes, and a record may have 16777216", (await RunAsync("feed", "append", "t", "--type", "N")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("feed append t {}", "Option '--type' is required.")]
    [InlineData("feed append t {} --type N --durability soon", "--durability: 'soon' is neither durable nor buffered.")]
    [InlineData("feed append  {} --type N", "a topic's name cannot be empty.")]
    [InlineData("feed append t\t {} --type N", "The topic name 't%09' has control characters.")]
    public async Task A_wrong_command_line_appends_nothing(string line, string message)
    {
        Outcome outcome = await RunAsync(line.Split(' '));
        Assert.Equal(2, outcome.ExitCode);
        Assert.StartsWith($"weir: {message}\n", outcome.Error);
        Assert.False(Directory.Exists(FeedDirectory));
    }

    [Fact]
    public async Task A_topic_that_another_process_writes_is_not_written()
    {
        await FillAsync("t", 1);
        string lockFile = Path.Combine(FeedDirectory, "topics", "t", "lock");
        using System.Diagnostics.Process holder = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("flock", [lockFile, "sh", "-c", "echo held; read line"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Outcome outcome = await RunAsync("feed", "append", "t", "--type", "N", "{}");
        await holder.StandardInput.WriteLineAsync();
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"weir: Topic 't' is being written by "), outcome.Error);
        Assert.Single((await RunAsync("feed", "read", "t")).Lines);
    }
}
