using System.Diagnostics.CodeAnalysis;

namespace Weir.Feed.Redis;

/// <summary>
/// The address of a feed on Redis or Valkey:
/// <c>redis://[user:pass@]host[:port][/db]</c>, <c>redis-sentinel://[user:pass@]host[:port],…/master[/db]</c>,
/// <c>redis-cluster://[user:pass@]host[:port],…</c>; with TLS <c>rediss://</c>, <c>rediss-sentinel://</c>, <c>rediss-cluster://</c>.
/// User, password and master are percent-encoded. Behind a <c>?</c> may stand, joined by <c>&amp;</c>, what docs/redis.md lists.
/// </summary>
public sealed record RedisUrl
{
    /// <summary>Where the existing tools keep HSM actions.</summary>
    public const string DefaultActionPrefix = "hsm:actions";

    public RedisMode Mode { get; init; }

    /// <summary>The server; of a cluster, some of its servers; the Sentinels.</summary>
    public required IReadOnlyList<RedisEndpoint> Endpoints { get; init; }

    /// <summary>Under which name the Sentinels know the master.</summary>
    public string Master { get; init; } = "";

    public string? User { get; init; }

    public string? Password { get; init; }

    public string? SentinelUser { get; init; }

    public string? SentinelPassword { get; init; }

    public int Database { get; init; }

    public bool UseTls { get; init; }

    /// <summary>A PEM file with the authorities to trust instead of the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>PEM files with the certificate to show to the server and its key.</summary>
    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    /// <summary>How many replicas must have a durable append before it returns (WAIT); 0 to not ask.</summary>
    public int WaitReplicas { get; init; }

    /// <summary>Topics of this name, or of names that go on with a colon, have the layout of the HSM action stream; null for <see cref="DefaultActionPrefix"/>.</summary>
    public string? ActionPrefix { get; init; }

    /// <summary>Whether the text begins like a URL of this kind; it may still be wrong.</summary>
    public static bool IsRedis(string text) => RedisUrlParser.Scheme(text) is not null;

    /// <exception cref="FormatException">It is no such URL; the message says why, without its password.</exception>
    public static RedisUrl Parse(string text) => TryParse(text, out RedisUrl? url, out string problem) ? url : throw new FormatException(problem);

    public static bool TryParse(string text, [NotNullWhen(true)] out RedisUrl? url, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        return RedisUrlParser.TryParse(text, out url, out problem);
    }

    /// <summary>The address without passwords.</summary>
    public override string ToString()
    {
        string scheme = (UseTls ? "rediss" : "redis") + Mode switch { RedisMode.Sentinel => "-sentinel", RedisMode.Cluster => "-cluster", _ => "" };
        string master = Mode == RedisMode.Sentinel ? $"/{Uri.EscapeDataString(Master)}" : "";
        return $"{scheme}://{string.Join(',', Endpoints)}{master}{(Database == 0 ? "" : $"/{Database}")}";
    }
}
