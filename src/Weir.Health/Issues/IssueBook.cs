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
        IssueChanges changes = await ChangeAsync(weighed =>
        {
            foreach (Sighting sighting in sightings) weighed.Weigh(sighting, _index.OfObject(sighting.Pool, sighting.Set, sighting.Name.Path), finder);
        }, null, cancellationToken).ConfigureAwait(false);
        return changes.Seen;
    }

    /// <summary>Takes down which drives cannot be used and why; those that are not named can be.</summary>
    internal Task RecordDrivesAsync(IReadOnlyList<HealthIssue> found, IReadOnlyList<string> drives, CancellationToken cancellationToken) => ChangeAsync(changes =>
    {
        foreach (string drive in drives) changes.Weigh(found.FirstOrDefault(issue => issue.Drives[0] == drive), _index.Find(IssueKey.OfDrive(drive)));
    }, null, cancellationToken);

    /// <summary>The last of the healer's records that was taken in.</summary>
    internal RecordId HealsRead
    {
        get
        {
            lock (_gate) return _heals;
        }
    }

    /// <summary>Ends the issues of what was repaired after they were detected.</summary>
    internal Task RecordHealsAsync(IReadOnlyList<HealedObject> healed, RecordId position, CancellationToken cancellationToken) => ChangeAsync(changes =>
    {
        foreach (HealedObject one in healed)
        {
            // Of the wrong set nothing was repaired: what lies there lies there still.
            foreach (HealthIssue issue in _index.OfObject(one.Path).Where(issue => issue.VersionId is { } version && one.Versions.Contains(version) && issue.DetectedAt <= one.At && issue.Type is not IssueType.Misplaced))
            {
                if (!changes.Cleared.Contains(issue.Id)) changes.Clear(issue, "healed", one.HealId);
            }
        }
    }, () => _heals = position, cancellationToken);

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

    /// <summary>Finds out what changes, and makes it durable.</summary>
    /// <param name="weigh">Compares with what is known; called again where that was not all.</param>
    /// <param name="done">Goes with it.</param>
    /// <param name="cancellationToken">Ends the wait for a feed that takes nothing.</param>
    private async Task<IssueChanges> ChangeAsync(Action<IssueChanges> weigh, Action? done, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            IssueChanges changes;
            do
            {
                changes = new(_options.Time.GetUtcNow(), _next);
                lock (_gate) weigh(changes);
            }
            while (changes.Batch.Count > 0 && !await TryAppendAsync(changes.Batch, cancellationToken).ConfigureAwait(false));
            lock (_gate)
            {
                _next = changes.Next;
                foreach (string id in changes.Cleared) _index.Remove(id);
                foreach (HealthIssue issue in changes.Put) Put(issue);
                if (changes.Batch.Count > 0) _version++;
                done?.Invoke();
            }

            _unsaved += changes.Batch.Count;
            if (_unsaved >= _options.ChangesBetweenSnapshots) Save();
            return changes;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Appends, if the topic ends where this knows it to end; false where it did not, and more is known now: what a process before this one was
    /// killed over may turn out to have been kept.
    /// </summary>
    private async Task<bool> TryAppendAsync(RecordBatch batch, CancellationToken cancellationToken)
    {
        bool isTold = false;
        while (true)
        {
            try
            {
                _position = await _feed.AppendAsync(HealthTopics.Issues, batch, new(ExpectedLastId: _position), cancellationToken).ConfigureAwait(false);
                if (isTold) ScanLog.FeedBack(_options.Logger, HealthTopics.Issues);
                return true;
            }
            catch (LastIdMismatchException mismatch)
            {
                if (await TryCatchUpAsync(mismatch.LastId, cancellationToken).ConfigureAwait(false)) return false;
            }
            catch (FeedException error)
            {
                if (!isTold) ScanLog.FeedAway(_options.Logger, HealthTopics.Issues, error.Message);
                isTold = true;
            }

            await Task.Delay(_options.RetryInterval, _options.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryCatchUpAsync(RecordId last, CancellationToken cancellationToken)
    {
        try
        {
            await ReplayAsync(cancellationToken).ConfigureAwait(false);
            // What was trimmed away counts for the end all the same.
            if (_position < last) _position = last;
            return true;
        }
        catch (FeedException error)
        {
            ScanLog.TopicUnread(_options.Logger, HealthTopics.Issues, error.Message);
            return false;
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
                lock (_gate)
                {
                    foreach (RecordView record in page) Replay(record);
                    _version++;
                }

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
