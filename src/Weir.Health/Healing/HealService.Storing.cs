using Weir.Feed;
using Weir.Health.Healing.Queueing;
using Weir.Health.Healing.Storing;

namespace Weir.Health.Healing;

/// <content>What survives a restart.</content>
public sealed partial class HealService
{
    /// <summary>The name under which the places in the topics are kept, so that what is not in the snapshot yet is not trimmed.</summary>
    public const string ConsumerName = "health-healer";

    /// <summary>So many changes are read again quickly enough.</summary>
    private const long MinChanges = 20_000;

    private static readonly TimeSpan SnapshotInterval = TimeSpan.FromMinutes(5);

    private long _savedRecords;
    private RecordId _requestsPlace;
    private RecordId _issuesPlace;
    private RecordId _snapshotPlace;
    private long _snapshotAt;

    /// <summary>Writes a snapshot now. Also done from time to time, and at the end.</summary>
    /// <exception cref="IOException">It cannot be written; a restart then reads more of the feed.</exception>
    public async Task SaveAsync(CancellationToken cancellationToken = default)
    {
        HealJob[] jobs;
        HealPlaces places;
        lock (_gate)
        {
            _savedRecords = _log.Records;
            jobs = _book.All();
            places = new(_log.LastId, _requestsPlace, _issuesPlace, _book.NextNumber);
        }

        await Task.Run(() => HealSnapshotFile.Write(_options.Disk, _snapshotPath, places, jobs, _gate), cancellationToken).ConfigureAwait(false);
        // What it knows already must be on the feed too before it counts, for others live by that.
        Task durable;
        lock (_gate) durable = _log.Durable;
        _log.Wake();
        await durable.WaitAsync(cancellationToken).ConfigureAwait(false);
        HealSnapshotFile.Replace(_options.Disk, _snapshotPath);
        _snapshotPlace = places.Events;
        _snapshotAt = _options.Time.GetTimestamp();
        if (places.Events > RecordId.Zero) await _options.Feed.AdvancePositionAsync(HealthTopics.Events, ConsumerName, places.Events, cancellationToken).ConfigureAwait(false);
    }

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        long start = _options.Time.GetTimestamp();
        HealPlaces places = default;
        string source = "no snapshot";
        try
        {
            if (HealSnapshotFile.Read(_options.Disk, _snapshotPath, _book) is { } read)
            {
                places = read;
                source = $"a snapshot of {_book.Count}";
            }
        }
        catch (Exception error) when (error is HealSnapshotException or IOException)
        {
            // What it has already put into the book is what records say too: those that are read now have the last word.
            HealthLog.SnapshotUnusable(_options.Logger, _snapshotPath, error.Message);
        }

        // First, as it takes the topic: what a process that was killed had still written is seen only then, and a second one does not get as far as to repair.
        var opened = new RecordBatch();
        HealRecordWriter.Opened(opened, _options.Time.GetUtcNow());
        await _options.Feed.AppendAsync(HealthTopics.Events, opened, default, cancellationToken).ConfigureAwait(false);
        var replay = new HealReplay(_book);
        await using (ITopicCursor cursor = _options.Feed.OpenCursor(HealthTopics.Events, places.Events))
        {
            while (true)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty) break;
                foreach (RecordView record in page)
                {
                    if (!replay.Apply(record, out string problem)) HealthLog.RecordUnusable(_options.Logger, record.Id, HealthTopics.Events, problem);
                }
            }

            _log.LastId = _snapshotPlace = cursor.Position;
        }

        _requestsPlace = Max(Max(places.Requests, replay.Requests), await _options.Feed.ReadPositionAsync(HealthTopics.Requests, ConsumerName, cancellationToken).ConfigureAwait(false) ?? RecordId.Zero);
        _issuesPlace = Max(Max(places.Issues, replay.Issues), await _options.Feed.ReadPositionAsync(HealthTopics.Issues, ConsumerName, cancellationToken).ConfigureAwait(false) ?? RecordId.Zero);
        _snapshotAt = _options.Time.GetTimestamp();
        _savedRecords = -replay.Count;
        HealthLog.HealsRestored(_options.Logger, _book.CountOf(HealState.Queued) + _book.CountOf(HealState.Retrying), replay.Interrupted, source, replay.Count, _options.Time.GetElapsedTime(start).TotalMilliseconds);
    }

    private static RecordId Max(RecordId one, RecordId other) => one > other ? one : other;

    /// <summary>Whether a snapshot is worth its writing.</summary>
    private bool IsSnapshotDue
    {
        get
        {
            lock (_gate)
            {
                if (_log.IsFailing || _log.LastId == _snapshotPlace) return false;
                return _log.Records - _savedRecords > Math.Max(MinChanges, _book.Count / 2) || _options.Time.GetElapsedTime(_snapshotAt) >= SnapshotInterval;
            }
        }
    }

    private async Task TrySaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SaveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException error)
        {
            _snapshotAt = _options.Time.GetTimestamp();
            HealthLog.SnapshotNotWritten(_options.Logger, _snapshotPath, error.Message);
        }
    }
}
