using System.CommandLine;
using Microsoft.Extensions.Logging;
using Weir.Cli.Help;

namespace Weir.Cli.Verbs;

/// <summary>One verb of the program: its arguments and options (added in the constructor), its help, and what it does.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string summary) : base(name, summary) { }

    /// <summary>The rest of the help page.</summary>
    public abstract VerbHelp Help { get; }

    /// <summary>What is logged when <c>--log-level</c> is not given. Daemons say more than tools.</summary>
    public virtual LogLevel DefaultLogLevel => LogLevel.Warning;

    /// <summary>Does the work and returns the exit code. Failures are exceptions, whose message is printed.</summary>
    public abstract Task<int> RunAsync(Invocation run, CancellationToken cancellationToken);
}
