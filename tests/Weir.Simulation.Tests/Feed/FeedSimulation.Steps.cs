using Weir.Feed;
using Weir.Lab.Disks;
using Weir.Lab.Feeds;

namespace Weir.Simulation.Tests.Feed;

/// <content>What may happen.</content>
internal sealed partial class FeedSimulation
{
    private Task StepAsync(FeedProcess process) => _random.Next(100) switch
    {
        < 34 => AppendAsync(process),
        < 44 => AppendTogetherAsync(process),
        < 50 => process.Writer.SyncAsync(Topic(), _cancellation),
        < 64 => FollowAsync(process),
        < 72 => TrimAsync(process),
        < 78 => WritePositionAsync(process),
        < 83 => RestartAsync(process),
        < 85 => KillAsync(process),
        < 87 => LosePowerAsync(),
        < 91 => ForecastAsync(),
        < 94 => ChangeWeatherAsync(),
        < 97 => ChangeRoomAsync(),
        _ => StepClockAsync(),
    };

    private string Topic() => Topics[_random.Next(Topics.Length)];

    private RecordId KnownId(string topic) => _ids[topic] is { Count: > 0 } ids ? ids[_random.Next(ids.Count)] : new RecordId(1, 0);

    private async Task TrimAsync(FeedProcess process)
    {
        string topic = Topic();
        RecordId below = KnownId(topic);
        if (below > _trims.GetValueOrDefault(topic)) _trims[topic] = below;
        await process.Writer.TrimAsync(topic, below, _cancellation);
    }

    private async Task WritePositionAsync(FeedProcess process)
    {
        string topic = Topic();
        await process.Writer.WritePositionAsync(topic, $"consumer {_random.Next(2)}", _random.Next(5) == 0 ? null : KnownId(topic), _cancellation);
    }

    private async Task AppendAsync(FeedProcess process)
    {
        string topic = Topic();
        RecordId[]? ownIds = null;
        int records = _random.Next(1, 5);
        if (topic == "z")
        {
            ulong from = (ulong)_random.NextInt64(1, 1_000) + (_ids[topic] is { Count: > 0 } ids ? ids[^1].Milliseconds : 0);
            ownIds = [.. Enumerable.Range(0, records).Select(i => new RecordId(from, (ulong)i))];
        }

        await AppendAsync(process, topic, records, ownIds);
    }

    private async Task<bool> AppendAsync(FeedProcess process, string topic, int records, RecordId[]? ownIds = null)
    {
        var options = new AppendOptions(_random.Next(3) == 0 ? AppendDurability.Buffered : AppendDurability.Durable);
        (LedgerAppend append, _) = await process.Writer.AppendAsync(
            topic, records, _random.Next(10) == 0 ? 900 : _random.Next(40, 120), ownIds, options, _cancellation);
        if (append.LastId is not { } last) return false;
        _ids[topic].Add(last);
        return true;
    }

    /// <summary>Several appends that gather behind one flush and are committed as one group.</summary>
    private async Task AppendTogetherAsync(FeedProcess process)
    {
        // The topic is open before, so that gathering itself needs nothing of the disk, which the waiting flush holds.
        if (!await AppendAsync(process, "x", 1)) return;
        var gate = new FlushGate();
        _weather.Gate = gate;
        Task first = AppendAsync(process, "x", 1);
        await Task.WhenAny(gate.Reached, first);
        Task[] others = gate.Reached.IsCompleted ? [.. Enumerable.Range(0, 4).Select(_ => AppendAsync(process, "x", 1))] : [];
        gate.Open();
        await first;
        await Task.WhenAll(others);
        _weather.Gate = null;
    }

    private async Task FollowAsync(FeedProcess process)
    {
        foreach (Follower follower in process.Followers)
        {
            try
            {
                await follower.ReadAsync(_cancellation);
            }
            catch (FeedException)
            {
                // A look at the disk failed; the follower goes on the next time.
            }
        }
    }

    private static async Task RestartAsync(FeedProcess process)
    {
        await process.Writer.CloseAsync();
        process.Kill();
    }

    private static Task KillAsync(FeedProcess process)
    {
        process.Kill();
        return Task.CompletedTask;
    }

    private Task LosePowerAsync()
    {
        Disk.PowerLoss(Fate());
        _ledger.ProcessDied();
        return Task.CompletedTask;
    }

    private Task ForecastAsync()
    {
        bool isKill = _random.Next(2) == 0;
        _weather.ForecastCrash(isKill ? Unsynced.Kept : Fate(), isKill);
        return Task.CompletedTask;
    }

    private Unsynced Fate()
    {
        var fate = (Unsynced)_random.Next(3);
        _mayHaveGaps |= fate == Unsynced.Random;
        return fate;
    }

    private Task ChangeWeatherAsync()
    {
        if (_random.Next(2) == 0) _weather.BecomeBad();
        else _weather.BecomeGood();
        return Task.CompletedTask;
    }

    private Task ChangeRoomAsync()
    {
        Disk.CapacityBytes = long.MaxValue;
        if (_random.Next(2) == 0) Disk.CapacityBytes = Disk.UsedBytes + _random.Next(1_500);
        return Task.CompletedTask;
    }

    private Task StepClockAsync()
    {
        _time.StepWallClock(TimeSpan.FromMilliseconds(_random.Next(-10_000, 1_000)));
        return Task.CompletedTask;
    }
}
