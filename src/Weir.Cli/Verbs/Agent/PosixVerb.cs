using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Coordinator.Movers;
using Weir.Coordinator.Movers.Posix;
using Weir.Server.Configuration.Sections;
using Weir.Server.Movers;

namespace Weir.Cli.Verbs.Agent;

/// <summary><c>weir agent posix</c>: a copytool over a directory tree.</summary>
internal sealed class PosixVerb : AgentVerb
{
    public const string Summary = "Archive to a directory tree, restore from it, and remove from it.";

    private readonly Option<string?> _root = new("--hsm-root") { HelpName = "DIR", Description = "The archive's directory (agent.hsm_root)." };
    private readonly Option<string?> _layout = new("--archive-format") { HelpName = "v1|v2", Description = "Where in it copies lie (agent.layout; v1)." };
    private readonly Option<bool> _mounted = new("--require-mount") { Description = "DIR must be a mount point: while it is none, nothing is written (agent.require_mount)." };
    private readonly Option<string?> _archiveBandwidth = new("--archive-bandwidth") { HelpName = "BYTES", Description = "Bytes per second over all archives, such as 500M (agent.archive_bandwidth; no limit)." };
    private readonly Option<string?> _restoreBandwidth = new("--restore-bandwidth") { HelpName = "BYTES", Description = "The same over all restores (agent.restore_bandwidth; no limit)." };

    public PosixVerb() : base("posix", Summary)
    {
        foreach (Option option in (Option[])[_root, _layout, _mounted, _archiveBandwidth, _restoreBandwidth]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "A copytool that needs no other. It reads and writes the archives of lhsmtool_posix, in both of their layouts. A copy is written under a temporary name, flushed and renamed; holes stay holes, and extended attributes go with it. Beside each copy lies a manifest with its SHA-256, against which a restore is verified.",
            .. SharedDescription,
        ],
        Examples =
        [
            new("weir agent posix --hsm-root /mnt/archive --archive 1 /mnt/lustre", "Under the coordinator on this machine."),
            new("weir agent posix --hsm-root /mnt/archive --require-mount --coordinator coordinator:5123 --archive-bandwidth 500M /mnt/lustre", "Under another's, at 500 MiB a second, and only while the archive is mounted."),
            new("weir agent posix --lab --hsm-root /tmp/archive /tmp/lustre", "To try it, without Lustre (docs/copytools.md)."),
        ],
        Done = "stopped by SIGINT or SIGTERM, or with --once nothing was left",
        Environment = SharedEnvironment,
        Files = SharedFiles,
    };

    protected override IDisposable? Compose(AgentSection section, string fsName, ILogger logger, TimeProvider time, out IActionMover mover)
    {
        (mover, ArchiveTree tree) = AgentComposition.ComposePosix(section, logger, time);
        return tree;
    }

    protected override IEnumerable<(string Key, string[] Values, string Option)> OwnSettings(Invocation run)
    {
        yield return ("hsm_root", Path(run.Get(_root)), "--hsm-root");
        yield return ("layout", Given(run.Get(_layout)), "--archive-format");
        yield return ("require_mount", run.Get(_mounted) ? ["yes"] : [], "--require-mount");
        yield return ("archive_bandwidth", Given(run.Get(_archiveBandwidth)), "--archive-bandwidth");
        yield return ("restore_bandwidth", Given(run.Get(_restoreBandwidth)), "--restore-bandwidth");
    }
}
