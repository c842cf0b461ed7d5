using System.Net;
using System.Net.Security;
using Weir.Coordinator.Server;

namespace Weir.Coordinator.Agents;

/// <summary>How a client reaches a coordinator.</summary>
public sealed record CoordinatorAddress
{
    public required string Host { get; init; }

    public int Port { get; init; } = CoordinatorServerOptions.DefaultPort;

    /// <summary>The shared secret that shows who the client is; null where none is asked for.</summary>
    public string? Token { get; init; }

    /// <summary>How TLS is agreed on; null for plain TCP.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>How long it may take to connect, and for an agent to be greeted.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest answer that is read, in bytes. A status with everything in it is as long as the coordinator's state.</summary>
    public int MaxReplyBytes { get; init; } = 1 << 30;

    public override string ToString() => IPAddress.TryParse(Host, out IPAddress? address) ? new IPEndPoint(address, Port).ToString() : $"{Host}:{Port}";
}

/// <summary>What an agent is and takes.</summary>
public sealed record AgentOptions
{
    public required CoordinatorAddress Server { get; init; }

    /// <summary>The name by which it is known again when it comes back; null: none, and what it ran is handed to others when its connection breaks.</summary>
    public string? Id { get; init; }

    public string? FsName { get; init; }

    /// <summary>The archives it serves; empty: all.</summary>
    public IReadOnlyList<int> ArchiveIds { get; init; } = [];

    /// <summary>How much of each kind it runs at most, what it runs already included; negative: any number.</summary>
    public long MaxArchive { get; init; } = -1;

    public long MaxRestore { get; init; } = -1;

    public long MaxRemove { get; init; } = -1;

    /// <summary>What a list may take in JSON: an item of 72 bytes takes up to 450 there, and its data six bytes for each.</summary>
    internal int MaxReplyBytes => (int)Math.Min(int.MaxValue / 2, (MaxBytes * 8) + 64 * 1024);

    /// <summary>The size of a list that is handed to it, as Lustre counts it, in bytes.</summary>
    public long MaxBytes { get; init; } = 1024 * 1024;

    /// <summary>How long it waits before it connects again: this at first, then twice as long each time, each with a random part.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where the random part comes from.</summary>
    public Random Random { get; init; } = Random.Shared;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
