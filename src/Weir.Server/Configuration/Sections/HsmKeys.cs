using Weir.Feed;
using Weir.Hsm;

namespace Weir.Server.Configuration.Sections;

/// <summary>The keys of section <c>hsm</c>, and what must hold between them.</summary>
public static class HsmKeys
{
    private const string Section = "hsm";
    private const int MaxPatterns = 64;

    public static IReadOnlyList<ConfigurationKey> All { get; } =
    [
        new(Section, "actions", "Patterns of the MDTs' action files, one or a list.", ApplyActions, options => options.Hsm.Actions) { IsList = true },
        ConfigurationKey.Time(
            Section, "poll_interval", "From the start of one look at the files to the next.", TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1),
            (options, value) => options.Hsm.PollInterval = value, options => options.Hsm.PollInterval),
        ConfigurationKey.Time(
            Section, "heartbeat_interval", "An action unchanged for this long is said to be alive still.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30),
            (options, value) => options.Hsm.HeartbeatInterval = value, options => options.Hsm.HeartbeatInterval),
        ConfigurationKey.Time(
            Section, "refresh_interval", "An action whose last full record is this old is written in full again (unset: four heartbeats).",
            TimeSpan.FromSeconds(1), TimeSpan.FromDays(365),
            (options, value) => options.Hsm.RefreshInterval = value, options => options.Hsm.RefreshInterval ?? 4 * options.Hsm.HeartbeatInterval),
        ConfigurationKey.Scalar(
            Section, "reconcile_interval", "How often the shipper itself purges what is in no file and trims its topics (unset: never; the janitor trims).", ApplyReconcileInterval,
            options => options.Hsm.ReconcileInterval is { } interval ? Duration.Format(interval) : null),
        ConfigurationKey.Time(
            Section, "operation_interval", "From the end of one round of the janitor to the start of the next.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30),
            (options, value) => options.Hsm.OperationInterval = value, options => options.Hsm.OperationInterval),
        ConfigurationKey.Time(
            Section, "stale_action_timeout", "An action without any event for this long holds no trim back.", TimeSpan.FromSeconds(1), TimeSpan.FromDays(365),
            (options, value) => options.Hsm.StaleActionTimeout = value, options => options.Hsm.StaleActionTimeout),
        ConfigurationKey.Scalar(
            Section, "layout", "per-mdt: a topic per MDT; single: one topic for all.", ApplyLayout, options => LayoutName(options.Hsm.Layout)),
        ConfigurationKey.Scalar(
            Section, "topic", "The single topic, or what each MDT's topic starts with.", ApplyTopic, options => options.Hsm.Topic),
        ConfigurationKey.Scalar(
            Section, "mountpoint", "Where the file system is mounted, for the paths of files (unset: paths are not looked up).",
            (options, text) => ApplyPath(text, path => options.Hsm.MountPoint = path), options => options.Hsm.MountPoint),
        ConfigurationKey.Scalar(
            Section, "snapshot", "The shipper's snapshot file (unset: beside the feed).",
            (options, text) => ApplyPath(text, path => options.Hsm.Snapshot = path), options => options.Hsm.Snapshot),
    ];

    public static string LayoutName(ActionLayout layout) => layout == ActionLayout.Single ? "single" : "per-mdt";

    public static bool TryParseLayout(string text, out ActionLayout layout)
    {
        layout = text == "single" ? ActionLayout.Single : ActionLayout.PerMdt;
        return text is "single" or "per-mdt";
    }

    /// <summary>What does not go together, each with the key to name.</summary>
    public static IEnumerable<(string Key, string Problem)> Validate(HsmOptions options)
    {
        if (options.HeartbeatInterval < options.PollInterval)
        {
            yield return ("heartbeat_interval",
                $"{Duration.Format(options.HeartbeatInterval)} is shorter than hsm.poll_interval ({Duration.Format(options.PollInterval)}); nothing can be said more often than it is looked at");
        }

        if (options.RefreshInterval is { } refresh && refresh < options.PollInterval)
        {
            yield return ("refresh_interval",
                $"{Duration.Format(refresh)} is shorter than hsm.poll_interval ({Duration.Format(options.PollInterval)}); nothing can be written more often than it is looked at");
        }
    }

    private static string? ApplyActions(WeirOptions options, ConfigurationValue value)
    {
        if (value.Items.Count == 0) return "is an empty list; name at least one pattern";
        if (value.Items.Count > MaxPatterns) return $"has {value.Items.Count} patterns; there may be {MaxPatterns}";
        foreach (string pattern in value.Items)
        {
            if (!pattern.StartsWith('/')) return $"'{pattern}' is not a whole path; a pattern starts with '/'";
        }

        options.Hsm.Actions = value.Items;
        return null;
    }

    private static string? ApplyReconcileInterval(WeirOptions options, string text)
    {
        if (!Duration.TryParse(text, out TimeSpan interval)) return $"'{text}' is not {Duration.Expected}";
        if (interval < TimeSpan.FromSeconds(1)) return $"'{text}' is shorter than 1s";
        options.Hsm.ReconcileInterval = interval;
        return null;
    }

    private static string? ApplyLayout(WeirOptions options, string text)
    {
        if (!TryParseLayout(text, out ActionLayout layout)) return $"'{text}' is neither per-mdt nor single";
        options.Hsm.Layout = layout;
        return null;
    }

    private static string? ApplyTopic(WeirOptions options, string text)
    {
        if (text.Length == 0) return "a topic's name cannot be empty";
        try
        {
            TopicName.ThrowIfInvalid(text);
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }

        options.Hsm.Topic = text;
        return null;
    }

    private static string? ApplyPath(string text, Action<string> apply)
    {
        if (!Path.IsPathRooted(text)) return $"'{text}' is not a whole path; it must start with '/'";
        apply(text);
        return null;
    }
}
