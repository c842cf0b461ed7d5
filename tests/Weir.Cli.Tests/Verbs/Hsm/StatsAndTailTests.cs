using System.Text.Json;
using Weir.Cli.Tests.Verbs.Feed;

namespace Weir.Cli.Tests.Verbs.Hsm;

public sealed class StatsAndTailTests : FeedFixture
{
    private string Mdts => Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "mdt");

    [Fact]
    public async Task Stats_counts_what_the_files_hold()
    {
        await ShipAsync("fs-MDT0000", 4, n => n > 2 ? "STARTED" : "WAITING");
        await ShipAsync("fs-MDT0001", 1);
        Outcome outcome = await RunAsync("hsm", "stats");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        using JsonDocument json = JsonDocument.Parse(outcome.Out);
        JsonElement summary = json.RootElement.GetProperty("summary");
        Assert.Equal((5, 5, 5), (summary.GetProperty("total_live_actions").GetInt32(), summary.GetProperty("total_events_replayed").GetInt32(), summary.GetProperty("total_stream_entries").GetInt32()));
        Assert.Equal(["fs-MDT0000", "fs-MDT0001"], json.RootElement.GetProperty("streams").EnumerateArray().Select(stream => stream.GetProperty("mdt").GetString()));
        Assert.Equal(
            ["fs-MDT0000 ARCHIVE STARTED 1", "fs-MDT0000 ARCHIVE WAITING 1", "fs-MDT0000 RESTORE STARTED 1", "fs-MDT0000 RESTORE WAITING 1", "fs-MDT0001 ARCHIVE WAITING 1"],
            json.RootElement.GetProperty("breakdown").EnumerateArray().Select(row => string.Join(' ', row.EnumerateObject().Select(member => member.Value.ToString()))));
    }

    [Fact]
    public async Task Stats_on_one_line_is_the_same_object()
    {
        await ShipAsync("fs-MDT0000", 2);
        using JsonDocument line = JsonDocument.Parse(Assert.Single((await RunAsync("hsm", "stats", "--json")).Lines));
        using JsonDocument lines = JsonDocument.Parse((await RunAsync("hsm", "stats")).Out);
        Assert.Equal(lines.RootElement.GetProperty("breakdown").GetArrayLength(), line.RootElement.GetProperty("breakdown").GetArrayLength());
    }

    [Fact]
    public async Task Stats_of_a_feed_without_actions_is_all_zero()
    {
        await FillAsync("other", 1);
        using JsonDocument json = JsonDocument.Parse((await RunAsync("hsm", "stats")).Out);
        Assert.All(json.RootElement.GetProperty("summary").EnumerateObject(), member => Assert.Equal(0, member.Value.GetInt32()));
        Assert.Equal(0, json.RootElement.GetProperty("streams").GetArrayLength());
    }

    [Fact]
    public async Task Stats_tells_what_it_could_not_read()
    {
        await ShipAsync("fs-MDT0000", 3);
        string segment = Segment("hsm:actions:fs-MDT0000");
        byte[] bytes = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        bytes[bytes.AsSpan().IndexOf("0x200000401:0x2:0x0"u8)] ^= 1;
        await File.WriteAllBytesAsync(segment, bytes, TestContext.Current.CancellationToken);
        Outcome outcome = await RunAsync("hsm", "stats");
        Assert.StartsWith("weir: warning: topic 'hsm:actions:fs-MDT0000': record ", outcome.Error);
        using JsonDocument json = JsonDocument.Parse(outcome.Out);
        Assert.Equal(2, json.RootElement.GetProperty("summary").GetProperty("total_live_actions").GetInt32());
    }

    [Fact]
    public async Task Tail_prints_what_there_is_and_ends()
    {
        await ShipAsync("fs-MDT0000", 2);
        await ShipAsync("fs-MDT0000", 2, n => n == 1 ? "STARTED" : "WAITING");
        string[] lines = (await RunAsync("hsm", "tail")).Lines;
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[fs-MDT0000\] NEW +ARCHIVE +WAITING +0x200000401:0x1:0x0 \(id: \d+-0\)$", lines[0]);
        Assert.Contains("UPDATE", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tail_shows_and_hides_types_actions_and_statuses()
    {
        await ShipAsync("fs-MDT0000", 4);
        await ShipAsync("fs-MDT0000", 2);
        await ShipAsync("fs-MDT0001", 1);
        Assert.Equal(5, await CountAsync());
        Assert.Equal(7, await CountAsync("--show", "PURGED"));
        Assert.Equal(2, await CountAsync("--show", "purged", "--hide", "NEW"));
        Assert.Equal(2, await CountAsync("--hide", "ARCHIVE"));
        Assert.Equal(0, await CountAsync("--hide", "ARCHIVE,RESTORE"));
        Assert.Equal(0, await CountAsync("--hide", "ARCHIVE", "RESTORE"));
        Assert.Equal(0, await CountAsync("--hide", "WAITING"));
        Assert.Equal(1, await CountAsync("--mdt", "fs-MDT0001"));
        Assert.Equal(1, await CountAsync("--fid", "[0x200000401:0x3:0x0]"));
    }

    [Fact]
    public async Task Tail_as_JSON_is_an_object_a_line()
    {
        await ShipAsync("fs-MDT0000", 1);
        using JsonDocument json = JsonDocument.Parse(Assert.Single((await RunAsync("hsm", "tail", "--json", "--run-once")).Lines));
        Assert.Equal(("NEW", "0x200000401:0x1:0x0", "0x65"), (json.RootElement.GetProperty("event_type").GetString(), json.RootElement.GetProperty("fid").GetString(), json.RootElement.GetProperty("cookie").GetString()));
    }

    [Theory]
    [InlineData("--hide PURGD", "--hide: 'PURGD' is no type, action or status of an event; did you mean 'PURGED'?")]
    [InlineData("--follow --once", "--follow and --once exclude each other.")]
    [InlineData("--mountpoint here", "--mountpoint: 'here' is not a whole path; it must start with '/'.")]
    public async Task Tail_refuses_what_cannot_be_meant(string options, string message)
    {
        await ShipAsync("fs-MDT0000", 1);
        Outcome outcome = await RunAsync(["hsm", "tail", .. options.Split(' ')]);
        Assert.Equal((2, ""), (outcome.ExitCode, outcome.Out));
        Assert.StartsWith($"weir: {message}\n", outcome.Error);
    }

    private async Task<int> CountAsync(params string[] options)
    {
        Outcome outcome = await RunAsync(["hsm", "tail", .. options]);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        return outcome.Lines.Length;
    }

    private async Task ShipAsync(string mdt, int count, Func<int, string>? status = null)
    {
        ActionFiles.Write(Mdts, mdt, count, status);
        Assert.Equal(0, (await RunAsync("hsm", "ship", "--once", "--actions", Path.Combine(Mdts, "*", "hsm", "actions"))).ExitCode);
    }
}
