using Weir.Hsm.RestoringAhead;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;
using Weir.Server.Feeds;

namespace Weir.Server.Hsm;

/// <summary>What the configuration means for restoring ahead.</summary>
public static class RestoreAheadComposition
{
    private const string DirectoryName = "restore-ahead";

    /// <summary>Where the jobs are: what is configured, else beside the feed.</summary>
    public static string JobDirectory(WeirOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Hsm.RestoreAheadJobs ?? Path.Combine(ShipperComposition.StateDirectory(options.Feed.Url, FeedUrl.Default()), DirectoryName);
    }

    /// <summary>The options; null when it is off, or nobody has said where the file system is mounted.</summary>
    public static RestoreAheadOptions? Compose(WeirOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        HsmOptions hsm = options.Hsm;
        if (hsm.RestoreAhead is not { } pattern || hsm.MountPoint is not { } mountPoint) return null;
        return new()
        {
            Prefix = hsm.Topic,
            Pattern = RestoreAheadOptions.CompilePattern(pattern),
            MountPoint = mountPoint,
            JobDirectory = JobDirectory(options),
            ArchiveId = hsm.RestoreAheadArchive,
            ActivationThreshold = hsm.RestoreAheadActivationThreshold,
            BatchSize = hsm.RestoreAheadBatchSize,
            ResumeThreshold = hsm.RestoreAheadResumeThreshold,
            CheckInterval = hsm.RestoreAheadCheckInterval,
            JobTimeout = hsm.RestoreAheadJobTimeout,
            RescanInterval = hsm.RestoreAheadRescanInterval,
            MaxFiles = hsm.RestoreAheadMaxFiles,
            Time = time,
        };
    }
}
