using Microsoft.Extensions.Logging;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Security;

/// <summary>The tokens and the certificate of a daemon; they outlive the roles that use them, and are read again when it reloads.</summary>
public sealed class CredentialStore(TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private TlsCertificate? _certificate;

    /// <exception cref="IOException">The file of tokens cannot be used.</exception>
    public TokenStore Tokens(AuthOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options.TokensFile, time, logger);
    }

    /// <exception cref="IOException">The files are no certificate and its key.</exception>
    public TlsCertificate Certificate(ApiOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_gate) return _certificate = new(options.TlsCertificate!, options.TlsKey!, logger);
    }

    /// <summary>Reads the certificate again, if there is one.</summary>
    public void Reload()
    {
        lock (_gate) _certificate?.Reload();
    }
}
