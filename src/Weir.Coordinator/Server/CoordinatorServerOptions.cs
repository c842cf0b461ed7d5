using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Weir.Coordinator.Access;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Server;

/// <summary>How the server is reached, by whom, and what it refuses.</summary>
public sealed record CoordinatorServerOptions
{
    /// <summary>The port that movers expect.</summary>
    public const int DefaultPort = 5123;

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<ListenerOptions> Listeners { get; init; } = [];

    /// <summary>The file system's name, which agents are told with their work.</summary>
    public string FsName { get; init; } = "lustre";

    /// <summary>The peers that may connect where credentials are asked for.</summary>
    public AccessList Access { get; init; } = new([]);

    public ProtocolLimits Limits { get; init; } = ProtocolLimits.Default;

    /// <summary>Most connections at a time; one more is closed at once.</summary>
    public int MaxConnections { get; init; } = 4096;

    /// <summary>Most connections at a time that have not shown yet who they are, where they must.</summary>
    public int MaxUnknownPeers { get; init; } = 64;

    /// <summary>How long a peer has to show who it is, where it must.</summary>
    public TimeSpan AuthTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer that need not may take for its first message.</summary>
    public TimeSpan FirstMessageTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>A peer that has more unread answers than this, in bytes, is not listened to until it has read some.</summary>
    public int MaxUnsentBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Where reports go (<c>reporting_dir</c> below the mount point); null: nowhere.</summary>
    public string? ReportDirectory { get; init; }
}

/// <summary>One place to listen at.</summary>
public sealed record ListenerOptions
{
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>Whether peers must show who they are.</summary>
    public bool RequiresCredentials { get; init; }

    /// <summary>The server's certificate; null for plain TCP.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>Who signs clients' certificates; empty: they need none, and show a token instead.</summary>
    public X509Certificate2Collection ClientAuthorities { get; init; } = [];
}
