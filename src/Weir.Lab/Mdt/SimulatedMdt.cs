using System.Globalization;

namespace Weir.Lab.Mdt;

/// <summary>
/// One metadata target with its HSM coordinator: requests come, wait, are started, end and are deleted, as Lustre's do. It
/// knows the truth at every moment; its file says it only when it is written.
/// </summary>
public sealed partial class SimulatedMdt
{
    private static readonly TimeSpan PassPeriod = TimeSpan.FromSeconds(1);

    private readonly MdtClusterOptions _options;
    private readonly double _load;
    private readonly Random _random;
    private readonly Action<ActionChange> _report;
    private readonly LlogCatalog _catalog;
    private readonly PriorityQueue<Planned, (DateTimeOffset Due, long Order)> _plan = new();
    private readonly MdtCounts _counts = new();
    private long _order;
    private int _host;
    private DateTimeOffset _now;
    private DateTimeOffset _upAt;

    internal SimulatedMdt(int index, MdtClusterOptions options, Action<ActionChange> report)
    {
        _options = options;
        _load = options.Loads.Count == 0 ? 1 : options.Loads[index % options.Loads.Count];
        _report = report;
        _random = new(unchecked(options.Seed * 1_000_003 + index));
        _catalog = new(options.CatalogSlots, options.RecordsPerLog);
        _now = options.Start;
        _cookie = (ulong)Math.Max(1, options.Start.ToUnixTimeSeconds());
        _fidSequence = 0x2_0000_0401 + (ulong)index * 0x4000_0000;
        _host = index % options.HostCount;
        Name = string.Create(CultureInfo.InvariantCulture, $"{options.FileSystem}-MDT{index:x4}");
        Plan(Step.Arrive, UntilNextBurst());
        Plan(Step.Pass, PassPeriod);
        Plan(Step.CleanUp, options.LoopPeriod);
        if (options.FailOversPerHour > 0) Plan(Step.FailOver, UntilNextFailOver());
    }

    /// <summary>As <c>lab-MDT0000</c>.</summary>
    public string Name { get; }

    /// <summary>The server it runs on, or will come back on.</summary>
    public string Host => string.Create(CultureInfo.InvariantCulture, $"mds{_host:d2}");

    /// <summary>False during a fail-over: then nothing happens, and it has no file.</summary>
    public bool IsUp => _now >= _upAt;

    /// <summary>Every record in the log now, in the order of the log.</summary>
    public IEnumerable<TrueAction> Actions => _catalog.Records.Select(request => request.Truth);

    /// <summary>How many records are in the log now.</summary>
    public int ActionCount => _catalog.Count;

    /// <summary>What has happened so far.</summary>
    public MdtCounts Counts => _counts with { ReusedIndices = _catalog.Reuses };

    internal MdtCounts Tally => _counts;

    internal IEnumerable<Request> Records => _catalog.Records;

    /// <summary>Takes the MDT from its server now; it comes back on another after <paramref name="outage"/>.</summary>
    /// <exception cref="InvalidOperationException">It is down already.</exception>
    public void FailOver(TimeSpan outage)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(outage, TimeSpan.Zero);
        if (!IsUp) throw new InvalidOperationException($"{Name} is down already, until {_upAt:O}.");
        if (_options.HostCount > 1) _host = (_host + 1 + _random.Next(_options.HostCount - 1)) % _options.HostCount;
        _upAt = _now + outage;
        _counts.FailOvers++;
        Plan(Step.ComeBack, outage);
    }

    internal void AdvanceTo(DateTimeOffset time)
    {
        while (_plan.TryPeek(out _, out (DateTimeOffset Due, long Order) next) && next.Due <= time)
        {
            Planned planned = _plan.Dequeue();
            _now = next.Due;
            if (IsUp) Do(planned);
            else _plan.Enqueue(planned, (_upAt, _order++));
        }

        _now = time;
    }

    private void Do(Planned planned)
    {
        switch (planned.Step)
        {
            case Step.Arrive:
                Arrive();
                Plan(Step.Arrive, UntilNextBurst());
                break;
            case Step.Pass:
                StartWaiting();
                Plan(Step.Pass, PassPeriod);
                break;
            case Step.CleanUp:
                DeleteDue();
                Plan(Step.CleanUp, _options.LoopPeriod);
                break;
            case Step.FailOver:
                FailOver(_random.Around(_options.MeanOutage));
                Plan(Step.FailOver, UntilNextFailOver());
                break;
            case Step.ComeBack:
                ComeBack();
                break;
            case Step.AskCancel:
                AskCancel(planned.Request!);
                break;
            case Step.EndCancel:
                EndCancel(planned.Request!);
                break;
            case Step.EndAttempt:
                EndAttempt(planned.Request!, planned.Attempt);
                break;
            case Step.TimeOut:
                TimeOut(planned.Request!, planned.Attempt);
                break;
            case Step.Delete:
                Delete(planned.Request!);
                break;
            default:
                throw new InvalidOperationException($"Nobody does {planned.Step}.");
        }
    }

    private void Plan(Step step, TimeSpan after, Request? request = null) =>
        _plan.Enqueue(new(step, request, request?.Attempt ?? 0), (_now + after, _order++));

    private TimeSpan UntilNextBurst() => _random.Around(TimeSpan.FromSeconds(_options.MeanBurst * 1.45 / (_options.ArrivalsPerSecond * _load)));

    private TimeSpan UntilNextFailOver() => _random.Around(TimeSpan.FromHours(1 / _options.FailOversPerHour));

    private enum Step
    {
        Arrive,
        Pass,
        CleanUp,
        FailOver,
        ComeBack,
        AskCancel,
        EndCancel,
        EndAttempt,
        TimeOut,
        Delete,
    }

    private readonly record struct Planned(Step Step, Request? Request, int Attempt);
}
