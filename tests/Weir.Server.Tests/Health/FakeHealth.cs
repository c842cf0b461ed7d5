using Weir.Feed;
using Weir.Health;
using Weir.Health.Healing;
using Weir.Health.Metrics;
using Weir.Health.Policies;
using Weir.Health.Pools;
using Weir.Health.Scanning;

namespace Weir.Server.Tests.Health;

/// <summary>A health system that does nothing but remember what it was asked, for tests of the API in front of it. Its policies are real ones.</summary>
internal sealed class FakeHealth : IHealthSystem, IScans, IIssues, IHeals, IInventory, IHealthHistory
{
    private readonly List<ScanStatus> _scans = [];
    private readonly List<HealStatus> _heals = [];
    private bool _isRunning = true;

    private FakeHealth(IPolicies policies) => Policies = policies;

    public static async Task<FakeHealth> CreateAsync(IFeedEngine feed) => new(await PolicyStore.OpenAsync(feed, TimeProvider.System));

    public static DateTimeOffset Then { get; } = new(2024, 1, 15, 10, 30, 0, TimeSpan.Zero);

    public List<HealthIssue> Found { get; } = [];

    public List<HealthSample> Samples { get; } = [];

    public List<DriveStatus> DriveList { get; } = [];

    public IssueQuery? LastQuery { get; private set; }

    public (string Id, TimeSpan? ResumesAfter)? LastPause { get; private set; }

    public int? EventBufferSize { get; private set; }

    public Exception? Fails { get; set; }

    public Func<Task>? BeforeSubmit { get; set; }

    public string SystemId => "ahm-001";

    public DateTimeOffset? StartedAt => Then;

    public HealthParts? Parts => _isRunning ? new(this, this, this, this, () => DriveList) : null;

    public string? Problem { get; set; }

    public IPolicies Policies { get; }

    public IHealthHistory History => this;

    public long? Objects { get; set; }

    public DateTimeOffset? CountedAt { get; set; }

    public IReadOnlyList<RedundancyRow> Redundancy { get; set; } = [];

    public TimeSpan Reach => TimeSpan.FromHours(24);

    public TimeSpan Step => TimeSpan.FromSeconds(10);

    IReadOnlyDictionary<HealState, long> IHeals.Counts => _heals.GroupBy(heal => heal.State).ToDictionary(group => group.Key, group => (long)group.Count());

    IReadOnlyDictionary<HealthPriority, long> IHeals.WaitingByPriority => _heals.Where(heal => heal.State == HealState.Queued).GroupBy(heal => heal.Priority).ToDictionary(group => group.Key, group => (long)group.Count());

    IReadOnlyDictionary<Severity, long> IIssues.OpenBySeverity => Found.GroupBy(issue => issue.Severity).ToDictionary(group => group.Key, group => (long)group.Count());

    IReadOnlyDictionary<IssueType, long> IIssues.OpenByType => Found.GroupBy(issue => issue.Type).ToDictionary(group => group.Key, group => (long)group.Count());

    IReadOnlyDictionary<Severity, long> IIssues.DetectedBySeverity => ((IIssues)this).OpenBySeverity;

    public Task SetEventBufferAsync(int size, CancellationToken cancellationToken = default) => Task.FromResult(EventBufferSize = size);

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.FromResult(_isRunning = true);

    public Task StopAsync(CancellationToken cancellationToken = default) => Task.FromResult(_isRunning = false);

    public void Set(ScanStatus scan) => _scans[_scans.FindIndex(other => other.Id == scan.Id)] = scan;

    public void Set(HealStatus heal) => _heals[_heals.FindIndex(other => other.Id == heal.Id)] = heal;

    Task<ScanStatus> IScans.StartAsync(ScanRequest request, CancellationToken cancellationToken)
    {
        if (Fails is { } failure) throw failure;
        var scan = new ScanStatus { Id = $"scan-{_scans.Count + 1}", Request = request, State = ScanState.Scanning, RequestedAt = Then };
        _scans.Add(scan);
        return Task.FromResult(scan);
    }

    ScanStatus? IScans.Find(string id) => _scans.Find(scan => scan.Id == id);

    IReadOnlyList<ScanStatus> IScans.List() => [.. _scans.AsEnumerable().Reverse()];

    IReadOnlyList<HealthIssue> IScans.Issues(string id, int offset, int limit) => [.. Found.Where(issue => issue.ScanId == id).Skip(offset).Take(limit)];

    public Task<ScanStatus> PauseAsync(string id, TimeSpan? resumesAfter, CancellationToken cancellationToken = default)
    {
        LastPause = (id, resumesAfter);
        return Change(id, ScanState.Paused, ScanState.Scanning);
    }

    public Task<ScanStatus> ResumeAsync(string id, CancellationToken cancellationToken = default) => Change(id, ScanState.Scanning, ScanState.Paused);

    Task<ScanStatus> IScans.CancelAsync(string id, CancellationToken cancellationToken) => Change(id, ScanState.Cancelled, ScanState.Scanning);

    IssuePage IIssues.Query(IssueQuery query)
    {
        LastQuery = query;
        return new([.. Found.Take(query.Limit)], Found.Count, Found.Count > query.Limit ? Found[query.Limit - 1].Id : null);
    }

    HealthIssue? IIssues.Find(string id) => Found.Find(issue => issue.Id == id);

    public async Task<HealStatus> SubmitAsync(HealRequest request, CancellationToken cancellationToken = default)
    {
        if (BeforeSubmit is { } before) await before();
        if (Fails is { } failure) throw failure;
        var heal = new HealStatus { Id = $"heal-{_heals.Count + 1}", Request = request, State = HealState.Queued, Priority = request.Priority, RequestedAt = Then, QueuePosition = _heals.Count + 1 };
        _heals.Add(heal);
        return heal;
    }

    HealStatus? IHeals.Find(string id) => _heals.Find(heal => heal.Id == id);

    IReadOnlyList<HealStatus> IHeals.List(HealState? state, int offset, int limit) => [.. _heals.Where(heal => state is null || heal.State == state).Skip(offset).Take(limit)];

    Task<HealStatus> IHeals.CancelAsync(string id, CancellationToken cancellationToken) => Change(id, HealState.Cancelled, HealState.Queued);

    IReadOnlyList<HealStatus> IHeals.Errors(int offset, int limit) => [.. _heals.Where(heal => heal.State == HealState.Failed).Skip(offset).Take(limit)];

    Task<HealStatus> IHeals.RetryAsync(string id, CancellationToken cancellationToken) => Change(id, HealState.Queued, HealState.Failed);

    Task IHeals.DismissAsync(string id, CancellationToken cancellationToken) => Change(id, HealState.Failed, HealState.Failed);

    public IReadOnlyList<HealthSample> Read(DateTimeOffset from, DateTimeOffset to) => [.. Samples.Where(sample => sample.At >= from && sample.At <= to)];

    public HealthSample Measure() => Samples.Count > 0 ? Samples[^1] : new(Then, [.. HealthMetricTable.Columns.Select(_ => double.NaN)]);

    private Task<ScanStatus> Change(string id, ScanState to, ScanState from)
    {
        ScanStatus scan = _scans.Find(scan => scan.Id == id)!;
        if (scan.State != from) throw new HealthException(HealthProblem.Conflict, "wrong_state", $"The scan '{id}' is {scan.State}.");
        Set(scan with { State = to });
        return Task.FromResult(scan with { State = to });
    }

    private Task<HealStatus> Change(string id, HealState to, HealState from)
    {
        HealStatus heal = _heals.Find(heal => heal.Id == id)!;
        if (heal.State != from) throw new HealthException(HealthProblem.Conflict, "wrong_state", $"The repair '{id}' is {heal.State}.");
        Set(heal with { State = to });
        return Task.FromResult(heal with { State = to });
    }
}
