using Weir.Feed;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;
using Weir.Lab.Time;

namespace Weir.Simulation.Tests.Feed;

/// <summary>
/// Some processes that write, follow and trim the topics of one feed at random, on a disk that fails at random, while processes
/// are killed and the machine loses power. Everything is drawn from the seed.
/// </summary>
internal sealed partial class FeedSimulation
{
    private const int Processes = 3;
    private static readonly string[] Topics = ["x", "y", "z"];

    private readonly Random _random;
    private readonly Weather _weather;
    private readonly ManualTimeProvider _time = new();
    private readonly FeedLedger _ledger = new();
    private readonly List<FeedProcess> _processes = [];
    private readonly Dictionary<string, List<RecordId>> _ids = Topics.ToDictionary(static topic => topic, static _ => new List<RecordId>());
    private readonly Dictionary<string, RecordId> _trims = [];
    private readonly CancellationToken _cancellation;
    private bool _mayHaveGaps;

    public FeedSimulation(int seed, CancellationToken cancellationToken)
    {
        _random = new Random(seed);
        _weather = new Weather(new Random(seed ^ 0x5eed));
        _cancellation = cancellationToken;
        Disk = new SimulatedDisk(seed);
        Disk.Faults.Rule = _weather.FaultOf;
        for (int i = 0; i < Processes; i++) _processes.Add(Start($"process {i}", [.. Topics.Select(static topic => new Follower(topic))]));
    }

    public SimulatedDisk Disk { get; }

    public async Task RunAsync(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(_random.Next(3)));
            await StepAsync(_processes[_random.Next(Processes)]);
            await ReviveAsync();
        }

        await EndAsync();
    }

    private FeedProcess Start(string name, IReadOnlyList<Follower> followers)
    {
        bool wasPaused = _weather.IsPaused;
        _weather.IsPaused = true;
        var process = new FeedProcess(name, Disk, _time, _ledger, followers);
        _weather.IsPaused = wasPaused;
        return process;
    }

    /// <summary>Starts again what died, and looks whether everything is there.</summary>
    private async Task ReviveAsync()
    {
        if (Disk.IsDown)
        {
            _ledger.ProcessDied();
            Disk.PowerOn();
        }

        bool hasDied = false;
        for (int i = 0; i < Processes; i++)
        {
            FeedProcess dead = _processes[i];
            if (dead.IsAlive) continue;
            hasDied = true;
            _ledger.ProcessDied(dead.Writer);
            await dead.BuryAsync();
            _processes[i] = Start(dead.Name, dead.Followers);
        }

        if (hasDied) await CheckAsync(everySeek: false);
    }

    private async Task CheckAsync(bool everySeek)
    {
        _weather.IsPaused = true;
        FeedProcess inspector = Start("inspector", []);
        await _ledger.CheckAsync(inspector.Engine, new LedgerCheck { AllowGaps = _mayHaveGaps, EverySeek = everySeek }, _cancellation);
        await inspector.Engine.DisposeAsync();
        inspector.Kill();
        _weather.IsPaused = false;
    }

    /// <summary>The disk is well again: everybody can close in order, somebody else can write every topic, and nobody has missed a record.</summary>
    private async Task EndAsync()
    {
        _weather.BecomeGood();
        Disk.CapacityBytes = long.MaxValue;
        foreach (FeedProcess process in _processes)
        {
            // A topic whose last flush failed is opened again by the next append; a close alone says that it failed.
            if (await process.Writer.CloseAsync() is not null) await process.BuryAsync();
        }

        await CheckAsync(everySeek: false);
        FeedProcess last = Start("last", []);
        foreach (string topic in Topics)
        {
            (_, FeedException? failure) = await last.Writer.AppendAsync(topic, 2, cancellationToken: _cancellation);
            if (failure is not null) throw new InvalidOperationException($"On a disk that works '{topic}' cannot be written.", failure);
        }

        await CheckAsync(everySeek: true);
        foreach (Follower follower in _processes.SelectMany(static p => p.Followers)) await CheckFollowerAsync(last, follower);
        await last.Engine.DisposeAsync();
    }

    private async Task CheckFollowerAsync(FeedProcess last, Follower follower)
    {
        follower.Use(last.Engine);
        await follower.ReadAsync(_cancellation);
        var there = new Dictionary<RecordId, string>();
        await using ITopicCursor cursor = last.Engine.OpenCursor(follower.Topic, RecordId.Zero);
        while (await cursor.ReadAsync(_cancellation) is { IsEmpty: false } page)
            foreach (RecordView record in page) there.Add(record.Id, record.ToRecord().DataText);

        RecordId first = (await last.Engine.DescribeAsync(follower.Topic, _cancellation))!.FirstId;
        // A trim that a follower has obeyed may itself be lost to a power cut before it was acknowledged.
        RecordId trimmed = _trims.GetValueOrDefault(follower.Topic);
        if (there.Keys.Where(id => id >= trimmed && !follower.Seen.ContainsKey(id)).ToArray() is { Length: > 0 } missed)
            throw new InvalidOperationException($"A follower of '{follower.Topic}' missed {string.Join(' ', missed)}.");
        if (follower.Seen.Where(seen => seen.Key >= first && there.GetValueOrDefault(seen.Key) != seen.Value).ToArray() is { Length: > 0 } gone)
            throw new InvalidOperationException($"A follower of '{follower.Topic}' was shown records that are gone: {string.Join(' ', gone)}.");
    }
}
