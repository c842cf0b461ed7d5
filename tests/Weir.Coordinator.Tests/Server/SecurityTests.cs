using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Weir.Coordinator.Access;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Server;

namespace Weir.Coordinator.Tests.Server;

public sealed class SecurityTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";

    private static readonly ListenerOptions Tokens = new() { EndPoint = new(IPAddress.Loopback, 0), RequiresCredentials = true };

    private static AccessList Access { get; } = AgentsFile.Parse(
        $"""
        # name  who it is   what it may
        mover1  token={Hash(Secret)} archives=1,2
        ops     token={Hash("other")} commands=all ids=*
        """,
        "agents");

    public static TheoryData<string> Intruders =>
    [
        "{\"command\":\"status\"}",
        "{\"command\":\"ehlo\",\"id\":\"mover1\"}",
        "{\"command\":\"auth\"}",
        "{\"command\":\"auth\",\"token\":\"wrong\"}",
        $"{{\"command\":\"status\",\"token\":\"{Secret}\"}}",
        "{\"command\":\"queue\",\"hsm_action_items\":[",
        "{\"command\":\"auth\",\"token\":7}",
        "{\"command\":\"auth\",\"x\":\"" + new string('a', 5000),
        "GET / HTTP/1.1\r\n\r\n",
        "[]",
    ];

    [Theory]
    [MemberData(nameof(Intruders))]
    public async Task Who_shows_no_token_learns_nothing(string message)
    {
        await using TestServer server = await TestServer.StartAsync(null, new() { Access = Access }, Tokens);
        await using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(message);
        await peer.ExpectEndAsync();
        await server.SettleAsync();
        Assert.Equal(1, server.Server.Metrics.RefusedCount);
        Assert.Single(server.Logger.Lines, line => line.Contains("was refused", StringComparison.Ordinal));
        Assert.Equal(0, server.Core.ConnectedAgents);
    }

    [Fact]
    public async Task Who_says_nothing_is_not_waited_for()
    {
        await using TestServer server = await TestServer.StartAsync(null, new() { Access = Access }, Tokens);
        await using RawPeer peer = await server.ConnectAsync();
        await server.Time.WhenTimersAsync(1, TestContext.Current.CancellationToken);
        server.Time.Advance(TimeSpan.FromSeconds(11));
        await peer.ExpectEndAsync();
        Assert.Equal(1, server.Server.Metrics.RefusedCount);
    }

    [Fact]
    public async Task A_token_opens_what_it_is_for_and_no_more()
    {
        await using TestServer server = await TestServer.StartAsync(null, new() { Access = Access }, Tokens);
        await using RawPeer peer = await server.ConnectAsync();
        await peer.AskAsync($"{{\"command\":\"auth\",\"token\":\"{Secret}\"}}", "{\"command\": \"auth\"}");
        await peer.AskAsync(Items.Queue(Items.Archive(1)), "{\"command\": \"queue\", \"status\": 1, \"error\": \"not permitted\"}");
        await peer.AskAsync("{\"command\":\"lock\",\"locked\":1}", "{\"command\": \"lock\", \"status\": 1, \"error\": \"not permitted\"}");
        await peer.AskAsync("{\"command\":\"ehlo\",\"id\":\"mover2\"}", "{\"command\": \"ehlo\", \"status\": 1, \"error\": \"id not permitted\"}");
        await peer.AskAsync("{\"command\":\"ehlo\",\"id\":\"mover1\",\"archive_ids\":[3]}", "{\"command\": \"ehlo\", \"status\": 1, \"error\": \"no archive id permitted\"}");
        await peer.AskAsync("{\"command\":\"ehlo\",\"id\":\"mover1\"}", "{\"command\": \"ehlo\"}");
        await server.SettleAsync();
        Assert.Equal([1u, 2u], server.Core.FindAgent("mover1")!.ArchiveIds);
        Assert.Equal(4, server.Server.Metrics.RefusedCount);
    }

    [Fact]
    public async Task Items_of_archives_that_are_not_permitted_are_bad_ones()
    {
        AccessList access = AgentsFile.Parse($"q token={Hash("t")} archives=2 commands=queue", "agents");
        await using TestServer server = await TestServer.StartAsync(null, new() { Access = access }, Tokens);
        await using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync("{\"command\":\"auth\",\"token\":\"t\"}" + Items.Queue(Items.Archive(1), Items.Archive(2, archiveId: 2)));
        await peer.ExpectAsync("{\"command\": \"auth\"}");
        await peer.ExpectAsync("{\"command\": \"queue\", \"enqueued\": 1, \"status\": -22, \"error\": \"Error while parsing hsm action items\"}");
    }

    [Fact]
    public async Task Peers_that_are_not_known_take_no_more_than_their_places()
    {
        await using TestServer server = await TestServer.StartAsync(null, new() { Access = Access, MaxUnknownPeers = 2 }, Tokens);
        await using RawPeer first = await server.ConnectAsync();
        await using RawPeer second = await server.ConnectAsync();
        await server.Time.WhenTimersAsync(2, TestContext.Current.CancellationToken);
        await using RawPeer third = await server.ConnectAsync();
        await third.ExpectEndAsync();
        await first.AskAsync($"{{\"command\":\"auth\",\"token\":\"{Secret}\"}}", "{\"command\": \"auth\"}");
        await using RawPeer fourth = await server.ConnectAsync();
        await fourth.AskAsync($"{{\"command\":\"auth\",\"token\":\"{Secret}\"}}", "{\"command\": \"auth\"}");
    }

    [Fact]
    public async Task A_flood_of_connections_is_cut_and_who_is_there_is_served()
    {
        await using TestServer server = await TestServer.StartAsync(null, new() { MaxConnections = 8 });
        await using RawPeer agent = await server.GreetAsync("n0");
        var flood = new List<RawPeer>();
        for (int i = 0; i < 100; i++) flood.Add(await server.ConnectAsync());
        await agent.AskAsync("{\"command\":\"lock\",\"locked\":0}", "{\"command\": \"lock\"}");
        for (int i = 10; i < 100; i++) await flood[i].ExpectEndAsync();
        foreach (RawPeer peer in flood) await peer.DisposeAsync();
    }

    [Fact]
    public async Task Over_TLS_a_certificate_that_the_authority_signed_is_needed()
    {
        using X509Certificate2 authority = Certificates.MakeAuthority("site"), stranger = Certificates.MakeAuthority("stranger");
        using X509Certificate2 serverCertificate = Certificates.Make("localhost", authority), mover = Certificates.Make("mover1", authority), foreign = Certificates.Make("mover1", stranger);
        using X509Certificate2 unknown = Certificates.Make("mover9", authority);
        AccessList access = AgentsFile.Parse("mover1 cert=cn:mover1", "agents");
        ListenerOptions listener = new()
        {
            EndPoint = new(IPAddress.Loopback, 0),
            RequiresCredentials = true,
            Certificate = SslStreamCertificateContext.Create(serverCertificate, null, offline: true),
            ClientAuthorities = [authority],
        };
        await using TestServer server = await TestServer.StartAsync(null, new() { Access = access }, listener);

        await using RawPeer good = await server.ConnectAsync();
        await good.SecureAsync(Certificates.ClientOptions(authority, mover));
        await good.AskAsync("{\"command\":\"ehlo\",\"id\":\"mover1\"}", "{\"command\": \"ehlo\"}");

        foreach (X509Certificate2? shown in (X509Certificate2?[])[foreign, unknown, null])
        {
            await using RawPeer bad = await server.ConnectAsync();
            await bad.SecureAsync(Certificates.ClientOptions(authority, shown));
            try
            {
                await bad.SendAsync("{\"command\":\"status\"}");
            }
            catch (IOException)
            {
                continue;
            }

            await bad.ExpectEndAsync();
        }

        await using RawPeer plain = await server.ConnectAsync();
        await plain.SendAsync("{\"command\":\"status\"}");
        await Assert.ThrowsAnyAsync<Exception>(plain.ReadAsync);
        await good.AskAsync(Items.Done(4), "{\"command\": \"done\"}");
    }

    [Fact]
    public async Task Over_TLS_a_token_will_do_where_no_certificate_is_asked_for()
    {
        using X509Certificate2 authority = Certificates.MakeAuthority("site"), serverCertificate = Certificates.Make("localhost", authority);
        ListenerOptions listener = new()
        {
            EndPoint = new(IPAddress.Loopback, 0),
            RequiresCredentials = true,
            Certificate = SslStreamCertificateContext.Create(serverCertificate, null, offline: true),
        };
        await using TestServer server = await TestServer.StartAsync(null, new() { Access = Access }, listener);
        CoordinatorAddress address = new() { Host = "localhost", Port = server.Port, Token = Secret, Tls = Certificates.ClientOptions(authority, null) };
        await using CoordinatorConnection connection = await CoordinatorConnection.OpenAsync(address, TestContext.Current.CancellationToken);
        RequestWriter.WriteStatus(connection.Outgoing, 4, false);
        Assert.Equal("status", (await connection.AskAsync(TestContext.Current.CancellationToken)).Command);
        await Assert.ThrowsAsync<IOException>(() => CoordinatorConnection.OpenAsync(address with { Token = "wrong" }, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("mover1", "neither token= nor cert=")]
    [InlineData("mover1 token=12", "64 digits")]
    [InlineData("a cert=cn:x\na cert=cn:y", ":2: there are two lines for 'a'")]
    [InlineData("a cert=cn:x archives=0", "'0' is not an archive id")]
    [InlineData("a cert=cn:x commands=everything", "'everything' is not a command")]
    [InlineData("a cert=cn:x colour=red", "there is no key 'colour'")]
    [InlineData("a cert=cn:x cert=cn:y", "'cert' stands twice")]
    public void A_line_that_cannot_be_meant_is_named(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<IOException>(() => AgentsFile.Parse(text, "agents")).Message, StringComparison.Ordinal);

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
