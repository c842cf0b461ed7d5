using System.Net;

namespace Weir.Server.Security;

/// <summary>
/// Keeps web pages of strangers from a loopback address. A page in a browser on this machine can send requests there, by its own name (which
/// its owner lets resolve to 127.0.0.1: DNS rebinding) or across origins. So the name a request is sent to has to be one of ours, and the
/// origin, where a browser names it, the same.
/// </summary>
public sealed class LoopbackGuard
{
    private readonly HashSet<string> _hosts = new(StringComparer.OrdinalIgnoreCase) { "localhost", "ip6-localhost" };

    /// <param name="hosts">The names that are ours besides localhost and loopback addresses.</param>
    public LoopbackGuard(IEnumerable<string> hosts) => _hosts.UnionWith(hosts);

    /// <summary>Why a request may not pass; null when it may.</summary>
    /// <param name="host">The name from its Host header, without the port.</param>
    /// <param name="hostAndPort">The whole header.</param>
    /// <param name="origin">Its Origin header; null or empty when it has none.</param>
    public string? Check(string host, string hostAndPort, string? origin)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (!IsOurs(host)) return $"'{Shorten(host)}' is no name of this server; ask for localhost, or add the name to api.hosts";
        if (string.IsNullOrEmpty(origin)) return null;
        bool isSame = Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && string.Equals(uri!.Authority, hostAndPort, StringComparison.OrdinalIgnoreCase);
        return isSame ? null : $"a page of '{Shorten(origin)}' may not use this server";
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private bool IsOurs(string host)
    {
        string name = host.EndsWith('.') ? host[..^1] : host;
        if (_hosts.Contains(name)) return true;
        string bare = name.StartsWith('[') && name.EndsWith(']') ? name[1..^1] : name;
        return IPAddress.TryParse(bare, out IPAddress? address) && IPAddress.IsLoopback(address);
    }
}
