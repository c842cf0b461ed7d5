using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weir.Copytool.Tests.Library;

/// <summary>An authority, a server for 127.0.0.1 and a client, as files where the client needs them.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly string _directory;

    public Certificates(string directory)
    {
        _directory = directory;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using X509Certificate2 authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        File.WriteAllText($"{directory}/ca.pem", authority.ExportCertificatePem());
        Server = Issue(authority, "server", IPAddress.Loopback);
        using X509Certificate2 client = Issue(authority, "client", null);
        Write(Server, "server");
        Write(client, "client");
    }

    public X509Certificate2 Server { get; }

    public (string Name, string Value)[] ClientEnvironment =>
        [("COORDINATOOL_TLS_CA", $"{_directory}/ca.pem"), ("COORDINATOOL_TLS_CERT", $"{_directory}/client.pem"), ("COORDINATOOL_TLS_KEY", $"{_directory}/client.key")];

    public void Dispose() => Server.Dispose();

    private void Write(X509Certificate2 certificate, string name)
    {
        File.WriteAllText($"{_directory}/{name}.pem", certificate.ExportCertificatePem());
        File.WriteAllText($"{_directory}/{name}.key", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, IPAddress? address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        using X509Certificate2 issued = request.Create(authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), [1, (byte)name.Length]);
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
