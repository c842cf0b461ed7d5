using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Events;

namespace Weir.BlockEvents.Collectors.Journal;

/// <summary>The events that Weir or Peripety has stored in systemd's journal: entries with IS_PERIPETY=TRUE, whose field JSON is the event.</summary>
public sealed class JournalEvents : IDisposable
{
    private readonly JournalSource _source;

    /// <summary>Opens the journal.</summary>
    /// <param name="directories">Where it is; the system's own when none is named.</param>
    /// <param name="fromEnd">Only what comes from now on.</param>
    /// <param name="logger">For files that cannot be read.</param>
    public JournalEvents(IReadOnlyList<string> directories, bool fromEnd, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(directories);
        var options = new JournalOptions { FromEnd = fromEnd };
        _source = new(directories.Count > 0 ? options with { Directories = directories } : options, logger);
    }

    /// <summary>Entries that cannot be read as events.</summary>
    public long UnreadableCount { get; private set; }

    /// <summary>Hands out the wanted events that are there, a piece at a time; false when there are no more now.</summary>
    public bool Read(EventFilter filter, Action<StorageEvent> take)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(take);
        return _source.ReadEvents(json =>
        {
            if (!StorageEventReader.TryRead(json, out StorageEvent? one, out _)) UnreadableCount++;
            else if (filter.Matches(one)) take(one);
        });
    }

    /// <summary>Waits for more.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken) => await _source.WaitAsync(cancellationToken).ConfigureAwait(false);

    public void Dispose() => _source.Dispose();
}
