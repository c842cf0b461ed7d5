using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Weir.Server.Security;

/// <summary>The certificate for TLS from two PEM files, read again on demand. While the new files are no good the old certificate stays.</summary>
public sealed class TlsCertificate
{
    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly ILogger _logger;
    private SslStreamCertificateContext _current;

    /// <exception cref="IOException">The files are no certificate and its key.</exception>
    public TlsCertificate(string certificatePath, string keyPath, ILogger logger)
    {
        _certificatePath = certificatePath;
        _keyPath = keyPath;
        _logger = logger;
        _current = Read();
    }

    /// <summary>What a handshake uses now.</summary>
    public SslServerAuthenticationOptions HandshakeOptions => new()
    {
        ServerCertificateContext = Volatile.Read(ref _current),
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
    };

    /// <summary>Reads the files again, for handshakes from now on.</summary>
    public void Reload()
    {
        try
        {
            SslStreamCertificateContext read = Read();
            if (read.TargetCertificate.Thumbprint == _current.TargetCertificate.Thumbprint) return;
            // The one before it may be in the middle of a handshake; it is left to the collector.
            Volatile.Write(ref _current, read);
            ServerLog.CertificateRead(_logger, read.TargetCertificate.Subject, read.TargetCertificate.NotAfter.ToUniversalTime());
        }
        catch (IOException failed)
        {
            ServerLog.CertificateUnreadable(_logger, failed.Message);
        }
    }

    private SslStreamCertificateContext Read()
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_certificatePath);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(_certificatePath, _keyPath), chain, offline: true);
        }
        catch (Exception failed) when (failed is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"{_certificatePath} and {_keyPath} are not a certificate and its key in PEM: {failed.Message}", failed);
        }
    }
}
