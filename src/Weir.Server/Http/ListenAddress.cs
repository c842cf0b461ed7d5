using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Weir.Server.Http;

/// <summary>An address that HTTP is served on: <c>127.0.0.1:9400</c>, <c>[::1]:9400</c>, <c>localhost:9400</c>, <c>*:9443</c>, with <c>http://</c> or <c>https://</c> before it if wanted.</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port; 0 lets the system choose one.</param>
/// <param name="IsTls">Whether TLS is spoken there; always, beyond loopback.</param>
public sealed record ListenAddress(IPAddress Address, int Port, bool IsTls)
{
    private const string Plain = "http://";
    private const string Tls = "https://";

    /// <summary>Where the API is when nobody says.</summary>
    public static ListenAddress Default { get; } = new(IPAddress.Loopback, 9400, false);

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <exception cref="FormatException">It is no such address.</exception>
    public static ListenAddress Parse(string text) => TryParse(text, out ListenAddress? address, out string problem) ? address : throw new FormatException(problem);

    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = null;
        bool wantsTls = text.StartsWith(Tls, StringComparison.OrdinalIgnoreCase);
        bool wantsPlain = text.StartsWith(Plain, StringComparison.OrdinalIgnoreCase);
        string rest = text[(wantsTls ? Tls.Length : wantsPlain ? Plain.Length : 0)..].TrimEnd('/');
        int colon = rest.LastIndexOf(':');
        problem = $"'{text}' is not ADDRESS:PORT, such as 127.0.0.1:9400, [::1]:9400 or *:9443";
        if (colon <= 0 || !ushort.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)) return false;
        if (ParseHost(rest[..colon]) is not { } host) return false;
        bool isLoopback = IPAddress.IsLoopback(host);
        if (wantsPlain && !isLoopback)
        {
            problem = $"'{text}' can be reached from other machines; only TLS is spoken there, leave http:// out";
            return false;
        }

        address = new(host, port, wantsTls || !isLoopback);
        return true;
    }

    public override string ToString() => $"{(IsTls && IsLoopback ? Tls : "")}{new IPEndPoint(Address, Port)}";

    private static IPAddress? ParseHost(string host)
    {
        if (host is "*" or "[::]") return IPAddress.IPv6Any;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return IPAddress.Loopback;
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!IPAddress.TryParse(isBracketed ? host[1..^1] : host, out IPAddress? address)) return null;
        // IPv6 addresses have brackets, so that the port is where it seems to be; and 127.1 is no way to write one.
        bool isV6 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return isV6 == isBracketed && (isV6 || host.Count(c => c == '.') == 3) ? address : null;
    }
}
