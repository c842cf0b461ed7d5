using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Weir.Feed.Redis.Tests.Servers;

namespace Weir.EndToEnd.Tests.Coordinator;

/// <summary>A site changes the server under its running movers: what the original kept in a real Redis goes on here.</summary>
public sealed class TakeoverTests : IDisposable
{
    private const int Requests = 1500;
    private const int Running = 40;
    private const string Password = "s3cret-of-redis";

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

    [Fact]
    public async Task A_server_that_wants_a_password_is_given_it_and_nobody_else_sees_it()
    {
        await using RedisServer redis = await FilledRedisAsync("--requirepass", Password);
        await redis.CommandAsync("-a", Password, "--no-auth-warning", "ACL", "SETUSER", "reader", "on", ">p@ss/w:rd", "~coordinatool_*", "+hscan", "+hello", "+auth", "+client|setname");
        string address = $"127.0.0.1:{redis.Port}";
        Assert.Null(await TryStartAsync($"redis_host 127.0.0.1\nredis_port {redis.Port}\n"));
        Assert.Contains("NOAUTH", CoordinatorServer.LastWords, StringComparison.Ordinal);
        Assert.Null(await TryStartAsync($"redis_host redis://:wr0ng-s3cret@{address}\n"));
        Assert.Contains("cannot be reached", CoordinatorServer.LastWords, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng-s3cret", CoordinatorServer.LastWords, StringComparison.Ordinal);
        using (CoordinatorServer server = await TryStartAsync($"redis_host redis://reader:p%40ss%2Fw%3Ard@{address}\n") ?? throw new InvalidOperationException(CoordinatorServer.LastWords))
        {
            Assert.Contains($"{Requests - Running} requests queued, {Running} running", server.Said, StringComparison.Ordinal);
            Assert.DoesNotContain("p@ss", server.Said, StringComparison.Ordinal);
            Assert.DoesNotContain("p%40ss", server.Said, StringComparison.Ordinal);
            Assert.Equal(0, await server.StopAsync());
        }

        // It is the same server, by whatever login.
        using CoordinatorServer again = await TryStartAsync($"redis_host redis://:{Password}@{address}\n") ?? throw new InvalidOperationException(CoordinatorServer.LastWords);
        Assert.DoesNotContain("Taken over", again.Said, StringComparison.Ordinal);
        Assert.Equal(0, await again.StopAsync());
    }

    [Fact]
    public async Task A_server_behind_TLS_is_read_when_its_certificate_is_good()
    {
        string directory = _directory.FullName;
        WriteCertificates(directory);
        int port = RedisServer.FreePort();
        await using RedisServer redis = await FilledRedisAsync(
            "--tls-port", $"{port}", "--tls-cert-file", $"{directory}/server.pem", "--tls-key-file", $"{directory}/server.key", "--tls-ca-cert-file", $"{directory}/ca.pem");
        string ca = Uri.EscapeDataString($"{directory}/ca.pem"), own = $"cert={Uri.EscapeDataString($"{directory}/client.pem")}&key={Uri.EscapeDataString($"{directory}/client.key")}";
        Assert.Null(await TryStartAsync($"redis_host rediss://127.0.0.1:{port}?{own}\n"));
        Assert.Contains("TLS failed", CoordinatorServer.LastWords, StringComparison.Ordinal);
        Assert.Null(await TryStartAsync($"redis_host rediss://127.0.0.1:{port}?ca={ca}\n"));
        Assert.Null(await TryStartAsync($"redis_host rediss://127.0.0.1:{port}?ca={Uri.EscapeDataString($"{directory}/missing.pem")}\n"));
        Assert.Contains("missing.pem", CoordinatorServer.LastWords, StringComparison.Ordinal);
        using CoordinatorServer server = await TryStartAsync($"redis_host rediss://127.0.0.1:{port}?ca={ca}&{own}\n") ?? throw new InvalidOperationException(CoordinatorServer.LastWords);
        Assert.Contains($"{Requests - Running} requests queued, {Running} running", server.Said, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
    }

    private static void WriteCertificates(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        File.WriteAllText($"{directory}/ca.pem", authority.ExportCertificatePem());
        foreach (string name in (string[])["server", "client"])
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var wanted = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            wanted.CertificateExtensions.Add(names.Build());
            using X509Certificate2 issued = wanted.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), [1, (byte)name[0]]);
            File.WriteAllText($"{directory}/{name}.pem", issued.ExportCertificatePem());
            File.WriteAllText($"{directory}/{name}.key", own.ExportPkcs8PrivateKeyPem());
        }
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
    private static async Task<RedisServer> FilledRedisAsync(params string[] settings)
    {
        RedisServer redis = await RedisServer.StartAsync(["--enable-debug-command", "yes", .. settings]);
        string[] login = settings.Contains("--requirepass") ? ["-a", Password, "--no-auth-warning"] : [];
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
        await redis.CommandAsync([.. login, .. requests]);
        await redis.CommandAsync([.. login, .. assigned]);
        return redis;
    }
}
