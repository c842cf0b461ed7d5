using Microsoft.Extensions.Logging;
using Weir.Changelogs.Devices;
using Weir.Changelogs.Records;
using Weir.Feed;
using Weir.Lustre.Changelog;

namespace Weir.Changelogs.Following;

/// <summary>
/// Follows the changelog of one MDT into its topic: reads, appends durably, then clears upstream. Each id carries its record's
/// index, so that it goes on where the feed ends. When a crash has left a hole in what was being appended, everything from the
/// hole on is appended again: nothing is lost, and what stands twice shows by its index. Not thread-safe.
/// </summary>
public sealed class Follower
{
    /// <summary>The feed's consumer whose position says up to where everything is known to be whole.</summary>
    public const string PositionName = "changelog-follower";

    private readonly FollowerOptions _options;
    private readonly IChangelogDevice _device;
    private readonly IFeedEngine _feed;
    private readonly ILogger _logger;
    private readonly BatchBuilder _builder;
    private readonly string _topic;
    private readonly byte[] _buffer;
    private RecordBatch _filling = new(4096);
    private RecordBatch _appending = new(4096);
    private Task<RecordId>? _append;
    private bool _isPlaced;
    private bool _followsHole;
    private RecordId _durableId;
    private long _unmarkedBytes;
    private ulong _milliseconds;
    private ulong _appendingIndex;
    private ulong _durableIndex;
    private ulong _resumedIndex;
    private ulong _clearedIndex;
    private long _clearFailures;

    public Follower(FollowerOptions options, IChangelogDevice device, IFeedEngine feed, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReadBytes, 2 * ChangelogRecord.MaxBytes);
        _options = options;
        _device = device;
        _feed = feed;
        _logger = logger;
        _builder = new(device.Mdt, options.Mask, logger);
        _topic = ChangelogTopic.Of(device.Mdt);
        _buffer = new byte[options.ReadBytes];
    }

    /// <summary>The MDT that is followed.</summary>
    public string Mdt => _device.Mdt;

    public FollowerCounts Counts => new(
        _builder.Records, _builder.Repeats, _builder.Omitted, _builder.Gaps, _builder.Missing, _builder.Damaged, _clearFailures, _durableIndex, _clearedIndex);

    /// <summary>Reads to the end of the changelog. When it returns, all of it is durable in the feed and, as far as the MDT let it, cleared.</summary>
    /// <exception cref="ChangelogDeviceException">The device failed; what was read before is in the feed.</exception>
    /// <exception cref="ChangelogUserGoneException">The user is not registered any more; what was read is in the feed.</exception>
    /// <exception cref="FeedException">The feed does not take it; nothing of it was cleared.</exception>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_isPlaced) await PlaceAsync(cancellationToken);
            await ReadToEndAsync(cancellationToken);
        }
        catch
        {
            // What the feed holds now is known when it is asked again.
            _isPlaced = false;
            await SettleAsync();
            throw;
        }
    }

    /// <summary>Follows until cancelled. Failures of device and feed are told and tried again; only a lost user ends it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TimeSpan delay = _options.RetryDelay;
        while (true)
        {
            try
            {
                await RunOnceAsync(cancellationToken);
                delay = _options.RetryDelay;
                await Task.Delay(_options.PollInterval, _options.Time, cancellationToken);
            }
            catch (IOException failed) when (failed is not (ChangelogUserGoneException or ChangelogRestartedException or TopicLockedException))
            {
                Log.Retrying(_logger, _device.Mdt, failed.Message, delay);
                await Task.Delay(delay, _options.Time, cancellationToken);
                delay = delay * 2 > _options.MaxRetryDelay ? _options.MaxRetryDelay : delay * 2;
            }
        }
    }

    /// <summary>Finds where the feed ends, and clears what a crash kept from being cleared.</summary>
    private async Task PlaceAsync(CancellationToken cancellationToken)
    {
        RecordId last = (await _feed.DescribeAsync(_topic, cancellationToken))?.LastId ?? RecordId.Zero;
        ulong index = await WholeTopic.FindEndAsync(_feed, _topic, PositionName, last, cancellationToken);
        _milliseconds = last.Milliseconds;
        _unmarkedBytes = 0;
        ChangelogUsers? users = _device.ReadUsers();
        ChangelogUser? user = _options.User is null ? null : users?.Find(_options.User);
        if (users is not null && _options.User is not null && user is null) throw new ChangelogUserGoneException(_device.Mdt, _options.User);
        if (users is not null && users.CurrentIndex < index) throw new ChangelogRestartedException(_device.Mdt, index, users.CurrentIndex);
        bool isStartKnown = index > 0 || user is not null;

        // A new user is owed what was written after its registration, and nothing before.
        if (index == 0 && user is not null) index = user.Index;
        if (last == RecordId.Zero) await _feed.WritePositionAsync(_topic, PositionName, WholeTopic.StartAfter(index), cancellationToken);
        _builder.StartAfter(index, isStartKnown);
        _durableIndex = _resumedIndex = index;
        _filling.Clear();

        // What is appended again after a hole must not take the ids of what follows the hole.
        _followsHole = index < last.Sequence;
        if (_followsHole) _milliseconds++;
        _isPlaced = true;
        Log.Following(_logger, _device.Mdt, index + 1);
        if (last != RecordId.Zero && (user is null || user.Index < index)) Clear(index);
    }

    private async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        long repeats = _builder.Repeats;
        using (IChangelogStream stream = _device.Open(_builder.LastIndex + 1))
        {
            while (await ReadAsync(stream, cancellationToken) is > 0 and var read)
            {
                _builder.Add(_buffer.AsSpan(0, read), _filling, Now());
                if (_filling.SizeBytes >= _options.BatchBytes) await HandOverAsync(cancellationToken);
            }
        }

        if (_builder.Repeats > repeats) Log.Repeated(_logger, _device.Mdt, _builder.Repeats - repeats);
        _builder.Finish(_filling, Now());
        await HandOverAsync(cancellationToken);
        await AwaitAppendAsync(cancellationToken);
        if (_unmarkedBytes > 0) await MarkAsync(cancellationToken);
    }

    /// <summary>Bytes read, 0 at the end. Interruptions are nothing; "not yet" is waited out.</summary>
    private async ValueTask<int> ReadAsync(IChangelogStream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return stream.Read(_buffer);
            }
            catch (ChangelogDeviceException failed) when (failed.Errno == ChangelogDeviceException.Interrupted)
            {
                continue;
            }
            catch (ChangelogDeviceException failed) when (failed.Errno == ChangelogDeviceException.TryAgain)
            {
                // What was read so far must not wait for what may come.
                await HandOverAsync(cancellationToken);
                await AwaitAppendAsync(cancellationToken);
                stream.Poll(_options.PollInterval);
            }
        }
    }

    /// <summary>Starts appending what is filled, once the append before it is durable and cleared.</summary>
    private async ValueTask HandOverAsync(CancellationToken cancellationToken)
    {
        await AwaitAppendAsync(cancellationToken);
        if (_unmarkedBytes >= _options.MarkBytes) await MarkAsync(cancellationToken);
        if (_filling.Count == 0) return;
        (_filling, _appending) = (_appending, _filling);
        _filling.Clear();
        _appendingIndex = _builder.LastIndex;
        _builder.Finish(_appending, _milliseconds);
        _unmarkedBytes += _appending.SizeBytes;
        _append = _feed.AppendAsync(_topic, _appending, default, cancellationToken).AsTask();
    }

    private async ValueTask AwaitAppendAsync(CancellationToken cancellationToken)
    {
        if (_append is null) return;
        try
        {
            _durableId = await _append;
        }
        finally
        {
            _append = null;
        }

        // Looked for again after the next crash, the hole would be found again, and its records not with the MDT any more.
        if (_followsHole) await MarkAsync(cancellationToken);
        _followsHole = false;
        _durableIndex = _appendingIndex;
        Clear(_durableIndex);
    }

    /// <summary>Notes that everything up to here is whole.</summary>
    private async ValueTask MarkAsync(CancellationToken cancellationToken)
    {
        await _feed.WritePositionAsync(_topic, PositionName, _durableId, cancellationToken);
        _unmarkedBytes = 0;
    }

    /// <summary>Waits for an append that runs, whose outcome nobody asks for any more.</summary>
    private async Task SettleAsync()
    {
        if (_append is null) return;
        await ((Task)_append).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _append = null;
    }

    private void Clear(ulong index)
    {
        if (_options.User is null || index == 0) return;
        try
        {
            _device.Clear(_options.User, index);
            _clearedIndex = index;
        }
        catch (ChangelogDeviceException failed) when (failed.Errno == ChangelogDeviceException.NoEntry)
        {
            // Also said of what is cleared already, which can be so only of records read before this start.
            if (index > _resumedIndex) throw new ChangelogUserGoneException(_device.Mdt, _options.User);
            _clearedIndex = index;
        }
        catch (ChangelogDeviceException failed)
        {
            // The records are safe; the next clear takes these with it.
            _clearFailures++;
            Log.NotCleared(_logger, _device.Mdt, index, failed.Message);
        }
    }

    /// <summary>Ids may not go back, whatever the clock does.</summary>
    private ulong Now()
    {
        _milliseconds = Math.Max(_milliseconds, (ulong)Math.Max(0, _options.Time.GetUtcNow().ToUnixTimeMilliseconds()));
        return _milliseconds;
    }
}
