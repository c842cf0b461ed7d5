using Weir.Feed;
using Weir.Health.Healing.Queueing;
using Weir.Health.Healing.Repairing;
using Weir.Health.Healing.Storing;
using Weir.Health.Policies;

namespace Weir.Health.Healing;

/// <summary>
/// The repairs: a durable queue, and the workers that empty it. What happens to each is a record on <see cref="HealthTopics.Events"/>; those and a
/// snapshot are what a restart begins with. Requests of others are taken from <see cref="HealthTopics.Requests"/>.
/// </summary>
public sealed partial class HealService : IHeals, IAsyncDisposable
{
    /// <summary>Whoever asks for something waits so long for the feed.</summary>
    private static readonly TimeSpan FeedPatience = TimeSpan.FromSeconds(10);

    private readonly HealServiceOptions _options;
    private readonly Lock _gate = new();
    private readonly HealBook _book = new();
    private readonly HealRecordWriter _records = new();
    private readonly HealLog _log;
    private readonly RepairSessions _sessions;
    private readonly RepairJournals _journals;
    private readonly CancellationTokenSource _ending = new();
    private readonly WorkSignal _work = new();
    private readonly string _snapshotPath;
    private Task _writing = Task.CompletedTask;
    private int _disposed;

    private HealService(HealServiceOptions options)
    {
        _options = options;
        _log = new(options.Feed, _gate, FeedPatience, options.Time, options.Logger);
        _snapshotPath = Path.Combine(options.StateDirectory, "heals.snapshot");
        _journals = new(Path.Combine(options.StateDirectory, "journal"), options.Time);
        _sessions = new(options.Pools, options.FindServers, _journals, new()
        {
            Live = options.Live,
            Heal = new() { SettleTime = options.SettleTime, SightingInterval = options.SightingInterval },
            RunName = $"health-{Guid.NewGuid().ToString("N")[..8]}",
            Time = options.Time,
        });
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<HealState, long> Counts
    {
        get
        {
            lock (_gate) return Enum.GetValues<HealState>().ToDictionary(state => state, _book.CountOf);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<HealthPriority, long> WaitingByPriority
    {
        get
        {
            lock (_gate) return Enum.GetValues<HealthPriority>().ToDictionary(priority => priority, _book.Queue.CountOf);
        }
    }

    private HealPolicy Policy => _options.Policies.Heal;

    private long Now => _options.Time.GetUtcNow().UtcTicks;

    /// <summary>Reads what repairs there are. They are not worked on before <see cref="RunAsync"/>.</summary>
    /// <exception cref="FeedException">The feed cannot be read.</exception>
    /// <exception cref="IOException">The state directory cannot be used.</exception>
    public static async Task<HealService> OpenAsync(HealServiceOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!Path.IsPathRooted(options.StateDirectory)) throw new ArgumentException($"The state directory {options.StateDirectory} is no absolute path.", nameof(options));
        options.Disk.CreateDirectory(options.StateDirectory);
        var service = new HealService(options);
        await service.RestoreAsync(cancellationToken).ConfigureAwait(false);
        service._writing = Task.Run(() => service._log.RunAsync(service._ending.Token), CancellationToken.None);
        return service;
    }

    /// <inheritdoc/>
    public async Task<HealStatus> SubmitAsync(HealRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Guid? version = HealJson.Check(request);
        HealJob job;
        Task durable;
        lock (_gate)
        {
            ThrowIfUnwritable();
            job = Admit(request, version, source: null);
            durable = _log.DurableSoon;
        }

        await DurableAsync(durable, cancellationToken).ConfigureAwait(false);
        return Status(job);
    }

    /// <inheritdoc/>
    public HealStatus? Find(string id)
    {
        lock (_gate) return HealJob.NumberOf(id) is { } number && _book.Find(number) is { } job ? StatusOf(job) : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<HealStatus> List(HealState? state, int offset, int limit)
    {
        lock (_gate)
        {
            IEnumerable<HealJob> jobs = state switch
            {
                HealState.Queued => _book.Queue.InOrder(),
                HealState.Retrying => _book.Delayed,
                HealState.Running => InOrder(_book.Running),
                null => [.. InOrder(_book.Running), .. _book.Queue.InOrder().Take(Math.Max(0, offset) + Math.Max(0, limit)), .. _book.Delayed, .. _book.Ended],
                _ => _book.Ended.Where(job => job.State == state),
            };
            return [.. jobs.Skip(Math.Max(0, offset)).Take(Math.Max(0, limit)).Select(StatusOf)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<HealStatus> Errors(int offset, int limit)
    {
        lock (_gate)
        {
            return [.. _book.Ended.Where(job => job is { State: HealState.Failed, Progress.IsDismissed: false }).Skip(Math.Max(0, offset)).Take(Math.Max(0, limit)).Select(StatusOf)];
        }
    }

    /// <inheritdoc/>
    public Task<HealStatus> CancelAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync(
        id,
        job =>
        {
            if (!job.IsWaiting) throw WrongState(job, "only one that waits can be cancelled");
            _book.Move(job, HealState.Cancelled, moved => moved.Run.EndedAt = Now);
            _records.Cancelled(_log.Batch, job);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<HealStatus> RetryAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync(
        id,
        job =>
        {
            if (job.State is not (HealState.Failed or HealState.Retrying)) throw WrongState(job, "only one that failed or waits for its next try can be tried again");
            _book.Move(job, HealState.Queued);
            _records.Queued(_log.Batch, job, source: null);
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task DismissAsync(string id, CancellationToken cancellationToken = default) => ChangeAsync(
        id,
        job =>
        {
            if (job.State != HealState.Failed) throw WrongState(job, "only one that failed is on the list of errors");
            job.Run.IsDismissed = true;
            _records.Dismissed(_log.Batch, job);
        },
        cancellationToken);

    /// <summary>Ends what still runs, and brings to the feed what it has not got yet.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _ending.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sessions.Dispose();
        _ending.Dispose();
    }

    private static IOrderedEnumerable<HealJob> InOrder(IEnumerable<HealJob> jobs) => jobs.OrderBy(job => job.Number);

    private static HealthException WrongState(HealJob job, string why) => new(HealthProblem.Conflict, "heal_state", $"{job.Id} is {job.State}: {why}.");

    private async Task<HealStatus> ChangeAsync(string id, Action<HealJob> change, CancellationToken cancellationToken)
    {
        HealJob job;
        Task durable;
        lock (_gate)
        {
            job = (HealJob.NumberOf(id) is { } number ? _book.Find(number) : null) ?? throw new HealthException(HealthProblem.NotFound, "heal_not_found", $"There is no repair '{id}'.");
            ThrowIfUnwritable();
            change(job);
            durable = _log.DurableSoon;
        }

        await DurableAsync(durable, cancellationToken).ConfigureAwait(false);
        return Status(job);
    }

    /// <summary>Takes a request in, or to the one that waits for the same. With the gate held.</summary>
    private HealJob Admit(HealRequest request, Guid? version, HealSource? source)
    {
        HealJob asked = _book.Make(_book.NextNumber, request, version, Now);
        if (_book.FindWaiting(asked) is { } waiting)
        {
            if (_book.Promote(waiting, asked)) _records.Promoted(_log.Batch, waiting);
            return waiting;
        }

        if (IsFull) throw new HealthException(HealthProblem.TooMany, "queue_full", $"{Policy.QueueCapacity} repairs wait already, as many as the heal policy allows (queue_capacity).");
        _book.Add(asked);
        _records.Queued(_log.Batch, asked, source);
        return asked;
    }

    private bool IsFull => _book.CountOf(HealState.Queued) + _book.CountOf(HealState.Retrying) >= Policy.QueueCapacity;

    private void ThrowIfUnwritable()
    {
        if (_log.IsFailing || _log.IsFull) throw new HealthException(HealthProblem.Unavailable, "feed_unavailable", "The feed takes no records now, so that nothing would be durable. Try again when it is back.");
    }

    private async Task DurableAsync(Task durable, CancellationToken cancellationToken)
    {
        _log.Wake();
        _work.Set();
        try
        {
            await durable.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new HealthException(HealthProblem.Unavailable, "feed_unavailable", "The feed has not taken it yet; it counts once the feed is back, unless this process ends before.");
        }
    }

    private HealStatus Status(HealJob job)
    {
        lock (_gate) return StatusOf(job);
    }

    private HealStatus StatusOf(HealJob job)
    {
        long? position = job.State == HealState.Queued ? _book.Queue.PositionOf(job) : null;
        HealProgress? run = job.Progress;
        return new()
        {
            Id = job.Id,
            Request = job.ToRequest(),
            State = job.State,
            Priority = job.Effective,
            RequestedAt = new(job.RequestedAt, TimeSpan.Zero),
            StartedAt = Time(run?.StartedAt),
            EndedAt = Time(run?.EndedAt),
            QueuePosition = position,
            EstimatedStart = job.State == HealState.Retrying ? Time(run?.NotBefore) : position is { } place ? EstimateStart(place) : null,
            Attempts = run?.Attempts ?? 0,
            Error = run?.Error,
            Result = run?.Result,
        };

        static DateTimeOffset? Time(long? ticks) => ticks is null or 0 ? null : new(ticks.Value, TimeSpan.Zero);
    }
}
