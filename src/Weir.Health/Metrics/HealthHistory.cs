using Microsoft.Extensions.Logging;

namespace Weir.Health.Metrics;

/// <summary>The last day's moments, in memory and in a file that outlives the process. One writer, many readers.</summary>
internal sealed class HealthHistory : IDisposable
{
    public const string FileName = "metrics.history";

    public static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Reach = TimeSpan.FromHours(24);

    private static readonly int Slots = (int)(Reach / Step);

    private readonly Lock _lock = new();
    private readonly List<HistoryEntry> _entries = [];
    private readonly HistoryFile? _file;
    private readonly ILogger _logger;
    private bool _isWriteFailing;

    /// <param name="directory">Where the file is; made where it is missing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For what cannot be read or written. The history is then in memory alone.</param>
    public HealthHistory(string directory, TimeProvider time, ILogger logger)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        _logger = logger;
        string path = Path.Combine(directory, FileName);
        try
        {
            Directory.CreateDirectory(directory);
            _file = HistoryFile.Open(path, [.. HealthMetricTable.Columns.Select(column => column.Name)], Step, Slots, out IReadOnlyList<HistoryEntry> found, out string? problem);
            if (problem is not null) MetricsLog.HistoryDropped(logger, path, problem);
            // What a clock that went wrong wrote is of no use.
            foreach (HistoryEntry entry in found.Where(entry => entry.Milliseconds <= now && entry.Milliseconds >= now - (long)Reach.TotalMilliseconds)) Keep(entry);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            MetricsLog.HistoryUnwritable(logger, path, failed.Message);
        }
    }

    /// <summary>The newest moment; null where there is none.</summary>
    public HistoryEntry? Newest
    {
        get
        {
            lock (_lock) return _entries.Count == 0 ? null : _entries[^1];
        }
    }

    public void Add(HistoryEntry entry)
    {
        lock (_lock)
        {
            // A clock that was set back: what it told before was wrong.
            _entries.RemoveAll(other => other.Milliseconds >= entry.Milliseconds);
            Keep(entry);
        }

        try
        {
            _file?.Write(entry);
            _isWriteFailing = false;
        }
        catch (IOException failed)
        {
            if (!_isWriteFailing) MetricsLog.HistoryUnwritable(_logger, FileName, failed.Message);
            _isWriteFailing = true;
        }
    }

    public IReadOnlyList<HealthSample> Read(DateTimeOffset from, DateTimeOffset to)
    {
        long first = from.ToUnixTimeMilliseconds(), last = to.ToUnixTimeMilliseconds();
        lock (_lock)
            return [.. _entries.Where(entry => entry.Milliseconds >= first && entry.Milliseconds <= last).Select(entry => new HealthSample(DateTimeOffset.FromUnixTimeMilliseconds(entry.Milliseconds), entry.Values))];
    }

    public void Dispose() => _file?.Dispose();

    private void Keep(HistoryEntry entry)
    {
        _entries.Add(entry);
        long oldest = entry.Milliseconds - (long)Reach.TotalMilliseconds;
        int gone = 0;
        while (_entries[gone].Milliseconds < oldest || _entries.Count - gone > Slots + 1) gone++;
        if (gone > 0) _entries.RemoveRange(0, gone);
    }
}
