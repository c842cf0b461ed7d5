using System.Text.RegularExpressions;
using Weir.Feed.Disks;

namespace Weir.Hsm.RestoringAhead;

/// <summary>Which files are restored ahead, and how fast.</summary>
public sealed record RestoreAheadOptions
{
    /// <summary>The single topic, or what each MDT's topic starts with.</summary>
    public string Prefix { get; init; } = ActionTopics.DefaultPrefix;

    /// <summary>The names of the files to restore: see <see cref="CompilePattern"/>.</summary>
    public required Regex Pattern { get; init; }

    /// <summary>Where the file system is mounted. Nothing outside is looked at.</summary>
    public required string MountPoint { get; init; }

    /// <summary>Where the jobs' files are. Nobody else may be able to write there.</summary>
    public required string JobDirectory { get; init; }

    /// <summary>Only files in this archive; null: in any.</summary>
    public int? ArchiveId { get; init; }

    /// <summary>A directory with no more files than this is asked for in one go.</summary>
    public int ActivationThreshold { get; init; } = 100;

    /// <summary>So many files of a directory are under way at most.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>When fewer than this are under way, more are asked for. From 1 to <see cref="BatchSize"/>.</summary>
    public int ResumeThreshold { get; init; } = 20;

    /// <summary>How often it is looked at what has become of the files under way.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A job that is older is given up.</summary>
    public TimeSpan JobTimeout { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A directory is looked through no more often than this.</summary>
    public TimeSpan RescanInterval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>A directory with more matching files than this is left alone.</summary>
    public int MaxFiles { get; init; } = 100_000;

    /// <summary>Says what would be restored, and restores nothing.</summary>
    public bool IsDryRun { get; init; }

    public IDisk Disk { get; init; } = LocalDisk.Instance;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// A regular expression that a name must match from its first character on, though not to its last. Matching takes time in proportion to the
    /// name's length, whatever the expression; so there are no back references and no look-around.
    /// </summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Regex CompilePattern(string pattern)
    {
        try
        {
            return new($@"\A(?:{pattern})", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException unsupported)
        {
            throw new ArgumentException(unsupported.Message, unsupported);
        }
    }
}
