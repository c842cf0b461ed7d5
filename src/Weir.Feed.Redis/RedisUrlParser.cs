using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Weir.Feed.Redis;

/// <summary>Reads <see cref="RedisUrl"/>s. Messages never show what may be a password.</summary>
internal static class RedisUrlParser
{
    private const string Form = "redis://[user:pass@]host[:port][/db], redis-sentinel://host[:port],…/master[/db] or redis-cluster://host[:port],…";
    private const int MaxEndpoints = 64;
    private const int MaxDatabase = 65535;

    private static readonly (string Scheme, RedisMode Mode, bool UseTls)[] Schemes =
    [
        ("redis://", RedisMode.Single, false), ("rediss://", RedisMode.Single, true),
        ("redis-sentinel://", RedisMode.Sentinel, false), ("rediss-sentinel://", RedisMode.Sentinel, true),
        ("redis-cluster://", RedisMode.Cluster, false), ("rediss-cluster://", RedisMode.Cluster, true),
    ];

    public static (string Scheme, RedisMode Mode, bool UseTls)? Scheme(string text)
    {
        foreach ((string Scheme, RedisMode Mode, bool UseTls) scheme in Schemes)
        {
            if (text.StartsWith(scheme.Scheme, StringComparison.OrdinalIgnoreCase)) return scheme;
        }

        return null;
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out RedisUrl? url, out string problem)
    {
        url = null;
        if (Scheme(text) is not { } scheme)
        {
            problem = $"a Redis feed URL has the form {Form}";
            return false;
        }

        // The last @ ends the login, so that a password with one is not shown in a message as part of a host.
        string rest = text[scheme.Scheme.Length..];
        int at = rest.LastIndexOf('@');
        string login = at < 0 ? "" : rest[..at];
        rest = rest[(at + 1)..];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        string query = question < 0 ? "" : rest[(question + 1)..];
        string[] parts = (question < 0 ? rest : rest[..question]).Split('/');
        if (!TryReadHosts(parts[0], scheme.Mode, out List<RedisEndpoint> hosts, out problem)) return false;
        var parsed = new RedisUrl { Mode = scheme.Mode, UseTls = scheme.UseTls, Endpoints = hosts };
        if (!TryReadPath(parts[1..], ref parsed, out problem)) return false;
        if (at >= 0) parsed = WithLogin(parsed, login);
        if (!TryReadQuery(query, ref parsed, out problem)) return false;
        url = parsed;
        return true;
    }

    private static bool TryReadHosts(string text, RedisMode mode, out List<RedisEndpoint> hosts, out string problem)
    {
        hosts = [];
        problem = "";
        string[] names = text.Split(',');
        if (names.Length > MaxEndpoints) problem = $"a Redis feed URL may name {MaxEndpoints} servers, not {names.Length}";
        if (names.Length > 1 && mode == RedisMode.Single)
            problem = "redis:// names one server; several are redis-sentinel://…/master or redis-cluster://…";
        foreach (string name in names)
        {
            int port = mode == RedisMode.Sentinel ? RedisEndpoint.DefaultSentinelPort : RedisEndpoint.DefaultPort;
            if (problem.Length > 0) break;
            if (RedisEndpoint.TryParse(name, port, out RedisEndpoint? endpoint)) hosts.Add(endpoint);
            else problem = $"'{name}' is not host or host:port; a Redis feed URL has the form {Form}";
        }

        return problem.Length == 0;
    }

    private static bool TryReadPath(string[] path, ref RedisUrl url, out string problem)
    {
        problem = "";
        if (path is [.., ""]) path = path[..^1];
        if (url.Mode == RedisMode.Sentinel)
        {
            if (path is []) problem = "a redis-sentinel:// URL names the master behind the Sentinels: redis-sentinel://host:port,…/master";
            else url = url with { Master = Uri.UnescapeDataString(path[0]) };
            path = path.Length == 0 ? path : path[1..];
        }

        if (problem.Length > 0 || path.Length == 0) return problem.Length == 0;
        if (path.Length > 1 || !int.TryParse(path[0], NumberStyles.None, CultureInfo.InvariantCulture, out int database) || database > MaxDatabase)
            problem = $"'/{string.Join('/', path)}' is not the number of a database (0 to {MaxDatabase})";
        else if (database != 0 && url.Mode == RedisMode.Cluster)
            problem = "Redis Cluster has database 0 only";
        else
            url = url with { Database = database };
        return problem.Length == 0;
    }

    private static RedisUrl WithLogin(RedisUrl url, string login)
    {
        int colon = login.IndexOf(':', StringComparison.Ordinal);
        string user = Uri.UnescapeDataString(colon < 0 ? login : login[..colon]);
        return url with { User = user.Length == 0 ? null : user, Password = colon < 0 ? null : Uri.UnescapeDataString(login[(colon + 1)..]) };
    }

    private static bool TryReadQuery(string query, ref RedisUrl url, out string problem)
    {
        problem = "";
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? pair : pair[..equals];
            string value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
            switch (key)
            {
                case "mode" when value == "cluster" && url.Mode == RedisMode.Single && url.Database == 0: url = url with { Mode = RedisMode.Cluster }; break;
                case "wait" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int replicas): url = url with { WaitReplicas = replicas }; break;
                case "action_prefix" when value.Length > 0: url = url with { ActionPrefix = value }; break;
                case "ca" when value.Length > 0: url = url with { AuthorityFile = value }; break;
                case "cert" when value.Length > 0: url = url with { CertificateFile = value }; break;
                case "key" when value.Length > 0: url = url with { KeyFile = value }; break;
                case "sentinel_user": url = url with { SentinelUser = value }; break;
                case "sentinel_password": url = url with { SentinelPassword = value }; break;
                default:
                    problem = $"'{key}' has no such value, or is none of mode=cluster, wait, action_prefix, ca, cert, key, sentinel_user, sentinel_password";
                    return false;
            }
        }

        bool hasTlsFiles = url.AuthorityFile is not null || url.CertificateFile is not null || url.KeyFile is not null;
        if (hasTlsFiles && !url.UseTls) problem = "ca, cert and key are for rediss:// URLs";
        else if ((url.CertificateFile is null) != (url.KeyFile is null)) problem = "cert and key belong together: give both or none";
        return problem.Length == 0;
    }
}
