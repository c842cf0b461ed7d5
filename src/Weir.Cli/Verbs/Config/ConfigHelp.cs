using Weir.Cli.Help;
using Weir.Server.Configuration;

namespace Weir.Cli.Verbs.Config;

/// <summary>What the verbs about the configuration say alike.</summary>
internal static class ConfigHelp
{
    public static IReadOnlyList<HelpEntry> Files { get; } =
    [
        new(ConfigurationLoader.DefaultPath, "The configuration. It need not exist."),
        new("/etc/weir/weir.d/*.yaml", "Drop-ins, read after it in name order."),
    ];

    public static IReadOnlyList<HelpEntry> Environment { get; } =
    [
        new("WEIR__SECTION__KEY", "Goes before the files, e.g. WEIR__HSM__POLL_INTERVAL=30s. A list is written [a, b]."),
        new("WEIR_FEED", "The same as WEIR__FEED__URL, and goes before it; may be relative to the current directory."),
    ];
}
