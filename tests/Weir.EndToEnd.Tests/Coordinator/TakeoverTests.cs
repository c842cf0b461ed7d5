using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Feed.Redis.Tests.Servers;

namespace Weir.EndToEnd.Tests.Coordinator;

/// <summary>A site changes the server under its running movers: what the original kept in a real Redis goes on here.</summary>
public sealed class TakeoverTests : IDisposable
{
    private const int Requests = 1500;
    private const int Running = 40;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-takeover-");
    private readonly int _port = CoordinatorServer.FindPort();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task What_the_original_kept_is_handed_out_once_each_and_is_not_taken_over_again()
    {
        await using RedisServer redis = await FilledRedisAsync();
        string before = await redis.CommandAsync("DEBUG", "DIGEST");
        using (CoordinatorServer server = await StartAsync(redis.Port))
        {
            Assert.Contains($"{Requests - Running} requests queued, {Running} running, 0 known already, 2 passed over", server.Said, StringComparison.Ordinal);
            JsonElement agent = (await server.ReadStatusAsync()).GetProperty("clients").EnumerateArray().Single(client => client.TryGetProperty("current_archive", out _));
            Assert.Equal(("mover1", "disconnected", Running), (agent.GetProperty("client_id").GetString(), agent.GetProperty("status").GetString(), agent.GetProperty("current_archive").GetInt32()));
            await server.KillAsync();
        }

        // Killed before anybody came: it is all in the feed. The mover comes back without anything in its hands.
        await using (var mover = new CoordinatorServer.Mover(_port, "mover1"))
        using (CoordinatorServer server = await StartAsync(redis.Port))
        {
            Assert.DoesNotContain("Taken over", server.Said, StringComparison.Ordinal);
            await CoordinatorServer.WhenIdleAsync(_port);
            await mover.WhenStartedAsync(Requests);
            Assert.Equal(Requests, mover.Started.Select(request => request.Key).Distinct().Count());
            Assert.Equal(Requests, mover.Started.Count);
            Assert.All(mover.Started, request => Assert.Equal($"tag=t{request.Cookie % 7}", Encoding.UTF8.GetString(request.Data.Span)));
            Assert.Contains(mover.Started, request => request.DataFid.ObjectId > int.MaxValue);
            await server.KillAsync();
        }

        // Redis still has them all, for the original's way back; they have ended here.
        Assert.Equal(before, await redis.CommandAsync("DEBUG", "DIGEST"));
        using (CoordinatorServer server = await StartAsync(redis.Port))
        {
            Assert.False((await server.ReadStatusAsync()).TryGetProperty("pending_archive", out _));
            await server.KillAsync();
        }

        using CoordinatorServer again = await StartAsync(redis.Port, "--import-again");
        Assert.Contains("Taken over", again.Said, StringComparison.Ordinal);
        Assert.Equal(0, await again.StopAsync());
    }

    [Fact]
    public async Task A_server_that_was_named_and_cannot_be_reached_is_an_error()
    {
        Assert.Null(await TryStartAsync($"redis_host 127.0.0.1\nredis_port {RedisServer.FreePort()}\n"));
        Assert.Contains("cannot be reached", CoordinatorServer.LastWords, StringComparison.Ordinal);
        Assert.Contains("redis_host to ''", CoordinatorServer.LastWords, StringComparison.Ordinal);
        using CoordinatorServer? without = await TryStartAsync("redis_host ''\n");
        Assert.NotNull(without);
        Assert.Equal(0, await without.StopAsync());
    }

    [Fact]
    public async Task A_key_of_another_kind_is_an_error_and_nothing_is_marked_as_done()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await redis.CommandAsync("SET", "coordinatool_requests", "text");
        Assert.Null(await TryStartAsync($"redis_host 127.0.0.1\nredis_port {redis.Port}\n"));
        Assert.Contains("WRONGTYPE", CoordinatorServer.LastWords, StringComparison.Ordinal);
        await redis.CommandAsync("DEL", "coordinatool_requests");
        using CoordinatorServer server = await StartAsync(redis.Port);
        Assert.Contains("0 requests queued, 0 running", server.Said, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
    }

    private async Task<CoordinatorServer> StartAsync(int redisPort, params string[] more) =>
        await TryStartAsync($"redis_host 127.0.0.1\nredis_port {redisPort}\n", more) ?? throw new InvalidOperationException(CoordinatorServer.LastWords);

    private async Task<CoordinatorServer?> TryStartAsync(string lines, params string[] more)
    {
        string path = Path.Combine(_directory.FullName, "coordinatool.conf");
        await File.WriteAllTextAsync(path, string.Create(CultureInfo.InvariantCulture, $"# as the original reads it\nHost 127.0.0.1\nport {_port}\n{lines}"), TestContext.Current.CancellationToken);
        return await CoordinatorServer.TryStartAsync($"file:{Path.Combine(_directory.FullName, "feed")}", _port, new Dictionary<string, string>(), ["coordinator", "serve", "-c", path, .. more]);
    }

    /// <summary>More fields than one answer to HSCAN has, two of them no requests, as the original writes them.</summary>
    private static async Task<RedisServer> FilledRedisAsync()
    {
        RedisServer redis = await RedisServer.StartAsync("--enable-debug-command", "yes");
        var requests = new List<string> { "HSET", "coordinatool_requests" };
        var assigned = new List<string> { "HSET", "coordinatool_assigned" };
        for (int number = 1; number <= Requests; number++)
        {
            // Every hundredth has an object id that is negative on the wire.
            int objectId = number % 100 == 0 ? -number : number;
            string key = string.Create(CultureInfo.InvariantCulture, $"{number:x16}{0x200000401:x16}{unchecked((uint)objectId):x8}{0:x8}");
            string fid = string.Create(CultureInfo.InvariantCulture, $"{{\"f_seq\":8589935617,\"f_oid\":{objectId},\"f_ver\":0}}");
            requests.Add(key);
            requests.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"hai_action\":20,\"hai_fid\":{fid},\"hai_dfid\":{fid},\"hai_extent_offset\":0,\"hai_extent_length\":-1,\"hai_cookie\":{number},\"hai_gid\":0,\"hal_archive_id\":1,\"hal_flags\":0,\"hai_data\":\"tag=t{number % 7}\",\"timestamp\":{1_700_000_000_000_000_000 + number}}}"));
            if (number > Running) continue;
            assigned.Add(key);
            assigned.Add("mover1");
        }

        requests.AddRange(["not a key", "not a request", "also none", "{\"hai_action\":23}"]);
        await redis.CommandAsync([.. requests]);
        await redis.CommandAsync([.. assigned]);
        return redis;
    }
}
