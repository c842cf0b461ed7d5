using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weir.Feed.Redis;

/// <summary>Where one server listens.</summary>
public sealed record RedisEndpoint(string Host, int Port)
{
    /// <summary>Redis's own port.</summary>
    public const int DefaultPort = 6379;

    /// <summary>Sentinel's own port.</summary>
    public const int DefaultSentinelPort = 26379;

    /// <summary>Reads <c>host</c>, <c>host:port</c> or <c>[ipv6]:port</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, int defaultPort, [NotNullWhen(true)] out RedisEndpoint? endpoint)
    {
        endpoint = null;
        ReadOnlySpan<char> host = text;
        ReadOnlySpan<char> port = default;
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']');
            if (close < 0) return false;
            host = text[1..close];
            port = text[(close + 1)..];
            if (port.Length > 0 && port[0] != ':') return false;
            if (port.Length > 0) port = port[1..];
            if (text.EndsWith(':')) return false;
        }
        else if (text.LastIndexOf(':') is >= 0 and var colon)
        {
            host = text[..colon];
            port = text[(colon + 1)..];
            if (port.IsEmpty || host.Contains(':')) return false;
        }

        int number = defaultPort;
        if (host.IsEmpty || host.IndexOfAny("/?#@ ") >= 0) return false;
        if (!port.IsEmpty && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is < 1 or > 65535)) return false;
        endpoint = new(host.ToString(), number);
        return true;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
