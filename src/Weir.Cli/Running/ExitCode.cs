namespace Weir.Cli.Running;

/// <summary>What the program's exit code says. Scripts rely on it.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>The command line was wrong; nothing was done.</summary>
    public const int WrongUsage = 2;

    /// <summary>The work was done and what it looked at is not in order.</summary>
    public const int FoundProblems = 3;

    /// <summary>As a shell reports a process that SIGINT ended.</summary>
    public const int Interrupted = 130;

    /// <summary>As a shell reports a process that SIGTERM ended.</summary>
    public const int Terminated = 143;
}
