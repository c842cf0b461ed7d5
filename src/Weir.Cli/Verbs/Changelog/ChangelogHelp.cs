using System.CommandLine;
using Weir.Changelogs.Devices;
using Weir.Changelogs.Records;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Lustre.Changelog;

namespace Weir.Cli.Verbs.Changelog;

/// <summary>What the verbs about changelogs say and read alike.</summary>
internal static class ChangelogHelp
{
    public static IReadOnlyList<HelpEntry> Files { get; } =
    [
        new("/dev/changelog-MDT", "The changelog, on clients that have the file system mounted."),
        new("/sys/kernel/debug/lustre/mdd/MDT/changelog_users", "The users, on the MDT's server; /proc/fs/lustre/mdd in older releases."),
    ];

    public static Option<string?> Device() => new("--device-path") { HelpName = "PATH", Description = "The device; otherwise /dev/changelog-MDT." };

    public static Option<string?> Parameters() => new("--params")
    {
        HelpName = "DIR",
        Description = "Where MDT/changelog_users and the other parameters are; otherwise where Lustre's releases put them.",
    };

    public static Option<string?> Mask() => new("--mask", "-m")
    {
        HelpName = "TYPES",
        Description = "Record types, with commas between: CREAT,UNLNK; ALL, DEFAULT; +OPEN,-CLOSE change DEFAULT.",
    };

    /// <exception cref="UsageException">No MDT can have this name.</exception>
    public static string CheckMdt(string name) => ChangelogTopic.IsMdtName(name)
        ? name : throw new UsageException($"'{name}' is not an MDT's name, which is like testfs-MDT0000");

    /// <exception cref="UsageException">It is none.</exception>
    public static string CheckUser(string user) => ChangelogUser.TryParseId(user, out _)
        ? user : throw new UsageException($"'{user}' is not a changelog user, which is like cl1 or cl1-name");

    /// <exception cref="UsageException">It names what is no record type.</exception>
    public static ChangelogMask ParseMask(string text) => ChangelogMask.TryParse(text, out ChangelogMask mask, out string problem)
        ? mask : throw new UsageException($"--mask: {problem}");

    public static MdtParameters ParametersIn(string? directory) => new(directory is null ? null : [directory]);
}
