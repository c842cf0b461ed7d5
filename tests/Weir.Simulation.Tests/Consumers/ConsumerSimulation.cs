using Weir.Feed;
using Weir.Feed.Consuming;
using Weir.Lab.Disks;
using Weir.Lab.Time;
using Weir.Simulation.Tests.Feed;

namespace Weir.Simulation.Tests.Consumers;

/// <summary>
/// A process that appends, two that have consumers open, one that keeps retention, on a disk that fails; each of them is killed at any
/// operation, and the machine loses power. Everything is drawn from the seed.
/// </summary>
internal sealed class ConsumerSimulation
{
    private const int Consumers = 3;
    private static readonly string[] Topics = ["a:1", "a:2", "b"];
    private static readonly string[] Selections = ["a:*", "b", "*"];

    private readonly Random _random;
    private readonly Weather _weather;
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationToken _cancellation;
    private readonly ConsumerLedger[] _ledgers = [.. Enumerable.Range(0, Consumers).Select(static i => new ConsumerLedger($"consumer {i}"))];
    private readonly bool[] _isTold = new bool[Consumers];
    private readonly ConsumerReader?[] _readers = new ConsumerReader?[Consumers];
    private readonly Dictionary<string, List<RecordId>> _appended = Topics.ToDictionary(static topic => topic, static _ => new List<RecordId>());
    private readonly Dictionary<string, int[]> _owed = Topics.ToDictionary(static topic => topic, static _ => new int[Consumers]);
    private readonly SimulatedNode[] _nodes;

    public ConsumerSimulation(int seed, CancellationToken cancellationToken)
    {
        _random = new(seed);
        _weather = new(new Random(seed ^ 0x5eed));
        _cancellation = cancellationToken;
        Disk = new(seed);
        Disk.Faults.Rule = _weather.FaultOf;
        _nodes = [.. Enumerable.Range(0, 4).Select(i => new SimulatedNode($"process {i}"))];
    }

    public SimulatedDisk Disk { get; }

    public int Repeats => _ledgers.Sum(static ledger => ledger.Repeats);

    public int Given => _ledgers.Sum(static ledger => ledger.Given);

    public async Task RunAsync(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(_random.Next(1, 400)));
            await ReviveAsync();
            try
            {
                await StepAsync();
            }
            catch (FeedException)
            {
                // A disk that fails, a process that was killed under the call, or a reader that somebody took over: the next step goes on.
            }
        }

        await EndAsync();
    }

    private Task StepAsync() => _random.Next(100) switch
    {
        < 30 => AppendAsync(),
        < 40 => RegisterAsync(_random.Next(Consumers)),
        < 70 => ConsumeAsync(_random.Next(Consumers)),
        < 72 => CloseAsync(_random.Next(Consumers)),
        < 76 => OutdateAsync(_random.Next(Consumers)),
        < 82 => KeepAsync(),
        < 87 => Now(() => Kill(_nodes[_random.Next(_nodes.Length)])),
        < 89 => Now(() => Disk.PowerLoss((Unsynced)_random.Next(2))),
        < 95 => Now(() => _weather.ForecastCrash((Unsynced)_random.Next(2), isKill: _random.Next(3) > 0)),
        _ => Now(() =>
        {
            if (_random.Next(2) == 0) _weather.BecomeBad();
            else _weather.BecomeGood();
        }),
    };

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private async Task AppendAsync()
    {
        string topic = Topics[_random.Next(Topics.Length)];
        var batch = new RecordBatch();
        for (int i = _random.Next(1, 4); i > 0; i--) batch.Add("T"u8, "s"u8, "u"u8, "{}"u8);

        // Consumers that had been told before this that they are registered are owed it.
        int before = _appended[topic].Count;
        RecordId last = await _nodes[0].Engine.AppendAsync(topic, batch, default, _cancellation);
        RecordId first = last;
        for (int i = 1; i < batch.Count; i++) first = first.Previous();
        for (RecordId id = first; id <= last; id = id.Next()) _appended[topic].Add(id);
        for (int i = 0; i < Consumers; i++)
        {
            if (!_isTold[i]) _owed[topic][i] = _appended[topic].Count;
        }

        if (_appended[topic].Count <= before) throw new InvalidOperationException("An append appended nothing.");
    }

    private async Task RegisterAsync(int consumer)
    {
        if (_isTold[consumer]) return;
        await Node(consumer).Registry.RegisterAsync(
            new() { Name = _ledgers[consumer].Name, Topics = TopicSelection.Parse(Selections[consumer]) }, _cancellation);

        // A registration that failed half-way may have happened: then it counts from when it did, and what came since may be given.
        _isTold[consumer] = true;
        foreach (string topic in Topics) _owed[topic][consumer] = _appended[topic].Count;
    }

    private async Task ConsumeAsync(int consumer)
    {
        if (!_isTold[consumer]) return;
        ConsumerLedger ledger = _ledgers[consumer];
        if (_readers[consumer] is null)
        {
            ledger.Opened();

            // Now and then by another process, who takes over.
            SimulatedNode node = _random.Next(3) == 0 ? _nodes[_random.Next(1, _nodes.Length)] : Node(consumer);
            _readers[consumer] = await node.Registry.OpenAsync(ledger.Name, null, _cancellation);
        }

        ConsumerReader reader = _readers[consumer]!;
        try
        {
            for (int pages = _random.Next(1, 5); pages > 0 && await reader.ReadAsync(_cancellation) is { } page; pages--)
            {
                foreach (RecordView record in page)
                {
                    if (page.Topic != FeedEvents.Topic) ledger.Give(page.Topic, record.Id);
                }
            }

            foreach ((string topic, RecordId last) in ledger.Last.ToArray())
            {
                if (_random.Next(3) == 0) continue;
                await reader.AcknowledgeAsync(topic, last, _cancellation);
                ledger.Confirm(topic, last);
            }
        }
        catch (FeedException)
        {
            await CloseAsync(consumer);
            throw;
        }
    }

    /// <summary>
    /// The reader stays open while one of another process takes over and comes further, and then acknowledges what it was given itself: nobody
    /// is set back by that.
    /// </summary>
    private async Task OutdateAsync(int consumer)
    {
        if (_readers[consumer] is not { } outdated) return;
        _readers[consumer] = null;
        try
        {
            ConsumerLedger ledger = _ledgers[consumer];
            TopicPosition[] given = [.. ledger.Last.Select(static last => new TopicPosition(last.Key, last.Value))];
            ledger.Opened();
            SimulatedNode other = _nodes.First(node => !ReferenceEquals(node.Registry, outdated.Registry));
            await using ConsumerReader reader = await other.Registry.OpenAsync(ledger.Name, null, _cancellation);
            while (await reader.ReadAsync(_cancellation) is { } page)
            {
                foreach (RecordView record in page)
                {
                    if (page.Topic != FeedEvents.Topic) ledger.Give(page.Topic, record.Id);
                }
            }

            await reader.AcknowledgeAllAsync(_cancellation);
            foreach ((string topic, RecordId last) in ledger.Last) ledger.Confirm(topic, last);
            foreach (TopicPosition position in given) await outdated.AcknowledgeAsync(position.Topic, position.Id.Previous(), _cancellation);
        }
        finally
        {
            await outdated.DisposeAsync();
        }
    }

    private async Task CloseAsync(int consumer)
    {
        if (_readers[consumer] is not { } reader) return;
        _readers[consumer] = null;
        await reader.DisposeAsync();
    }

    private async Task KeepAsync() => await new RetentionKeeper(
        _nodes[3].Registry, new() { Topics = [new(TopicSelection.Parse("a:*", "b"))] }).RunOnceAsync(_cancellation);

    private SimulatedNode Node(int consumer) => _nodes[1 + (consumer % 2)];

    private static void Kill(SimulatedNode node) => node.Process?.Kill();

    /// <summary>Starts again what died; its readers are gone with it.</summary>
    private async Task ReviveAsync()
    {
        if (Disk.IsDown) Disk.PowerOn();
        bool wasPaused = _weather.IsPaused;
        _weather.IsPaused = true;
        foreach (SimulatedNode node in _nodes)
        {
            if (node.Process is { IsAlive: true }) continue;
            for (int i = 0; i < Consumers; i++)
            {
                if (_readers[i] is { } reader && ReferenceEquals(node.Opened, reader.Registry)) await CloseAsync(i);
            }

            await node.RestartAsync(Disk, _time);
        }

        _weather.IsPaused = wasPaused;
    }

    /// <summary>The disk is well again: everybody reads to the end, and has been given everything that it was owed.</summary>
    private async Task EndAsync()
    {
        _weather.BecomeGood();
        await ReviveAsync();
        for (int consumer = 0; consumer < Consumers; consumer++)
        {
            await CloseAsync(consumer);
            if (!_isTold[consumer]) continue;
            ConsumerLedger ledger = _ledgers[consumer];
            ledger.Opened();
            await using ConsumerReader reader = await Node(consumer).Registry.OpenAsync(ledger.Name, null, _cancellation);
            while (await reader.ReadAsync(_cancellation) is { } page)
            {
                foreach (RecordView record in page)
                {
                    if (page.Topic != FeedEvents.Topic) ledger.Give(page.Topic, record.Id);
                }
            }

            foreach (string topic in Topics.Where(reader.Topics.Matches))
            {
                foreach (RecordId id in _appended[topic].Skip(_owed[topic][consumer]))
                {
                    if (!ledger.WasGiven(topic, id)) throw new InvalidOperationException($"Consumer '{ledger.Name}' was never given {id} of '{topic}'.");
                }
            }
        }

        foreach (SimulatedNode node in _nodes) await node.StopAsync();
    }
}
