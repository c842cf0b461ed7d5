using System.CommandLine;
using Weir.BlockEvents.Topology;
using Weir.Cli.Running;

namespace Weir.Cli.Verbs.Events;

/// <summary>Options of verbs that look at block devices.</summary>
internal static class DeviceOptions
{
    public static Option<string?> Root() => new("--root")
    {
        HelpName = "DIR",
        Description = "Read sys, dev, run/udev and proc/self/mountinfo below DIR, such as a captured tree, instead of this machine's.",
    };

    /// <summary>JSON, also under the original's name.</summary>
    public static Option<bool> Json() => new("--json", "-J") { Description = "Print JSON for programs." };

    /// <exception cref="UsageException">The directory has no sysfs tree.</exception>
    public static SystemRoot RootIn(string? directory)
    {
        if (directory is null) return SystemRoot.Live;
        string root = Path.GetFullPath(directory);
        return Directory.Exists(Path.Combine(root, "sys", "class", "block")) ? new(root) : throw new UsageException($"--root: there is no sys/class/block in {root}");
    }
}
