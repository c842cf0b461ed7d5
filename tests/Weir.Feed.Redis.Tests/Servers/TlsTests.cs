using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Weir.Feed.Redis.Tests.Faults;

namespace Weir.Feed.Redis.Tests.Servers;

public sealed class TlsTests : FaultTest
{
    [Fact]
    public async Task A_server_is_spoken_to_only_when_its_certificate_is_good()
    {
        string directory = Directory.CreateTempSubdirectory("weir-tls-").FullName;
        using X509Certificate2 authority = WriteAuthority(directory);
        WriteCertificate(directory, "server", authority, IPAddress.Loopback);
        WriteCertificate(directory, "client", authority, null);
        int port = RedisServer.FreePort();
        await using RedisServer redis = await RedisServer.StartAsync(
            "--tls-port", $"{port}", "--tls-cert-file", $"{directory}/server.pem", "--tls-key-file", $"{directory}/server.key", "--tls-ca-cert-file", $"{directory}/ca.pem");
        string files = $"ca={Uri.EscapeDataString($"{directory}/ca.pem")}&cert={Uri.EscapeDataString($"{directory}/client.pem")}&key={Uri.EscapeDataString($"{directory}/client.key")}";
        await using (RedisEngine good = Open($"rediss://127.0.0.1:{port}?{files}"))
        {
            await good.AppendAsync("t", Own(1, 3000), default, Cancellation);
            Assert.Equal(Numbers(1, 3000), await ReadAsync(good, "t"));
        }

        await using (RedisEngine unknown = Open($"rediss://127.0.0.1:{port}", patience: 2)) await AssertRefusedAsync(unknown);
        await using (RedisEngine wrongName = Open($"rediss://localhost:{port}?{files}", patience: 2)) await AssertRefusedAsync(wrongName);
        Assert.Throws<FeedException>(() => Open($"rediss://127.0.0.1:{port}?ca={directory}/missing.pem"));
        Directory.Delete(directory, recursive: true);
    }

    private static async Task AssertRefusedAsync(RedisEngine engine)
    {
        var refused = await Assert.ThrowsAnyAsync<FeedException>(async () => await engine.AppendAsync("t", Own(9000, 1), default, Cancellation));
        Assert.Contains("TLS failed", refused.Message, StringComparison.Ordinal);
    }

    private static X509Certificate2 WriteAuthority(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        File.WriteAllText($"{directory}/ca.pem", authority.ExportCertificatePem());
        return authority;
    }

    private static void WriteCertificate(string directory, string name, X509Certificate2 authority, IPAddress? address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        using X509Certificate2 certificate = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), [1, (byte)name.Length]);
        File.WriteAllText($"{directory}/{name}.pem", certificate.ExportCertificatePem());
        File.WriteAllText($"{directory}/{name}.key", key.ExportPkcs8PrivateKeyPem());
    }
}
