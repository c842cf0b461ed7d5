using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Weir.Feed.Redis.Resp;
using Weir.Feed.Redis.Servers;

namespace Weir.Feed.Redis;

/// <summary>Makes of a URL the servers behind it.</summary>
internal static class ServersFactory
{
    public static IServers Create(RedisEngineOptions options, BackOff backOff)
    {
        RedisUrl url = options.Url;
        RespOptions resp = Options(options);
        ServerLink Link(RedisEndpoint endpoint) => new(endpoint, resp, backOff, options.Logger);
        return url.Mode switch
        {
            RedisMode.Sentinel => new SentinelServers(
                url, resp with { User = url.SentinelUser, Password = url.SentinelPassword, Database = 0 }, Link,
                (master, isFirst) => NoteMaster(options.Logger, url.ToString(), master, isFirst)),
            RedisMode.Cluster => new ClusterServers(url, Link),
            _ => new SingleServer(Link(url.Endpoints[0])),
        };
    }

    private static void NoteMaster(ILogger logger, string feed, RedisEndpoint master, bool isFirst)
    {
        if (isFirst) RedisLog.MasterFound(logger, feed, master);
        else RedisLog.MasterChanged(logger, feed, master);
    }

    private static RespOptions Options(RedisEngineOptions options) =>
        Options(options.Url, $"weir-{Environment.ProcessId}") with { ConnectTimeout = options.ConnectTimeout, ReplyTimeout = options.ReplyTimeout, Time = options.Time };

    /// <summary>How to connect and to log in as a URL says.</summary>
    /// <exception cref="FeedException">A file with certificates cannot be used.</exception>
    internal static RespOptions Options(RedisUrl url, string clientName)
    {
        try
        {
            return new()
            {
                User = url.User,
                Password = url.Password,
                Database = url.Database,
                UseTls = url.UseTls,
                Authorities = url.AuthorityFile is { } authorities ? Import(authorities) : null,
                ClientCertificate = url is { CertificateFile: { } certificate, KeyFile: { } key } ? X509Certificate2.CreateFromPemFile(certificate, key) : null,
                ClientName = clientName,
            };
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new FeedException($"A certificate file of {url} cannot be used: {unreadable.Message}", unreadable);
        }
    }

    private static X509Certificate2Collection Import(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates;
    }
}
