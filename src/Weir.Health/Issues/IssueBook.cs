using System.Text;
using System.Text.Json;
using Weir.Erasure.Drives.Verifying;
using Weir.Feed;
using Weir.Health.Scanning;

namespace Weir.Health.Issues;

/// <summary>
/// What is wrong now: the fold of <see cref="HealthTopics.Issues"/>, which this alone writes. Scans say what they saw, and it says what is new
/// about that; an issue ends when a scan that would show it does not, or when a repair says that it holds. Thread-safe.
/// </summary>
public sealed class IssueBook : IIssues, IAsyncDisposable
{
    private readonly IFeedEngine _feed;
    private readonly IssueBookOptions _options;
    private readonly Lock _gate = new();

    /// <summary>One who changes at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly IssueIndex _index = new();
    private readonly long[] _detected = new long[Enum.GetValues<Severity>().Length];
    private RecordId _position;
    private RecordId _heals;
    private long _next = 1;
    private long _version;
    private int _unsaved;
    private bool _isFullTold;

    private IssueBook(IFeedEngine feed, IssueBookOptions options)
    {
        _feed = feed;
        _options = options;
    }

    /// <summary>Reads the snapshot and what came after it.</summary>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    /// <exception cref="IOException">The state directory cannot be made.</exception>
    public static async Task<IssueBook> OpenAsync(IFeedEngine feed, IssueBookOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(options);
        options.Disk.CreateDirectory(options.StateDirectory);
        var book = new IssueBook(feed, options);
        book.LoadSnapshot();
        await book.ReplayAsync(cancellationToken).ConfigureAwait(false);
        return book;
    }

    public IReadOnlyDictionary<Severity, long> OpenBySeverity
    {
        get
        {
            lock (_gate) return Enum.GetValues<Severity>().ToDictionary(severity => severity, _index.Of);
        }
    }

    public IReadOnlyDictionary<IssueType, long> OpenByType
    {
        get
        {
            lock (_gate) return Enum.GetValues<IssueType>().ToDictionary(type => type, _index.Of);
        }
    }

    public IReadOnlyDictionary<Severity, long> DetectedBySeverity
    {
        get
        {
            lock (_gate) return Enum.GetValues<Severity>().ToDictionary(severity => severity, severity => _detected[(int)severity]);
        }
    }

    /// <summary>Changes with every issue that comes or goes.</summary>
    internal long Version => Volatile.Read(ref _version);

    internal IssueBookOptions Options => _options;

    public IssuePage Query(IssueQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_gate) return _index.Query(query);
    }

    public HealthIssue? Find(string id)
    {
        lock (_gate) return _index.Find(id);
    }

    /// <summary>The path of the first object of a set with an issue, behind a path; null where there is none.</summary>
    internal string? NextPath(int pool, int set, string? after)
    {
        lock (_gate) return _index.NextPath(pool, set, after);
    }

    /// <summary>Whether issues of an object stand.</summary>
    internal bool Has(int pool, int set, string path)
    {
        lock (_gate) return _index.OfObject(pool, set, path).Count > 0;
    }

    /// <summary>Whether an object may lose nothing more, as far as it is known.</summary>
    internal bool IsEndangered(int pool, int set, string path)
    {
        lock (_gate) return _index.OfObject(pool, set, path).Exists(issue => issue.Margin <= 0 && issue.Verdict is Verdict.AtLimit or Verdict.Degraded);
    }

    /// <summary>
    /// Takes down what was seen; durable when this returns. A feed that takes nothing is asked until it does.
    /// </summary>
    /// <returns>The issues of what was seen, each with its id, and whether it is new.</returns>
    internal async Task<IReadOnlyList<(HealthIssue Issue, bool IsNew)>> RecordAsync(IReadOnlyList<Sighting> sightings, IssueFinder finder, CancellationToken cancellationToken)
    {
        if (sightings.Count == 0) return [];
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var changes = new IssueChanges(_options.Time.GetUtcNow(), _next);
            lock (_gate)
            {
                foreach (Sighting sighting in sightings) changes.Weigh(sighting, _index.OfObject(sighting.Pool, sighting.Set, sighting.Name.Path), finder);
            }

            await ApplyAsync(changes, cancellationToken).ConfigureAwait(false);
            return changes.Seen;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes down which drives cannot be used and why; those that are not named can be.</summary>
    internal async Task RecordDrivesAsync(IReadOnlyList<HealthIssue> found, IReadOnlyList<string> drives, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var changes = new IssueChanges(_options.Time.GetUtcNow(), _next);
            lock (_gate)
            {
                foreach (string drive in drives)
                {
                    changes.Weigh(found.FirstOrDefault(issue => issue.Drives[0] == drive), _index.Find(IssueKey.OfDrive(drive)));
                }
            }

            await ApplyAsync(changes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The last of the healer's records that was taken in.</summary>
    internal RecordId HealsRead
    {
        get
        {
            lock (_gate) return _heals;
        }
    }

    /// <summary>Ends the issues of what was repaired after they were detected.</summary>
    internal async Task RecordHealsAsync(IReadOnlyList<HealedObject> healed, RecordId position, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var changes = new IssueChanges(_options.Time.GetUtcNow(), _next);
            lock (_gate)
            {
                foreach (HealedObject one in healed)
                {
                    // Of the wrong set nothing was repaired: what lies there lies there still.
                    foreach (HealthIssue issue in _index.OfObject(one.Path).Where(issue => issue.VersionId is { } version && one.Versions.Contains(version) && issue.DetectedAt <= one.At && issue.Type is not IssueType.Misplaced))
                    {
                        if (!changes.Cleared.Contains(issue.Id)) changes.Clear(issue, "healed", one.HealId);
                    }
                }
            }

            await ApplyAsync(changes, cancellationToken).ConfigureAwait(false);
            lock (_gate) _heals = position;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes the snapshot where something changed since.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_unsaved > 0) Save();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await SaveAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task ApplyAsync(IssueChanges changes, CancellationToken cancellationToken)
    {
        if (changes.Batch.Count == 0) return;
        await AppendAsync(HealthTopics.Issues, changes.Batch, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            _next = changes.Next;
            foreach (string id in changes.Cleared) _index.Remove(id);
            foreach (HealthIssue issue in changes.Put) Put(issue);
            _version++;
        }

        _unsaved += changes.Batch.Count;
        if (_unsaved >= _options.ChangesBetweenSnapshots) Save();
    }

    /// <summary>Appends until the feed takes it.</summary>
    private async Task AppendAsync(string topic, RecordBatch batch, CancellationToken cancellationToken)
    {
        bool isTold = false;
        while (true)
        {
            try
            {
                RecordId last = await _feed.AppendAsync(topic, batch, default, cancellationToken).ConfigureAwait(false);
                if (isTold) ScanLog.FeedBack(_options.Logger, topic);
                _position = last;
                return;
            }
            catch (FeedException error)
            {
                if (!isTold) ScanLog.FeedAway(_options.Logger, topic, error.Message);
                isTold = true;
            }

            await Task.Delay(_options.RetryInterval, _options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Put(HealthIssue issue)
    {
        bool isKnown = _index.Find(issue.Id) is not null;
        if (_index.Put(issue))
        {
            if (!isKnown) _detected[(int)issue.Severity]++;
        }
        else if (_index.IsFull && !_isFullTold)
        {
            _isFullTold = true;
            ScanLog.TooManyIssues(_options.Logger, IssueIndex.MaxIssues);
        }
    }

    private void LoadSnapshot()
    {
        string directory = _options.StateDirectory;
        try
        {
            if (IssueSnapshot.Read(_options.Disk, directory) is not { } snapshot) return;
            (_position, _heals, _next) = (snapshot.Position, snapshot.Heals, snapshot.Next);
            foreach (HealthIssue issue in snapshot.Issues) _index.Put(issue);
            for (int i = 0; i < Math.Min(_detected.Length, snapshot.Detected.Count); i++) _detected[i] = snapshot.Detected[i];
        }
        catch (Exception error) when (error is IOException or FormatException)
        {
            ScanLog.StateUnusable(_options.Logger, Path.Combine(directory, IssueSnapshot.FileName), error.Message);
        }
    }

    private void Save()
    {
        try
        {
            IssueSnapshot snapshot;
            lock (_gate) snapshot = new() { Position = _position, Heals = _heals, Next = _next, Detected = [.. _detected], Issues = [.. _index.All] };
            snapshot.Write(_options.Disk, _options.StateDirectory);
            _unsaved = 0;
        }
        catch (IOException error)
        {
            ScanLog.StateNotWritten(_options.Logger, Path.Combine(_options.StateDirectory, IssueSnapshot.FileName), error.Message);
        }
    }

    private async Task ReplayAsync(CancellationToken cancellationToken)
    {
        // A feed that was emptied begins its ids anew: what is above its end is not from it.
        TopicInfo? topic = await _feed.DescribeAsync(HealthTopics.Issues, cancellationToken).ConfigureAwait(false);
        if ((topic?.LastId ?? RecordId.Zero) < _position) _position = RecordId.Zero;
        ITopicCursor cursor = _feed.OpenCursor(HealthTopics.Issues, _position);
        await using (cursor.ConfigureAwait(false))
        {
            while (true)
            {
                RecordPage page = await cursor.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (page.IsEmpty) return;
                foreach (RecordView record in page) Replay(record);
                _unsaved += page.Count;
            }
        }
    }

    private void Replay(RecordView record)
    {
        _position = record.Id;
        try
        {
            var reader = new Utf8JsonReader(record.Data);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (HealthJson.ReadIssue(document.RootElement) is not { } issue) return;
            if (IssueIndex.NumberOf(issue.Id) is { } number) _next = Math.Max(_next, number + 1);
            if (record.Type.SequenceEqual(Encoding.UTF8.GetBytes(HealthJson.IssueDetected))) Put(issue);
            else if (record.Type.SequenceEqual(Encoding.UTF8.GetBytes(HealthJson.IssueCleared))) _index.Remove(issue.Id);
        }
        catch (JsonException)
        {
            // A record of a stranger.
        }
    }
}
