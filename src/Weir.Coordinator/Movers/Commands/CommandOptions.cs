namespace Weir.Coordinator.Movers.Commands;

/// <summary>Which program does the actions, and how it is judged.</summary>
public sealed record CommandOptions
{
    /// <summary>The program, a whole path or found in PATH, and its arguments, with placeholders (<see cref="CommandTemplate"/>).</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>How long it may take; zero: as long as it likes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.Zero;

    /// <summary>How long it has to end after SIGTERM, before SIGKILL.</summary>
    public TimeSpan KillDelay { get; init; } = TimeSpan.FromSeconds(5);

    public ExitCodes ExitCodes { get; init; } = new();

    /// <summary>The file system's name, for the program.</summary>
    public string FsName { get; init; } = "";
}
