using Weir.Server.Http;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>api</c>: the HTTP interface.</summary>
public sealed class ApiOptions
{
    private const string Section = "api";
    private const int MostAddresses = 16;
    private const int MostHosts = 64;

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<ListenAddress> Listen { get; set; } = [ListenAddress.Default];

    /// <summary>The names besides localhost under which loopback addresses may be called; see docs/serve.md.</summary>
    public IReadOnlyList<string> Hosts { get; set; } = [];

    /// <summary>The certificate with its chain, PEM.</summary>
    public string? TlsCertificate { get; set; }

    /// <summary>Its key, PEM.</summary>
    public string? TlsKey { get; set; }

    /// <summary>Requests and streams under way at once; further ones are refused with 503.</summary>
    public int MaxRequests { get; set; } = 4096;

    /// <summary>Calls of the health API that change something which a caller may make in a second.</summary>
    public int CallRate { get; set; } = 500;

    /// <summary>A client that takes nothing of what is sent for this long is cut off.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.List(
            Section, "listen", "Where HTTP is served, one ADDRESS:PORT or a list. Beyond loopback TLS and tokens are needed; https:// before a loopback address asks for TLS there too.",
            MostAddresses, item => ListenAddress.TryParse(item, out _, out string problem) ? null : problem,
            (options, items) => options.Api.Listen = [.. items.Select(ListenAddress.Parse)], options => [.. options.Api.Listen.Select(address => address.ToString())]),
        ConfigurationKey.List(
            Section, "hosts", "Names besides localhost that callers of a loopback address may use for it (a guard against DNS rebinding).", MostHosts,
            item => item.Length > 0 && Uri.CheckHostName(item) != UriHostNameType.Unknown ? null : $"'{item}' is not a host's name",
            (options, items) => options.Api.Hosts = items, options => options.Api.Hosts),
        ConfigurationKey.FilePath(
            Section, "tls_certificate", "The certificate for TLS with its chain, a PEM file.",
            (options, path) => options.Api.TlsCertificate = path, options => options.Api.TlsCertificate),
        ConfigurationKey.FilePath(
            Section, "tls_key", "The certificate's key, a PEM file.", (options, path) => options.Api.TlsKey = path, options => options.Api.TlsKey),
        ConfigurationKey.Number(
            Section, "max_requests", "Requests and streams under way at once; further ones are refused with 503.", 1, 100_000,
            (options, number) => options.Api.MaxRequests = (int)number, options => options.Api.MaxRequests),
        ConfigurationKey.Number(
            Section, "call_rate", "Calls of the health API that change something which a caller may make in a second, and twice as many after a rest; further ones are refused with 429.", 1, 1_000_000,
            (options, number) => options.Api.CallRate = (int)number, options => options.Api.CallRate),
        ConfigurationKey.Time(
            Section, "stall_timeout", "A client that takes nothing of what is sent for this long is cut off.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1),
            (options, time) => options.Api.StallTimeout = time, options => options.Api.StallTimeout),
    ];

    /// <summary>What does not go together, each with the key to name.</summary>
    public IEnumerable<(string Key, string Problem)> Validate()
    {
        if (Listen.Count == 0) yield return ("api.listen", "is an empty list; leave the role 'api' out instead");
        if (TlsCertificate is null != TlsKey is null)
            yield return (TlsCertificate is null ? "api.tls_key" : "api.tls_certificate", "tls_certificate and tls_key are only of use together");
        if (TlsCertificate is not null) yield break;
        foreach (ListenAddress address in Listen.Where(address => address.IsTls))
        {
            yield return ("api.listen", address.IsLoopback
                ? $"'{address}' asks for TLS; name api.tls_certificate and api.tls_key"
                : $"'{address}' can be reached from other machines, which needs TLS (api.tls_certificate, api.tls_key) and tokens ('weir config token add')");
        }
    }
}
