using Weir.BlockEvents.Collectors.Journal;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Topology;

namespace Weir.Server.Events;

/// <summary>What is collected, and how events are made of it.</summary>
public sealed record EventsSettings
{
    /// <summary>The sources: journal, kmsg, files.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [LogSources.Journal];

    /// <summary>Where the journal is.</summary>
    public IReadOnlyList<string> JournalDirectories { get; init; } = new JournalOptions().Directories;

    /// <summary>Users' files of rules, those that count first first.</summary>
    public IReadOnlyList<string> RuleFiles { get; init; } = [];

    /// <summary>Where a source that was never read begins: at what comes from now on, or at its beginning.</summary>
    public bool FromEnd { get; init; } = true;

    /// <summary>Read what is there, then end.</summary>
    public bool Once { get; init; }

    /// <summary>Where devices are looked up.</summary>
    public SystemRoot Root { get; init; } = SystemRoot.Live;

    /// <summary>Whether an event for each block device is made at the start.</summary>
    public bool TellsDevices { get; init; }

    /// <summary>Folding and verdicts.</summary>
    public StormOptions Storms { get; init; } = StormOptions.Default;

    /// <summary>Lines of one kind and device that are kept in one second.</summary>
    public int MostPerSecond { get; init; } = 1000;

    /// <summary>Opens a source instead of <see cref="LogSources.Open"/>; for programs that have standard input their own way.</summary>
    public Func<string, BlockEvents.Collectors.ILogSource?>? OpenSource { get; init; }
}
