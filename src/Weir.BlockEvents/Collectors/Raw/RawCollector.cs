using Microsoft.Extensions.Logging;
using Weir.BlockEvents.Lines;
using Weir.BlockEvents.Rules;
using Weir.Feed;

namespace Weir.BlockEvents.Collectors.Raw;

/// <summary>
/// Brings the lines of a source that are about storage into the topic <c>block:raw</c>, durably, and then notes how far it has come: after any stop it
/// goes on there. Lines appended just before a crash may be appended once more after it.
/// </summary>
public sealed class RawCollector : ILineSink, IDisposable
{
    private const int MaxBatchBytes = 4 * 1024 * 1024;

    /// <summary>What is only counted is told after so long, also while the storm goes on.</summary>
    private static readonly TimeSpan TellInterval = TimeSpan.FromSeconds(10);

    private readonly IFeedEngine _feed;
    private readonly RawCollectorOptions _options;
    private readonly ILogger _logger;
    private readonly RecordBatch _batch = new(64 * 1024);
    private readonly RawLineWriter _writer;
    private readonly LineLimiter _limiter;
    private readonly byte[] _cursor = new byte[512];
    private LineClassifier _classifier;
    private ILogSource _source = null!;
    private byte[] _sourceName = [];
    private long _second;
    private long _savedAt;
    private long _toldAt;
    private (long Lines, long Storage, long Suppressed, long Lost) _measured;

    /// <summary>Makes a collector.</summary>
    public RawCollector(IFeedEngine feed, RuleSet rules, RawCollectorOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _feed = feed;
        _options = options;
        _logger = logger;
        _classifier = new(rules);
        _writer = new(_batch);
        _limiter = new(options.MostPerSecond);
    }

    /// <summary>What was done so far.</summary>
    public CollectorCounts Counts { get; } = new();

    /// <summary>Where reading of a source goes on; empty when it was never read.</summary>
    public static ValueTask<string> PlaceOfAsync(IFeedEngine feed, string source, CancellationToken cancellationToken) =>
        new CollectorPlace(feed, source).LoadAsync(cancellationToken);

    /// <summary>Uses other rules from the next line on. Only between reads.</summary>
    public void Use(RuleSet rules) => _classifier = new(rules);

    /// <summary>Collects until the source ends, or with <paramref name="once"/> until there is nothing more at once.</summary>
    /// <exception cref="IOException">The source cannot be read, or the feed does not take it.</exception>
    public async Task RunAsync(ILogSource source, bool once, Func<RuleSet?>? newRules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        _sourceName = System.Text.Encoding.UTF8.GetBytes(source.Name);
        var place = new CollectorPlace(_feed, source.Name);
        string saved = await place.LoadAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (newRules?.Invoke() is { } rules) Use(rules);
            _second = _options.Time.GetTimestamp() / _options.Time.TimestampFrequency;
            bool hasMore = source.Read(this);
            if (!hasMore || _options.Time.GetElapsedTime(_toldAt) > TellInterval) TellWaiting();
            Measure();
            bool hasAppended = await AppendAsync(cancellationToken).ConfigureAwait(false);
            bool isDue = hasAppended || _options.Time.GetElapsedTime(_savedAt) >= _options.PlaceInterval || (!hasMore && once);
            if (isDue && source.Cursor != saved) saved = await SaveAsync(place, source.Cursor, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (hasMore) continue;
            if (once) return;
            try
            {
                if (!await source.WaitAsync(cancellationToken).ConfigureAwait(false)) return;
            }
            catch (OperationCanceledException)
            {
                if (source.Cursor != saved) await SaveAsync(place, source.Cursor, CancellationToken.None).ConfigureAwait(false);
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Take(in LogLine line)
    {
        Counts.Lines++;
        if (!_classifier.TryClassify(line, out Classification classification)) return;
        Counts.Storage++;
        ReadOnlySpan<byte> device = classification.KernelDevice;
        if (!_limiter.MayPass(classification.Rule.Id, device, line, _second)) return;
        int length = line.Cursor.IsEmpty ? _source.WriteLineCursor(_cursor) : 0;
        _writer.Add(line, _cursor.AsSpan(0, length), _sourceName, device, classification.Rule.Id, 0);
    }

    /// <inheritdoc/>
    public bool Wants(ReadOnlySpan<byte> identifier) => _classifier.HasRulesFor(identifier);

    /// <inheritdoc/>
    public void PassOver(long count) => Counts.Lines += count;

    /// <inheritdoc/>
    public void TellLost(long count, string why)
    {
        Counts.Lost += count;
        BlockEventsLog.LinesLost(_logger, _source.Name, count, why);
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>Once for what was read together: counting each line would take longer than reading it.</summary>
    private void Measure()
    {
        BlockEventsMetrics.Read(_source.Name, Counts.Lines - _measured.Lines, Counts.Storage - _measured.Storage, Counts.Suppressed - _measured.Suppressed, Counts.Lost - _measured.Lost);
        _measured = (Counts.Lines, Counts.Storage, Counts.Suppressed, Counts.Lost);
    }

    private void TellWaiting()
    {
        _toldAt = _options.Time.GetTimestamp();
        if (_limiter.WaitingCount == 0) return;
        Counts.Suppressed += _limiter.WaitingCount;
        foreach ((string rule, OwnedLine line, long repeats) in _limiter.TakeWaiting()) _writer.Add(line.Line, default, _sourceName, default, rule, repeats);
    }

    private async ValueTask<bool> AppendAsync(CancellationToken cancellationToken)
    {
        if (_limiter.WaitingCount > 0 && _batch.SizeBytes > MaxBatchBytes) TellWaiting();
        if (_batch.Count == 0) return false;
        try
        {
            await _feed.AppendAsync(RawLine.Topic, _batch, default, cancellationToken).ConfigureAwait(false);
            Counts.Kept += _batch.Count;
        }
        finally
        {
            _batch.Clear();
        }

        return true;
    }

    private async ValueTask<string> SaveAsync(CollectorPlace place, string cursor, CancellationToken cancellationToken)
    {
        await place.SaveAsync(cursor, cancellationToken).ConfigureAwait(false);
        _savedAt = _options.Time.GetTimestamp();
        return cursor;
    }
}
