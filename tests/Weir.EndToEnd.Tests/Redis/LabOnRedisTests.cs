using System.Text.Json;
using Weir.Cli.Tests.Processes;
using Weir.Feed.Redis;
using Weir.Feed.Redis.Tests.Servers;
using Weir.Lab.Scenarios;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>The laboratory over a real server.</summary>
public sealed class LabOnRedisTests : IAsyncLifetime
{
    private RedisServer _redis = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null) await _redis.DisposeAsync();
    }

    [Fact]
    public async Task The_laboratory_ships_into_a_server_finds_no_difference_and_leaves_nothing()
    {
        (int exitCode, string text, string messages) = await LabAsync("--length", "3m", "--json");
        Assert.True(exitCode == 0, messages);
        using JsonDocument report = JsonDocument.Parse(text);
        Assert.Equal(0, report.RootElement.GetProperty("failures").GetArrayLength());
        Assert.True(report.RootElement.GetProperty("checks").GetInt32() > 1 && report.RootElement.GetProperty("events").GetInt32() > 100, text);
        Assert.Equal("0", await _redis.CommandAsync("DBSIZE"));
    }

    [Fact]
    public async Task A_database_that_is_used_is_left_alone()
    {
        await _redis.CommandAsync("XADD", "hsm:actions:elm-MDT0000", "1-1", "data", "{}");
        (int exitCode, string text, string messages) = await LabAsync();
        Assert.Equal((1, ""), (exitCode, text));
        Assert.Contains("has topics of HSM actions already (hsm:actions:elm-MDT0000)", messages, StringComparison.Ordinal);
        Assert.Equal("1", await _redis.CommandAsync("XLEN", "hsm:actions:elm-MDT0000"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_killed_and_restarted_meanwhile_makes_no_difference(bool isEmptied)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("weir-lab-redis-");
        int restarts = 0;
        try
        {
            var scenario = new ShippingScenario(new()
            {
                Directory = directory.FullName,
                Seed = 20,
                Length = TimeSpan.FromMinutes(15),
                OpenFeed = () => new RedisEngine(new() { Url = RedisUrl.Parse(_redis.Url), Patience = TimeSpan.FromSeconds(1) }),
            });
            Task<ShippingReport> playing = Task.Run(() => scenario.RunAsync(Cancellation), Cancellation);
            while (!playing.IsCompleted && restarts < 5)
            {
                // Each time when it has shipped something since.
                while (!playing.IsCompleted && await _redis.CommandAsync("DBSIZE") == "0") await Task.Delay(5, Cancellation);
                await _redis.RestartAsync(isEmptied);
                restarts++;
            }

            ShippingReport report = await playing;
            Assert.True(report.Succeeded, string.Join('\n', report.Failures));
            Assert.Equal(5, restarts);
            Assert.True(report.Checks > 5 && report.Events > 100);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private async Task<(int ExitCode, string Out, string Error)> LabAsync(params string[] words)
    {
        using var lab = new WeirProcess("file:/nowhere", ["lab", "--once", "--feed", _redis.Url, .. words]);
        Task<string> messages = lab.Error.ReadToEndAsync(Cancellation);
        string text = await lab.Out.ReadToEndAsync(Cancellation);
        return (await lab.WaitForExitAsync(), text, await messages);
    }
}
