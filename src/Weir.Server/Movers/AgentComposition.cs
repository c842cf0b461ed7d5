using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Commands;
using Weir.Coordinator.Movers.Posix;
using Weir.Server.Configuration.Sections;
using Weir.Server.Coordinator;

namespace Weir.Server.Movers;

/// <summary>What the configuration means for an agent.</summary>
public static class AgentComposition
{
    /// <summary>How much it does at once.</summary>
    public static MoverOptions ComposeMover(AgentSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return new()
        {
            ArchiveSlots = section.ArchiveSlots,
            RestoreSlots = section.RestoreSlots,
            RemoveSlots = section.RemoveSlots,
            ArchiveBandwidth = section.ArchiveBandwidth,
            RestoreBandwidth = section.RestoreBandwidth,
            ProgressInterval = section.ProgressInterval,
            Retries = new() { Retries = section.Retries, FirstDelay = section.RetryFirst, LongestDelay = section.RetryMost, Errors = section.RetryOn },
        };
    }

    /// <summary>Who it is for the coordinator, and where that is.</summary>
    /// <exception cref="IOException">A file cannot be used; the message says which.</exception>
    public static AgentOptions ComposeAgent(AgentSection section, CoordinatorSection coordinator, string fsName)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(coordinator);
        (string host, int port) = CoordinatorText.ParsePlace(section.Coordinator ?? (coordinator.Listen.Count > 0 ? coordinator.Listen[0] : "127.0.0.1:5123"));
        if (host == "*") host = "127.0.0.1";
        return new()
        {
            Server = new() { Host = host, Port = port, Token = ReadToken(section.TokenFile), Tls = section.UsesTls ? ComposeTls(section, host) : null },
            Id = section.Id,
            FsName = fsName,
            ArchiveIds = section.ArchiveIds,
            MaxArchive = section.ArchiveSlots,
            MaxRestore = section.RestoreSlots,
            MaxRemove = section.RemoveSlots,
        };
    }

    /// <summary>The mover over a POSIX tree, and the tree.</summary>
    /// <exception cref="IOException">The archive cannot be used.</exception>
    public static (PosixMover Mover, ArchiveTree Tree) ComposePosix(AgentSection section, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(section);
        var tree = new ArchiveTree(
            section.HsmRoot ?? throw new IOException("There is no archive: name its directory by --hsm-root, or agent.hsm_root in the configuration."), section.Layout, section.MustBeMounted, logger);
        tree.Check();
        return (new(tree, section.Id, logger, time), tree);
    }

    /// <summary>The mover that runs programs.</summary>
    /// <exception cref="IOException">There is no program.</exception>
    public static CommandMover ComposeCommand(AgentSection section, string fsName, ILogger logger, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section.Program is null) throw new IOException("There is no program: name it by --program, or agent.program in the configuration.");
        var options = new CommandOptions
        {
            Words = section.ProgramWords,
            Timeout = section.ProgramTimeout,
            ExitCodes = new(section.ExitCodes.DistinctBy(pair => pair.Key).ToDictionary()),
            FsName = fsName,
        };
        return new(options, logger, time);
    }

    private static string? ReadToken(string? path) => path is null ? null
        : File.ReadLines(path).FirstOrDefault()?.Trim() is { Length: > 0 } token ? token : throw new IOException($"{path} has no token on its first line");

    private static SslClientAuthenticationOptions ComposeTls(AgentSection section, string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (section.TlsCa is { } ca)
        {
            options.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(CoordinatorComposition.ReadAuthorities(ca));
        }

        if (section.TlsCertificate is { } certificate) options.ClientCertificateContext = CoordinatorComposition.ReadCertificate(certificate, section.TlsKey!);
        return options;
    }
}
