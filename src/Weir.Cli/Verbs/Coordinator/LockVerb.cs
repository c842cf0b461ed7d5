using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Coordinator.Agents;

namespace Weir.Cli.Verbs.Coordinator;

/// <summary><c>weir coordinator lock</c>, <c>unlock</c> and <c>lock-quit</c>.</summary>
internal sealed class LockVerb : ClientVerb
{
    public const string LockSummary = "Let the coordinator hand out nothing more.";
    public const string UnlockSummary = "Let the coordinator hand out work again.";
    public const string QuitSummary = "Let the coordinator hand out nothing more and end when nothing runs.";

    private readonly int _locked;

    private LockVerb(string name, string summary, int locked) : base(name, summary) => _locked = locked;

    public override VerbHelp Help => new()
    {
        Description = [_locked switch
        {
            0 => "Work is handed out again, at once to those who wait for it.",
            1 => "What runs goes on and may end; requests are still taken in. The lock survives a restart.",
            _ => "What runs goes on; the coordinator ends with the last of it, and is unlocked when it is started again.",
        }],
        Examples = [new($"weir coordinator {Name}", "The coordinator of this host.")],
        Environment = ClientEnvironment,
        Files = ClientFiles,
    };

    public static LockVerb Lock() => new("lock", LockSummary, 1);

    public static LockVerb Unlock() => new("unlock", UnlockSummary, 0);

    public static LockVerb Quit() => new("lock-quit", QuitSummary, 2);

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        await using CoordinatorConnection connection = await ConnectAsync(run, cancellationToken);
        RequestWriter.WriteLock(connection.Outgoing, _locked);
        await connection.AskAsync(cancellationToken);
        return ExitCode.Done;
    }
}
