using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Weir.Copytool.Tests.Coordinators;
using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Library;

public sealed class TlsTests : LibraryTest
{
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Work_goes_through_TLS_with_certificates_on_both_sides(SslProtocols protocol)
    {
        using var certificates = new Certificates(Mdt.Root);
        await using CopytoolProcess copytool = Start(Build.Address, [], [("COORDINATOOL_TLS", "on"), .. certificates.ClientEnvironment]);
        for (int round = 1; round <= 3; round++)
        {
            (ScriptedConnection connection, string? client) = await AcceptAsync(certificates.Server, protocol);
            Assert.Equal("CN=client", client);
            connection.Greeting = await connection.ExpectAsync("ehlo");
            await connection.SendAsync("""{"command":"ehlo"}""");
            int first = round * 1000;
            await connection.GiveAsync(Replies.List(Enumerable.Range(first, 300).Select(cookie => Replies.Item(AddArchive(cookie, 10)))));
            for (int i = 0; i < 300; i++) Assert.Equal(0, (await connection.TakeDoneAsync()).Status);
            await connection.DisposeAsync();
        }

        await copytool.StopAsync();
    }

    [Fact]
    public async Task A_server_that_cannot_prove_its_name_learns_nothing()
    {
        using var certificates = new Certificates(Mdt.Root);
        await using CopytoolProcess copytool = Start(Build.Address, [], [("COORDINATOOL_TLS", "on"), ("COORDINATOOL_TOKEN", "s3cret"), ("COORDINATOOL_TLS_NAME", "mds.example"), .. certificates.ClientEnvironment]);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            (ScriptedConnection connection, _) = await AcceptAsync(certificates.Server, SslProtocols.Tls12);
            await connection.ExpectAsync("ehlo");
        });
        await copytool.WaitForErrorAsync("the TLS handshake");
        await copytool.StopAsync();
    }

    [Fact]
    public async Task A_server_of_another_authority_learns_nothing()
    {
        using var certificates = new Certificates(Mdt.Root);
        string elsewhere = Directory.CreateDirectory(Path.Combine(Mdt.Root, "elsewhere")).FullName;
        using var others = new Certificates(elsewhere);
        await using CopytoolProcess copytool = Start(Build.Address, [], [("COORDINATOOL_TLS", "on"), .. certificates.ClientEnvironment]);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            (ScriptedConnection connection, _) = await AcceptAsync(others.Server, SslProtocols.Tls12);
            await connection.ExpectAsync("ehlo");
        });
        await copytool.WaitForErrorAsync("certificate");
        await copytool.StopAsync();
    }

    [Fact]
    public async Task A_server_without_TLS_is_told_apart()
    {
        using var certificates = new Certificates(Mdt.Root);
        await using CopytoolProcess copytool = Start(Build.Address, [], [("COORDINATOOL_TLS", "on"), .. certificates.ClientEnvironment]);
        ScriptedConnection plain = await Coordinator.AcceptAsync();
        await plain.SendAsync("""{"command":"ehlo"}""");
        await copytool.WaitForErrorAsync("the TLS handshake");
        await copytool.StopAsync();
    }

    [Theory]
    [InlineData("COORDINATOOL_TLS_CA")]
    [InlineData("COORDINATOOL_TLS_CERT")]
    [InlineData("COORDINATOOL_TLS_KEY")]
    public async Task A_file_that_cannot_be_read_fails_the_registration(string name)
    {
        using var certificates = new Certificates(Mdt.Root);
        (string, string)[] environment = [("COORDINATOOL_TLS", "on"), .. certificates.ClientEnvironment, (name, "/no/such/file")];
        await using CopytoolProcess copytool = Start(Build.Address, [], environment);
        Assert.Equal(1, await copytool.WaitForExitAsync());
        Assert.Contains("/no/such/file", copytool.Errors, StringComparison.Ordinal);
        copytool.AssertSound();
    }

    [SuppressMessage("Security", "CA5359", Justification = "The test looks at whatever certificate the library shows.")]
    private async Task<(ScriptedConnection Connection, string? Client)> AcceptAsync(X509Certificate2 certificate, SslProtocols protocol)
    {
        var stream = new SslStream(await Coordinator.AcceptStreamAsync(), false, (_, _, _, _) => true);
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, ClientCertificateRequired = true, EnabledSslProtocols = protocol }, Within.Test);
        return (Coordinator.Adopt(stream), stream.RemoteCertificate?.Subject);
    }
}
