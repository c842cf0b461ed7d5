using System.Globalization;
using Weir.Hsm.RestoringAhead;

namespace Weir.Server.Configuration.Sections;

/// <summary>The keys <c>restore_ahead…</c> of section <c>hsm</c>, and what must hold between them.</summary>
public static class RestoreAheadKeys
{
    private const string Section = "hsm";
    private const int Most = 1_000_000;

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        ConfigurationKey.Scalar(
            Section, "restore_ahead", "Names of the files that 'weir hsm restore-ahead' restores beside one that is being restored, as a regular expression (unset: it is off).",
            ApplyPattern, options => options.Hsm.RestoreAhead),
        ConfigurationKey.Scalar(
            Section, "restore_ahead_archive", "Restore ahead only files in this archive (unset: in any).",
            (options, text) => Number(text, 0, int.MaxValue, value => options.Hsm.RestoreAheadArchive = value),
            options => options.Hsm.RestoreAheadArchive is { } archive ? Text(archive) : null),
        Count(
            "restore_ahead_activation_threshold", "A directory with no more matching files than this is restored in one go.", 0,
            (options, value) => options.Hsm.RestoreAheadActivationThreshold = value, options => options.Hsm.RestoreAheadActivationThreshold),
        Count(
            "restore_ahead_batch_size", "So many files of a larger directory are under way at most.", 1,
            (options, value) => options.Hsm.RestoreAheadBatchSize = value, options => options.Hsm.RestoreAheadBatchSize),
        Count(
            "restore_ahead_resume_threshold", "When fewer than this are under way, more are asked for.", 1,
            (options, value) => options.Hsm.RestoreAheadResumeThreshold = value, options => options.Hsm.RestoreAheadResumeThreshold),
        Count(
            "restore_ahead_max_files", "A directory with more matching files than this is left alone.", 1,
            (options, value) => options.Hsm.RestoreAheadMaxFiles = value, options => options.Hsm.RestoreAheadMaxFiles),
        ConfigurationKey.Time(
            Section, "restore_ahead_check_interval", "How often it is looked at what has become of the files under way.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1),
            (options, value) => options.Hsm.RestoreAheadCheckInterval = value, options => options.Hsm.RestoreAheadCheckInterval),
        ConfigurationKey.Time(
            Section, "restore_ahead_job_timeout", "A directory's job that is older is given up.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(365),
            (options, value) => options.Hsm.RestoreAheadJobTimeout = value, options => options.Hsm.RestoreAheadJobTimeout),
        ConfigurationKey.Time(
            Section, "restore_ahead_rescan_interval", "A directory is looked through no more often than this.", TimeSpan.Zero, TimeSpan.FromDays(365),
            (options, value) => options.Hsm.RestoreAheadRescanInterval = value, options => options.Hsm.RestoreAheadRescanInterval),
        ConfigurationKey.Scalar(
            Section, "restore_ahead_jobs", "The directory of the jobs' files (unset: beside the feed).",
            (options, text) =>
            {
                if (!Path.IsPathRooted(text)) return $"'{text}' is not a whole path; it must start with '/'";
                options.Hsm.RestoreAheadJobs = text;
                return null;
            },
            options => options.Hsm.RestoreAheadJobs),
    ];

    /// <summary>What does not go together, each with the key to name.</summary>
    public static IEnumerable<(string Key, string Problem)> Validate(HsmOptions options)
    {
        if (options.RestoreAheadResumeThreshold > options.RestoreAheadBatchSize)
        {
            yield return ("restore_ahead_resume_threshold",
                $"{options.RestoreAheadResumeThreshold} is more than hsm.restore_ahead_batch_size ({options.RestoreAheadBatchSize}), which are never under way at once");
        }
    }

    private static ConfigurationKey Count(string name, string description, int least, Action<WeirOptions, int> apply, Func<WeirOptions, int> read) => ConfigurationKey.Scalar(
        Section, name, description, (options, text) => Number(text, least, Most, value => apply(options, value)), options => Text(read(options)));

    private static string? ApplyPattern(WeirOptions options, string text)
    {
        if (text.Length == 0) return "an empty pattern would match every file; '.*' says so";
        try
        {
            RestoreAheadOptions.CompilePattern(text);
        }
        catch (ArgumentException wrong)
        {
            return $"'{text}' is no regular expression that can be used: {wrong.Message}";
        }

        options.Hsm.RestoreAhead = text;
        return null;
    }

    private static string? Number(string text, int least, int most, Action<int> apply)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < least || value > most) return $"'{text}' is not a number from {least} to {most}";
        apply(value);
        return null;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
