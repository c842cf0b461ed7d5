using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Weir.Coordinator.Access;
using Weir.Coordinator.Core;
using Weir.Coordinator.Requests;
using Weir.Coordinator.Scheduling;
using Weir.Coordinator.Server;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Coordinator;

/// <summary>What the configuration means for the coordinator.</summary>
public static class CoordinatorComposition
{
    /// <summary>How it decides.</summary>
    public static CoordinatorOptions ComposeCore(CoordinatorSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return new()
        {
            ClientGrace = section.ClientGrace,
            HostMappings = section.HostMappings,
            Batches = section.BatchIdle is { } idle ? new BatchOptions { Idle = idle, Max = section.BatchMax, SlotsPerAgent = section.BatchSlots } : null,
            Reporting = section.ReportingHint is { } hint ? new ReportingOptions { Hint = hint, Interval = section.ReportingInterval } : null,
            Classes = section.Classes,
            DefaultClass = section.DefaultClass,
            ArchiveRates = section.ArchiveRates,
            AgentRates = section.AgentRates,
            AgentRate = section.AgentRate,
            BackOff = section.BackOff,
            MaxRequests = section.MaxRequests,
            MaxAgents = section.MaxAgents,
        };
    }

    /// <summary>Who knows the owners of files; null where no class goes by them.</summary>
    public static IOwnerLookup? ComposeOwners(CoordinatorSection section, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(section);
        FairBy[] ways = [.. section.Classes.Append(section.DefaultClass).Select(one => one.FairBy)];
        bool isWanted = ways.Any(way => way is FairBy.Uid or FairBy.Gid or FairBy.Project);
        if (!isWanted || (section.OwnersMountPoint ?? section.MountPoint) is not { } mountPoint) return null;
        return new OwnerCache(new FileOwnerLookup(mountPoint, withProjects: ways.Contains(FairBy.Project)), time);
    }

    /// <summary>How it is reached, and by whom.</summary>
    /// <exception cref="IOException">A file cannot be used, or a host's name cannot be looked up; the message says which.</exception>
    public static CoordinatorServerOptions ComposeServer(CoordinatorSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        AccessList access = section.AgentsFile is { } file ? AgentsFile.Read(file) : new([]);
        var listeners = new List<ListenerOptions>();
        foreach (string place in section.Listen)
            listeners.Add(new() { EndPoint = Resolve(place), RequiresCredentials = section.AgentsFile is not null && !section.PlainTcp });
        if (section.ListenTls.Count > 0)
        {
            SslStreamCertificateContext certificate = ReadCertificate(section.TlsCertificate!, section.TlsKey!);
            X509Certificate2Collection authorities = section.TlsClientCa is { } path ? ReadAuthorities(path) : [];
            foreach (string place in section.ListenTls)
                listeners.Add(new() { EndPoint = Resolve(place), RequiresCredentials = true, Certificate = certificate, ClientAuthorities = authorities });
        }

        return new()
        {
            Listeners = listeners,
            FsName = section.FsName,
            Access = access,
            MaxConnections = section.MaxConnections,
            ReportDirectory = section.ReportingDirectory is { } directory ? Path.Combine(section.MountPoint!, directory) : null,
        };
    }

    /// <summary>Certificates in a PEM file.</summary>
    /// <exception cref="IOException">It has none, or cannot be read.</exception>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            return authorities.Count > 0 ? authorities : throw new IOException($"{path} has no certificate in it");
        }
        catch (Exception exception) when (exception is CryptographicException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} is not a file of certificates in PEM: {exception.Message}", exception);
        }
    }

    /// <summary>A certificate in a PEM file, behind it those between it and its authority, and its key.</summary>
    /// <exception cref="IOException">They are none, or cannot be read.</exception>
    public static SslStreamCertificateContext ReadCertificate(string certificatePath, string keyPath)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificatePath);
            return SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(certificatePath, keyPath), chain, offline: true);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"{certificatePath} and {keyPath} are not a certificate and its key in PEM: {exception.Message}", exception);
        }
    }

    private static IPEndPoint Resolve(string place)
    {
        (string host, int port) = CoordinatorText.ParsePlace(place);
        if (host == "*") return new(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        if (IPAddress.TryParse(host, out IPAddress? address)) return new(address, port);
        try
        {
            return new(Dns.GetHostAddresses(host)[0], port);
        }
        catch (SocketException exception)
        {
            throw new IOException($"The address of '{host}' cannot be looked up: {exception.Message}", exception);
        }
    }
}
