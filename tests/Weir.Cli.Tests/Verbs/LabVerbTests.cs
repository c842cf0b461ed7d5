using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Weir.Cli.Tests.Verbs.Feed;

namespace Weir.Cli.Tests.Verbs;

public sealed class LabVerbTests : FeedFixture
{
    private string Laboratory => Path.Combine(Path.GetDirectoryName(FeedDirectory)!, "lab");

    [Fact]
    public async Task Once_plays_a_scenario_and_leaves_a_feed_that_the_other_verbs_read()
    {
        Outcome outcome = await RunAsync("lab", "--once", "--length", "2m", "--seed", "3", "--dir", Laboratory, "--json");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        using JsonDocument report = JsonDocument.Parse(Assert.Single(outcome.Lines));
        Assert.Equal(0, report.RootElement.GetProperty("failures").GetArrayLength());
        Assert.True(report.RootElement.GetProperty("checks").GetInt32() > 0);
        Assert.True(report.RootElement.GetProperty("coordinator").GetProperty("handed_out").GetInt32() > 0);
        JsonElement[] troubles = [.. report.RootElement.GetProperty("drives").GetProperty("troubles").EnumerateArray()];
        Assert.All(troubles, trouble => Assert.Equal(trouble.GetProperty("done").GetInt32(), trouble.GetProperty("found").GetInt32()));
        // All of it came to a consumer by the daemon's socket too.
        Assert.Equal(report.RootElement.GetProperty("events").GetInt64(), report.RootElement.GetProperty("followed").GetInt64() - SourceEvents(report));
        string feed = $"file:{Path.Combine(Laboratory, "seed-3", "feed")}";
        using JsonDocument stats = JsonDocument.Parse((await RunAsync("hsm", "stats", "--feed", feed)).Out);
        Assert.Equal(
            report.RootElement.GetProperty("live_actions").GetInt64(),
            stats.RootElement.GetProperty("summary").GetProperty("total_live_actions").GetInt64());
        Assert.Equal(0, (await RunAsync("feed", "verify", "--feed", feed)).ExitCode);
    }

    [Fact]
    public async Task The_summary_for_people_says_that_there_was_no_difference()
    {
        Outcome outcome = await RunAsync("lab", "--once", "--length", "1m");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("times against the simulated truth: no difference\n", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("): no violation\n", outcome.Out, StringComparison.Ordinal);
        Assert.EndsWith("every file as it was before: no difference\n", outcome.Out);
    }

    [Fact]
    public async Task A_port_that_another_process_has_is_said_and_nothing_is_left()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        Outcome outcome = await RunAsync("lab", "--once", "--length", "1m", "--port", port);
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Out));
        Assert.StartsWith("weir: The laboratory's daemon does not start: role api is failed, ", outcome.Error, StringComparison.Ordinal);
        Assert.EndsWith("Name another port with --port, or another directory with --dir.\n", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_with_something_in_it_is_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(Laboratory, "mine"));
        Outcome outcome = await RunAsync("lab", "--once", "--dir", Laboratory);
        Assert.Equal((1, ""), (outcome.ExitCode, outcome.Out));
        Assert.Equal($"weir: The directory {Laboratory} is not empty; name one that is, or that is not there yet.\n", outcome.Error);
        Assert.Single(Directory.GetFileSystemEntries(Laboratory));
    }

    [Theory]
    [InlineData("--length", "soon")]
    [InlineData("--length", "1s")]
    [InlineData("--length", "31d")]
    [InlineData("--dir", "")]
    [InlineData("--port", "65536")]
    public async Task What_cannot_be_meant_is_wrong_usage(string option, string value) => Assert.Equal(2, (await RunAsync("lab", "--once", option, value)).ExitCode);

    private static long SourceEvents(JsonDocument report) => report.RootElement.GetProperty("sources_lost").GetInt64() + report.RootElement.GetProperty("sources_back").GetInt64();
}
