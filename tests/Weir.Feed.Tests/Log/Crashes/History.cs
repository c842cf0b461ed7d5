using Weir.Feed.Log;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;

namespace Weir.Feed.Tests.Log.Crashes;

/// <summary>
/// A scripted life of a feed in one writing process: appends to two topics, own ids, batches, buffered appends and syncs,
/// segments that roll, trims, positions, a clock that steps back, a restart. It goes on after failures and ends where the process dies.
/// </summary>
internal sealed class History(SimulatedFeed feed)
{
    private readonly Dictionary<string, RecordId> _last = [];
    private readonly SimulatedProcess _process = feed.Disk.StartProcess("writer");
    private LedgerWriter? _writer;

    public FeedLedger Ledger { get; } = new();

    /// <summary>What failed, and in which step of the script.</summary>
    public List<(int Step, FeedException Failure)> Failures { get; } = [];

    public int Steps { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (Func<Task<FeedException?>> step in Script())
        {
            _writer ??= new LedgerWriter(Ledger, new LogEngine(feed.Options(_process)));

            Steps++;
            feed.Time.Advance(TimeSpan.FromMilliseconds(1));
            FeedException? failure = await step().WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
            if (!_process.IsAlive) break;
            if (failure is not null) Failures.Add((Steps, failure));
        }

        if (_writer is not null && await _writer.CloseAsync() is { } unclean && _process.IsAlive) Failures.Add((Steps, unclean));
        Ledger.ProcessDied();
    }

    private IEnumerable<Func<Task<FeedException?>>> Script()
    {
        yield return () => Append("a", 1);
        yield return () => Append("a", 3);
        yield return () => Append("b", 2, ownIds: [new(100, 0), new(200, 5)]);
        yield return () => Append("a", 1, AppendDurability.Buffered);
        yield return () => Append("a", 2, AppendDurability.Buffered);
        yield return () => _writer!.SyncAsync("a");
        yield return () => Position("c1");
        yield return () => Append("a", 1, dataBytes: 400);
        yield return () => Append("a", 1, dataBytes: 400);
        yield return () => Position("c2");
        yield return () => Append("b", 1, AppendDurability.Buffered, ownIds: [new(300, 0)]);
        yield return () => Append("b", 1, ownIds: [new(300, 1)]);
        yield return () => Trim("a");
        yield return () => Append("a", 2, dataBytes: 300);
        yield return () => Position("c1");
        yield return () => _writer!.WritePositionAsync("a", "c2", null);
        feed.Time.StepWallClock(TimeSpan.FromHours(-1));
        yield return () => Append("a", 1);
        yield return Restart;
        yield return () => Append("a", 2, dataBytes: 300);
        yield return () => Append("b", 1, ownIds: [new(301, 0)]);
        yield return () => Append("a", 1);
        yield return () => Trim("a");
        yield return () => Append("a", 1, AppendDurability.Buffered);
        yield return () => Append("a", 1, AppendDurability.Buffered, dataBytes: 700);
    }

    private async Task<FeedException?> Append(
        string topic, int records, AppendDurability durability = AppendDurability.Durable, int dataBytes = 60, RecordId[]? ownIds = null)
    {
        (LedgerAppend append, FeedException? failure) = await _writer!.AppendAsync(topic, records, dataBytes, ownIds, new(durability));
        if (append.LastId is { } last) _last[topic] = last;
        return failure;
    }

    private Task<FeedException?> Position(string consumer) => _writer!.WritePositionAsync("a", consumer, _last.GetValueOrDefault("a"));

    private Task<FeedException?> Trim(string topic) => _writer!.TrimAsync(topic, _last.GetValueOrDefault(topic));

    private async Task<FeedException?> Restart()
    {
        FeedException? failure = await _writer!.CloseAsync();
        _writer = null;
        return failure;
    }
}
