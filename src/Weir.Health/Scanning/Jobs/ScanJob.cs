using Weir.Erasure.Drives.Verifying;

namespace Weir.Health.Scanning.Jobs;

/// <summary>A scan: what was asked, where it is, and what it found. Its members are touched under <see cref="Gate"/> alone.</summary>
internal sealed class ScanJob(string id, ScanRequest request, DateTimeOffset requestedAt, TimeProvider time)
{
    /// <summary>Issues of one scan that are kept with it; all of them stand in the book.</summary>
    public const int MaxFound = 100_000;

    private readonly HashSet<string> _foundIds = new(StringComparer.Ordinal);
    private readonly List<HealthIssue> _found = [];
    private long _runningSince;

    public Lock Gate { get; } = new();

    public string Id => id;

    public ScanRequest Request => request;

    public DateTimeOffset RequestedAt => requestedAt;

    public required VerifyMode Mode { get; init; }

    public ScanState State { get; set; } = ScanState.Queued;

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public DateTimeOffset? ResumesAt { get; set; }

    public string? Error { get; set; }

    public long Objects { get; set; }

    public long Bytes { get; set; }

    public long Issues { get; set; }

    /// <summary>Time spent scanning before it was last begun or gone on with.</summary>
    public TimeSpan EarlierElapsed { get; set; }

    public long? EstimatedObjects { get; set; }

    public TimeSpan? EstimatedDuration { get; set; }

    public SampleEstimate? Estimate { get; set; }

    /// <summary>Scanned first; the policy's when it began.</summary>
    public IReadOnlyList<string> PriorityBuckets { get; set; } = [];

    /// <summary>By unit: the last object's path that is done.</summary>
    public Dictionary<string, string> Positions { get; } = new(StringComparer.Ordinal);

    /// <summary>Units that are done as a whole.</summary>
    public HashSet<string> Done { get; } = new(StringComparer.Ordinal);

    public ScanTally Tally { get; set; } = new();

    /// <summary>Of a sample.</summary>
    public Choosing.SampleSums Sample { get; } = new();

    /// <summary>By unit: bytes of the catalogue that is being made.</summary>
    public Dictionary<string, long> CatalogueBytes { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes of the file of its issues that count.</summary>
    public long IssueFileBytes { get; set; }

    public RateWindow Rates { get; } = new(time);

    /// <summary>Ends the run that is under way; null where none is.</summary>
    public CancellationTokenSource? Stop { get; set; }

    /// <summary>The run that is under way.</summary>
    public Task Run { get; set; } = Task.CompletedTask;

    /// <summary>What it is to become when the run has stopped; null: what comes of it.</summary>
    public ScanState? Wanted { get; set; }

    public IReadOnlyList<HealthIssue> Found => _found;

    public bool HasEnded => State is ScanState.Completed or ScanState.Cancelled or ScanState.Failed;

    public TimeSpan Elapsed => EarlierElapsed + (_runningSince == 0 ? TimeSpan.Zero : time.GetElapsedTime(_runningSince));

    public void StartClock()
    {
        _runningSince = time.GetTimestamp();
        if (_runningSince == 0) _runningSince = 1;
        Rates.Clear();
    }

    public void StopClock()
    {
        EarlierElapsed = Elapsed;
        _runningSince = 0;
    }

    /// <summary>Keeps an issue that it found; false where it has it already, or too many.</summary>
    public bool Keep(HealthIssue issue)
    {
        if (!_foundIds.Add(issue.Id)) return false;
        Issues++;
        if (_found.Count >= MaxFound) return false;
        _found.Add(issue);
        return true;
    }

    /// <summary>One that its file has.</summary>
    public void Restore(HealthIssue issue)
    {
        if (_foundIds.Add(issue.Id) && _found.Count < MaxFound) _found.Add(issue);
    }

    public ScanStatus ToStatus()
    {
        lock (Gate)
        {
            bool runs = State == ScanState.Scanning;
            (double Objects, double Bytes)? rate = runs ? Rates.Rate(Objects, Bytes) : null;
            TimeSpan elapsed = Elapsed;
            double? done = State == ScanState.Completed ? 100 : EstimatedObjects is { } all and > 0 ? Math.Min(99.9, 100.0 * Objects / all) : null;
            TimeSpan? left = HasEnded ? TimeSpan.Zero : null;
            if (!HasEnded && EstimatedObjects is { } total && rate is { Objects: > 0 } now) left = TimeSpan.FromSeconds(Math.Max(0, total - Objects) / now.Objects);
            return new()
            {
                Id = Id,
                Request = Request with { Mode = Mode },
                State = State,
                RequestedAt = RequestedAt,
                StartedAt = StartedAt,
                EndedAt = EndedAt,
                ObjectsScanned = Objects,
                BytesScanned = Bytes,
                IssuesDetected = Issues,
                CompletionPercentage = done,
                ObjectsPerSecond = rate?.Objects,
                BytesPerSecond = rate?.Bytes,
                Elapsed = elapsed,
                EstimatedRemaining = left,
                EstimatedObjects = EstimatedObjects,
                EstimatedDuration = EstimatedDuration,
                ResumesAt = ResumesAt,
                Error = Error,
                Estimate = Estimate,
            };
        }
    }
}
