using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;
using Weir.Coordinator.Movers;
using Weir.Server.Configuration.Sections;
using Weir.Server.Movers;

namespace Weir.Cli.Verbs.Agent;

/// <summary><c>weir agent command</c>: a copytool that has a program of the site's do the work.</summary>
internal sealed class CommandVerb : AgentVerb
{
    public const string Summary = "Have a program do each archive, restore and remove.";

    private readonly Option<string?> _program = new("--program") { HelpName = "COMMAND", Description = "The program and its arguments, with placeholders; quotes as in a shell, but no shell runs it (agent.program)." };
    private readonly Option<string?> _timeout = new("--program-timeout") { HelpName = "TIME", Description = "How long it may take for a file, such as 6h (agent.program_timeout; as long as it likes)." };
    private readonly Option<string[]> _exitCodes = new("--exit-code") { HelpName = "CODE=ERRNO", Description = "What an exit code means, such as 2=ENOENT. May be repeated (agent.exit_codes)." };

    public CommandVerb() : base("command", Summary)
    {
        foreach (Option option in (Option[])[_program, _timeout, _exitCodes]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Runs a program for each request. For an archive the file is its standard input, for a restore its standard output. Placeholders in its arguments are {action} (archive, restore or remove), {fid}, {dfid}, {path}, {data}, {cookie}, {archive_id}, {mount} and {fsname}; the same stand in its environment as WEIR_ACTION, WEIR_FID and so on, and WEIR_DATA_HEX has the user's data in hex.",
            "Exit code 0 is success and 75 is worth another attempt; any other is EIO unless --exit-code says what it means. What the program says on standard error is logged. When the request is cancelled or takes too long, the program's whole process group gets SIGTERM, and five seconds later SIGKILL.",
            .. SharedDescription,
        ],
        Examples =
        [
            new("weir agent command --program 'tape-move {action} {fid}' --program-timeout 6h --archive-slots 2 /mnt/lustre", "Two archives at once, six hours at most for each."),
            new("weir agent command --program 'sh -c \"case $WEIR_ACTION in archive) cat >/tmp/a/$WEIR_FID;; restore) cat /tmp/a/$WEIR_FID;; remove) rm -f /tmp/a/$WEIR_FID;; esac\"' --lab /tmp/lustre", "A whole copytool, to try it without Lustre."),
        ],
        Done = "stopped by SIGINT or SIGTERM, or with --once nothing was left",
        Environment = SharedEnvironment,
        Files = SharedFiles,
    };

    protected override IDisposable? Compose(AgentSection section, string fsName, ILogger logger, TimeProvider time, out IActionMover mover)
    {
        mover = AgentComposition.ComposeCommand(section, fsName, logger, time);
        return null;
    }

    protected override IEnumerable<(string Key, string[] Values, string Option)> OwnSettings(Invocation run)
    {
        yield return ("program", Given(run.Get(_program)), "--program");
        yield return ("program_timeout", Given(run.Get(_timeout)), "--program-timeout");
        yield return ("exit_codes", run.Get(_exitCodes) ?? [], "--exit-code");
    }
}
