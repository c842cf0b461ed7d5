using System.CommandLine;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Erasure.Drives;

namespace Weir.Cli.Verbs.Drives;

/// <summary><c>weir drives inspect</c>: what the given drives are, and what they make up together.</summary>
internal sealed class InspectVerb : Verb
{
    public const string Summary = "Show drives, their pools and sets, and what is missing.";

    private readonly Argument<string[]> _paths = new("PATH") { Arity = ArgumentArity.OneOrMore, Description = "The roots of the drives, in any order." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public InspectVerb() : base("inspect", Summary)
    {
        Arguments.Add(_paths);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads the identity (format.json) of each drive of a MinIO or RustFS deployment and prints a line for each: its state, its pool, set and position, the size and the free room of its file system; then a line for each pool. Only reads, also beside a running server.",
            "States: online; unformatted (new, or replaced and not healed yet); offline (not reachable); damaged (its identity cannot be read); foreign (of another deployment than most, or with another idea of the pool); duplicate (the same drive as another path).",
            "With --json one object with the members pools and drives is printed.",
        ],
        Examples =
        [
            new("weir drives inspect /data/disk*", "The drives mounted below /data."),
            new("weir drives inspect /data/disk1 /data/disk2 --json", "For a program."),
        ],
        Done = "all drives of all pools are there and online",
        ExitCodes = [new("3", "drives are missing or not online")],
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        DriveTopology topology = DriveTopology.Discover(run.Get(_paths));
        if (run.Get(_json)) TopologyPrinter.WriteJson(run.Out, topology);
        else TopologyPrinter.WriteText(run.Out, topology);
        bool isWhole = topology.Pools.Count > 0 && topology.Drives.All(drive => drive.State == DriveState.Online)
            && topology.Pools.All(pool => pool.OnlineCount == pool.DriveCount);
        return Task.FromResult(isWhole ? ExitCode.Done : ExitCode.FoundProblems);
    }
}
