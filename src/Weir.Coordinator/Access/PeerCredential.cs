namespace Weir.Coordinator.Access;

/// <summary>One line of the file of agents: how a peer shows who it is, and what it may do then.</summary>
/// <param name="Permissions">What it may.</param>
/// <param name="TokenHash">SHA-256 of its token; null when it has none.</param>
/// <param name="CertificateHash">SHA-256 of its certificate in DER; null when it has none.</param>
/// <param name="CommonName">The common name of a certificate that the configured authority signed; null when that does not do.</param>
public sealed record PeerCredential(Permissions Permissions, byte[]? TokenHash, byte[]? CertificateHash, string? CommonName);
