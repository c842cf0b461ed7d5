using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Collectors;
using Weir.BlockEvents.Collectors.Journal;
using Weir.BlockEvents.Collectors.Kernel;
using Weir.BlockEvents.Collectors.Text;

namespace Weir.Server.Events;

/// <summary>Opens the sources of lines by their names.</summary>
public static class LogSources
{
    /// <summary>systemd's journal, the kernel's log, and standard input.</summary>
    public const string Journal = "journal", Kmsg = "kmsg", Input = "-";

    /// <summary>Opens a source.</summary>
    /// <param name="name">journal, kmsg or a file.</param>
    /// <param name="cursor">Where reading goes on; empty to begin.</param>
    /// <param name="fromEnd">Where a source that was never read begins: at what comes from now on.</param>
    /// <param name="directories">Where the journal is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what cannot be read.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static ILogSource Open(string name, string cursor, bool fromEnd, IReadOnlyList<string> directories, TimeProvider time, ILogger logger) => name switch
    {
        Journal => new JournalSource(new() { Directories = directories, Cursor = cursor, FromEnd = fromEnd }, logger),
        Kmsg => new KmsgSource(cursor, fromEnd, time),
        Input => new TextSource("stdin", Console.OpenStandardInput()),
        _ => new TextSource(Path.GetFileName(name), new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan)),
    };
}
