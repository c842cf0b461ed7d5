using Weir.Hsm;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>hsm</c>: shipping HSM actions into the feed.</summary>
public sealed class HsmOptions
{
    /// <summary>Patterns of the MDTs' action files.</summary>
    public IReadOnlyList<string> Actions { get; set; } = ["/sys/kernel/debug/lustre/mdt/*-MDT????/hsm/actions"];

    /// <summary>From the start of one look at the files to the next.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>An action that has not changed for this long is said to be alive still.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>An action whose last full record is this old is written in full again. Null: four heartbeats.</summary>
    public TimeSpan? RefreshInterval { get; set; }

    /// <summary>How often the shipper itself purges what is in no file and trims its topics. Null: never; the janitor trims.</summary>
    public TimeSpan? ReconcileInterval { get; set; }

    /// <summary>From the end of one round of the janitor to the start of the next.</summary>
    public TimeSpan OperationInterval { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>An action without any event for this long holds no trim back.</summary>
    public TimeSpan StaleActionTimeout { get; set; } = TimeSpan.FromDays(1);

    public ActionLayout Layout { get; set; } = ActionLayout.PerMdt;

    /// <summary>The single topic, or what each MDT's topic starts with.</summary>
    public string Topic { get; set; } = ActionTopics.DefaultPrefix;

    /// <summary>Where the file system is mounted, for the paths of files. Null: paths are not looked up.</summary>
    public string? MountPoint { get; set; }

    /// <summary>The shipper's snapshot. Null: beside the feed.</summary>
    public string? Snapshot { get; set; }

    /// <summary>The names of the files that are restored beside one that is, as a regular expression. Null: none are.</summary>
    public string? RestoreAhead { get; set; }

    /// <summary>Restored ahead are only files in this archive. Null: in any.</summary>
    public int? RestoreAheadArchive { get; set; }

    /// <summary>A directory with no more matching files than this is restored in one go.</summary>
    public int RestoreAheadActivationThreshold { get; set; } = 100;

    /// <summary>So many files of a larger directory are under way at most.</summary>
    public int RestoreAheadBatchSize { get; set; } = 100;

    /// <summary>When fewer than this are under way, more are asked for.</summary>
    public int RestoreAheadResumeThreshold { get; set; } = 20;

    /// <summary>A directory with more matching files than this is left alone.</summary>
    public int RestoreAheadMaxFiles { get; set; } = 100_000;

    /// <summary>How often it is looked at what has become of the files under way.</summary>
    public TimeSpan RestoreAheadCheckInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A directory's job that is older is given up.</summary>
    public TimeSpan RestoreAheadJobTimeout { get; set; } = TimeSpan.FromDays(1);

    /// <summary>A directory is looked through no more often than this.</summary>
    public TimeSpan RestoreAheadRescanInterval { get; set; } = TimeSpan.FromHours(6);

    /// <summary>The directory of the jobs' files. Null: beside the feed.</summary>
    public string? RestoreAheadJobs { get; set; }
}
