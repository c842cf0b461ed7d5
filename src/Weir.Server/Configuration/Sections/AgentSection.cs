using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Commands;
using Weir.Coordinator.Movers.Posix;
using Weir.Server.Http;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>agent</c>: a copytool of Weir's own.</summary>
public sealed class AgentSection
{
    /// <summary>Whether the MDTs send the work themselves; else a coordinator hands it out.</summary>
    public bool IsRegistered { get; set; }

    /// <summary>The coordinator, as <c>HOST:PORT</c>; null: where the section <c>coordinator</c> listens.</summary>
    public string? Coordinator { get; set; }

    /// <summary>Under which its work is found again after a reconnect.</summary>
    public string Id { get; set; } = Environment.MachineName.Split('.')[0];

    public string? TokenFile { get; set; }

    public bool UsesTls { get; set; }

    /// <summary>Who signs the coordinator's certificate; null: the system's authorities.</summary>
    public string? TlsCa { get; set; }

    public string? TlsCertificate { get; set; }

    public string? TlsKey { get; set; }

    public string? MountPoint { get; set; }

    /// <summary>Empty: all.</summary>
    public IReadOnlyList<int> ArchiveIds { get; set; } = [];

    public string? HsmRoot { get; set; }

    public ArchiveLayout Layout { get; set; }

    /// <summary>Whether the archive's root must be a mount point.</summary>
    public bool MustBeMounted { get; set; }

    public int ArchiveSlots { get; set; } = 4;

    public int RestoreSlots { get; set; } = 4;

    public int RemoveSlots { get; set; } = 2;

    /// <summary>In bytes per second; 0: no limit.</summary>
    public long ArchiveBandwidth { get; set; }

    /// <summary>In bytes per second; 0: no limit.</summary>
    public long RestoreBandwidth { get; set; }

    public int Retries { get; set; } = 3;

    public TimeSpan RetryFirst { get; set; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryMost { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Positive errnos.</summary>
    public IReadOnlyList<int> RetryOn { get; set; } = RetryRules.UsualErrors;

    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The program of <c>weir agent command</c>, one line.</summary>
    public string? Program { get; set; }

    /// <summary>Zero: as long as it likes.</summary>
    public TimeSpan ProgramTimeout { get; set; }

    public IReadOnlyList<KeyValuePair<int, int>> ExitCodes { get; set; } = [];

    /// <summary>Where metrics are served; empty: nowhere.</summary>
    public IReadOnlyList<ListenAddress> Metrics { get; set; } = [];

    /// <summary>The program's words.</summary>
    public IReadOnlyList<string> ProgramWords => Program is null ? [] : CommandWords.Split(Program);
}
