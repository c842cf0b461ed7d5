using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Weir.Coordinator.Access;

/// <summary>Everybody who may connect where credentials are asked for.</summary>
public sealed class AccessList
{
    private readonly IReadOnlyList<PeerCredential> _peers;

    public AccessList(IReadOnlyList<PeerCredential> peers) => _peers = peers;

    public int Count => _peers.Count;

    /// <summary>Whose token it is; null when it is nobody's. Takes as long whatever is wrong with it.</summary>
    public Permissions? FindByToken(string token)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        Permissions? found = null;
        foreach (PeerCredential peer in _peers)
        {
            if (peer.TokenHash is not null && CryptographicOperations.FixedTimeEquals(hash, peer.TokenHash)) found = peer.Permissions;
        }

        return found;
    }

    /// <summary>Whose certificate it is; null when it is nobody's.</summary>
    /// <param name="certificate">The peer's, which has shown that it has the key.</param>
    /// <param name="isSigned">Whether the configured authority signed it, so that its name counts.</param>
    public Permissions? FindByCertificate(X509Certificate2 certificate, bool isSigned)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        byte[] hash = SHA256.HashData(certificate.RawData);
        string name = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        return _peers.FirstOrDefault(peer => peer.CertificateHash is not null && hash.AsSpan().SequenceEqual(peer.CertificateHash))?.Permissions
            ?? (isSigned ? _peers.FirstOrDefault(peer => peer.CommonName == name)?.Permissions : null);
    }
}
