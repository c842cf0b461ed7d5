using System.Security.Cryptography.X509Certificates;

namespace Weir.Feed.Redis.Resp;

/// <summary>How connections are made and how long things may take.</summary>
internal sealed record RespOptions
{
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>The number for SELECT.</summary>
    public int Database { get; init; }

    /// <summary>Whether connections are encrypted and the server's certificate is verified.</summary>
    public bool UseTls { get; init; }

    /// <summary>The authorities that are trusted; null for the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>The certificate that is shown to the server; null for none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>For CLIENT SETNAME, so that an operator can tell connections apart.</summary>
    public string ClientName { get; init; } = "weir";

    /// <summary>To connect, encrypt and log in.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A server that owes a reply and sends nothing for this long is taken for dead.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of requests that may wait for their replies on one connection; whoever wants to send more waits.</summary>
    public int MaxOutstandingBytes { get; init; } = 8 * 1024 * 1024;

    public RespLimits Limits { get; init; } = RespLimits.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
