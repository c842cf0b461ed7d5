using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Weir.Server.Security;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Http;

public sealed class DaemonHttpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_description_that_is_served_is_the_one_that_is_checked_in()
    {
        await using var daemon = new TestDaemon { Version = "0.1.0" };
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        string served = await client.GetStringAsync("/openapi/v1.json", Token);
        string file = Path.Combine(Root(), "docs", "openapi.json");
        Assert.True(served == await File.ReadAllTextAsync(file, Token), "docs/openapi.json is not what is served; 'dotnet build src/Weir.Cli -p:UpdateOpenApi=true' writes it anew");
        using JsonDocument document = JsonDocument.Parse(served);
        Assert.Equal("3.1.0", document.RootElement.GetProperty("openapi").GetString());
        string[] ids = [.. document.RootElement.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).Select(operation => operation.Value.GetProperty("operationId").GetString()!)];
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public async Task Probes_answer_and_every_error_has_the_envelope()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        Assert.Equal("ok\n", await client.GetStringAsync("/livez", Token));
        await WhenReadyAsync(client);
        foreach ((HttpMethod method, string path, HttpStatusCode status, string code) in new[]
        {
            (HttpMethod.Get, "/nothing/here", HttpStatusCode.NotFound, "not_found"),
            (HttpMethod.Post, "/livez", HttpStatusCode.MethodNotAllowed, "method_not_allowed"),
            (HttpMethod.Get, "/v1/feeds/topics/none", HttpStatusCode.NotFound, "not_found"),
            (HttpMethod.Get, "/v1/feeds/topics/t/records?limit=0", HttpStatusCode.BadRequest, "bad_request"),
            (HttpMethod.Get, "/v1/feeds/topics/t/records?filter=what", HttpStatusCode.BadRequest, "bad_request"),
            (HttpMethod.Get, "/v1/feeds/topics/t/records?wait=2m", HttpStatusCode.BadRequest, "bad_request"),
            (HttpMethod.Get, "/v1/feeds/topics/t/records/x", HttpStatusCode.BadRequest, "bad_request"),
            (HttpMethod.Get, "/v1/feeds/consumers/none", HttpStatusCode.NotFound, "not_found"),
            (HttpMethod.Delete, "/v1/feeds/consumers/none", HttpStatusCode.NotFound, "not_found"),
        })
        {
            using HttpResponseMessage answer = await client.SendAsync(new(method, path), Token);
            Assert.Equal((path, status), (path, answer.StatusCode));
            Assert.Equal(code, await CodeOfAsync(answer));
        }
    }

    [Fact]
    public async Task Tokens_decide_what_a_caller_may()
    {
        await using var daemon = new TestDaemon { AuthLines = "  loopback: token\n" };
        var viewer = Weir.Server.Security.Token.Create("v", AccessRole.Viewer, DateTimeOffset.UnixEpoch, out string viewerText);
        var operators = Weir.Server.Security.Token.Create("o", AccessRole.Operator, DateTimeOffset.UnixEpoch, out string operatorText);
        TokenFile.Write(daemon.Tokens, [viewer, operators]);
        await daemon.StartAsync();
        using HttpClient nobody = daemon.Client(), wrong = daemon.Client("weir_0123456789_x"), reader = daemon.Client(viewerText), writer = daemon.Client(operatorText);
        using HttpRequestMessage registration = new(HttpMethod.Put, "/v1/feeds/consumers/c") { Content = new StringContent("""{"topics":["t"]}""") };
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/livez", Token)).StatusCode);
        Assert.DoesNotContain("problem", await nobody.GetStringAsync("/readyz", Token), StringComparison.Ordinal);
        using HttpResponseMessage refused = await nobody.GetAsync("/metrics", Token);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/livez", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync("/metrics", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PutAsync("/v1/feeds/consumers/c", new StringContent("{}"), Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await writer.SendAsync(registration, Token)).StatusCode);
    }

    [Fact]
    public async Task On_loopback_no_token_is_needed_but_a_wrong_one_is_wrong_and_strangers_pages_are_kept_out()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        using HttpClient client = daemon.Client(), wrong = daemon.Client("nonsense");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/metrics", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/metrics", Token)).StatusCode);
        using HttpRequestMessage rebound = new(HttpMethod.Get, "/metrics") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(rebound, Token)).StatusCode);
        using HttpRequestMessage crossed = new(HttpMethod.Get, "/metrics") { Headers = { { "Origin", "https://evil.example" } } };
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(crossed, Token)).StatusCode);
    }

    [Fact]
    public async Task Beyond_loopback_nothing_is_served_without_TLS_and_tokens()
    {
        await using var daemon = new TestDaemon { Listen = "0.0.0.0:0" };
        Exception plain = await Assert.ThrowsAnyAsync<IOException>(daemon.StartAsync);
        Assert.Contains("TLS", plain.Message, StringComparison.Ordinal);

        WriteCertificate(daemon, "first");
        await using var tokenless = new TestDaemon { Listen = "0.0.0.0:0", ApiLines = TlsLines(daemon), Roles = ["api"] };
        Exception failed = await Assert.ThrowsAnyAsync<IOException>(tokenless.StartAsync);
        Assert.Contains("weir config token add", failed.Message, StringComparison.Ordinal);

        await using var secure = new TestDaemon { Listen = "0.0.0.0:0", ApiLines = TlsLines(daemon) };
        TokenFile.Write(secure.Tokens, [Weir.Server.Security.Token.Create("v", AccessRole.Viewer, DateTimeOffset.UnixEpoch, out string text)]);
        await secure.StartAsync();
        Assert.Equal("https", secure.Address.Scheme);
        var there = new Uri($"https://127.0.0.1:{secure.Address.Port}/metrics");
        using HttpClient nobody = secure.Client(), viewer = secure.Client(text);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync(there, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await viewer.GetAsync(there, Token)).StatusCode);
        Assert.Equal("CN=first", await SubjectAsync(there.Port));

        WriteCertificate(daemon, "second");
        await secure.Daemon!.ReloadAsync();
        Assert.Equal("CN=second", await SubjectAsync(there.Port));

        await File.WriteAllTextAsync(Path.Combine(daemon.Directory, "cert.pem"), "garbage", Token);
        await secure.Daemon!.ReloadAsync();
        Assert.Equal("CN=second", await SubjectAsync(there.Port));
        Assert.Contains("not read again", await secure.Log.WhenAsync(9032), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_makes_anew_what_changed_names_what_cannot_and_refuses_what_is_wrong()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        await File.WriteAllTextAsync(daemon.Configuration, "feed: [", Token);
        await daemon.Daemon!.ReloadAsync();
        await daemon.Log.WhenAsync(9005);
        Assert.Equal("ok\n", await client.GetStringAsync("/livez", Token));

        daemon.FeedsLines = "  max_connections: 7\n";
        daemon.More = "serve:\n  stop_timeout: 9s\nhsm:\n  poll_interval: 5s\n";
        daemon.Configure();
        await daemon.Daemon!.ReloadAsync();
        string said = await daemon.Log.WhenAsync(9004);
        Assert.Contains("feeds.max_connections", said, StringComparison.Ordinal);
        Assert.Contains("made anew: feeds", said, StringComparison.Ordinal);
        string restart = await daemon.Log.WhenAsync(9006);
        Assert.Contains("serve.stop_timeout", restart, StringComparison.Ordinal);
        Assert.Contains("role shipper", restart, StringComparison.Ordinal);
        await daemon.Log.WhenAsync(9040, 2);
        Assert.True(await daemon.StopAsync());
    }

    [Fact]
    public async Task Too_many_requests_are_told_so_and_the_others_go_on()
    {
        await using var daemon = new TestDaemon { ApiLines = "  max_requests: 2\n" };
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        HttpResponseMessage[] streams =
        [
            await client.GetAsync("/v1/feeds/topics/t/stream", HttpCompletionOption.ResponseHeadersRead, Token),
            await client.GetAsync("/v1/feeds/topics/t/stream", HttpCompletionOption.ResponseHeadersRead, Token),
        ];
        using HttpResponseMessage third = await client.GetAsync("/v1/feeds", Token);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "busy"), (third.StatusCode, await CodeOfAsync(third)));
        foreach (HttpResponseMessage stream in streams) stream.Dispose();
        while ((await client.GetAsync("/v1/feeds", Token)).StatusCode != HttpStatusCode.OK) await Task.Yield();
    }

    [Fact]
    public async Task A_client_that_sends_its_headers_too_slowly_holds_nobody_up()
    {
        await using var daemon = new TestDaemon();
        await daemon.StartAsync();
        var slow = new List<TcpClient>();
        for (int i = 0; i < 200; i++)
        {
            var connection = new TcpClient();
            await connection.ConnectAsync("127.0.0.1", daemon.Address.Port, Token);
            await connection.GetStream().WriteAsync("GET /livez HTT"u8.ToArray(), Token);
            slow.Add(connection);
        }

        using HttpClient client = daemon.Client();
        Assert.Equal("ok\n", await client.GetStringAsync("/livez", Token));
        foreach (TcpClient connection in slow) connection.Dispose();
        Assert.True(await daemon.StopAsync());
    }

    internal static async Task WhenReadyAsync(HttpClient client)
    {
        while ((await client.GetAsync("/readyz", Token)).StatusCode != HttpStatusCode.OK) await Task.Yield();
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer)
    {
        using JsonDocument body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        Assert.False(body.RootElement.GetProperty("success").GetBoolean());
        Assert.NotEmpty(body.RootElement.GetProperty("error").GetProperty("message").GetString()!);
        Assert.True(body.RootElement.GetProperty("timestamp").TryGetDateTimeOffset(out _));
        return body.RootElement.GetProperty("error").GetProperty("code").GetString();
    }

    private static string TlsLines(TestDaemon daemon) => $"  tls_certificate: {daemon.Directory}/cert.pem\n  tls_key: {daemon.Directory}/key.pem\n";

    private static void WriteCertificate(TestDaemon daemon, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(daemon.Directory, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(daemon.Directory, "key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    [SuppressMessage("Security", "CA5359", Justification = "The test looks at whatever certificate the daemon shows.")]
    private static async Task<string> SubjectAsync(int port)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", port, Token);
        await using var tls = new System.Net.Security.SslStream(connection.GetStream(), false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("127.0.0.1");
        return tls.RemoteCertificate!.Subject;
    }

    private static string Root()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Weir.slnx"))) directory = directory.Parent;
        return directory.FullName;
    }
}
