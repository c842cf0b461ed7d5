using Weir.BlockEvents.Collectors.Journal;
using Weir.Server.Events;

namespace Weir.Server.Configuration.Sections;

/// <summary>Section <c>events</c>: storage events from logs.</summary>
public sealed class EventsOptions
{
    private const string Section = "events";

    /// <summary>Where lines come from.</summary>
    public IReadOnlyList<string> Sources { get; set; } = [LogSources.Journal];

    /// <summary>Where the journal is.</summary>
    public IReadOnlyList<string> JournalDirectories { get; set; } = new JournalOptions().Directories;

    /// <summary>Users' files of rules.</summary>
    public IReadOnlyList<string> Rules { get; set; } = [];

    /// <summary>Whether an event for each block device is made at the start.</summary>
    public bool TellsDevices { get; set; }

    /// <summary>Who is told.</summary>
    public IReadOnlyList<NotifierText> Notify { get; set; } = [];

    /// <summary>Drives of object stores that are to be scanned when a device below them fails.</summary>
    public IReadOnlyList<string> Drives { get; set; } = [];

    /// <summary>The varlink service's socket; null for none.</summary>
    public string? Varlink { get; set; }

    /// <summary>The section's keys.</summary>
    public static IReadOnlyList<ConfigurationKey> Keys { get; } =
    [
        ConfigurationKey.List(Section, "sources", "Where lines come from: journal (systemd's), kmsg (the kernel's log).", 2, item => item is LogSources.Journal or LogSources.Kmsg ? null : $"'{item}' is neither journal nor kmsg",
            (options, items) => options.Events.Sources = items, options => options.Events.Sources),
        ConfigurationKey.List(Section, "journal_dirs", "Where the journal is.", 64, WholePath, (options, items) => options.Events.JournalDirectories = items, options => options.Events.JournalDirectories),
        ConfigurationKey.List(Section, "rules", "Files with rules of your own, YAML or a configuration of Peripety; they go before the built-in ones and are read again when they change.", 64, WholePath,
            (options, items) => options.Events.Rules = items, options => options.Events.Rules),
        ConfigurationKey.Choice(Section, "tell_devices", "Whether to begin with an event PERIPETY_BLK_INFO for each block device.", ["true", "false"],
            (options, word) => options.Events.TellsDevices = word == "true", options => options.Events.TellsDevices ? "true" : "false"),
        ConfigurationKey.List(Section, "notify", $"Who is told of events, each as KIND [key=value]...: {NotifierText.Forms}.", 64, item => NotifierText.Parse(item, out string problem) is null ? problem : null,
            (options, items) => options.Events.Notify = [.. items.Select(item => NotifierText.Parse(item, out _)!)], options => [.. options.Events.Notify.Select(notifier => notifier.Text)]),
        ConfigurationKey.List(Section, "drives", "Roots of object-store drives; when a device below one fails, a deep scan of it is asked for on health:requests.", 4096, WholePath,
            (options, items) => options.Events.Drives = items, options => options.Events.Drives),
        ConfigurationKey.FilePath(Section, "varlink", "The UNIX socket of the varlink service io.weir.StorageEvents (unset: none).", (options, path) => options.Events.Varlink = path, options => options.Events.Varlink),
    ];

    private static string? WholePath(string item) => Path.IsPathRooted(item) && !item.Contains('\0', StringComparison.Ordinal) ? null : $"'{item}' is not a whole path; it must start with '/'";
}
