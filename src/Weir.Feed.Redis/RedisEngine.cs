using System.Collections.Concurrent;
using Weir.Feed.Redis.Appending;
using Weir.Feed.Redis.Documents;
using Weir.Feed.Redis.Positions;
using Weir.Feed.Redis.Reading;
using Weir.Feed.Redis.Servers;
using Weir.Feed.Redis.Topics;
using Weir.Feed.Redis.Watching;

namespace Weir.Feed.Redis;

/// <summary>
/// The distributed engine: a topic is a stream of the same name on a Redis or Valkey server (6.2 or later, single, behind Sentinels
/// or a Cluster), shared by any number of writers and readers. Layouts and what the server must allow: docs/redis.md.
/// </summary>
/// <remarks>
/// Given ids are the server's. A batch with own ids is never appended twice, whatever happens to the connection; one with given ids
/// fails when the connection is lost under it, and its writer decides. Batches of more than some hundred records are appended in
/// pieces, each all or none.
/// </remarks>
public sealed class RedisEngine : IFeedEngine
{
    private readonly RedisEngineOptions _options;
    private readonly RedisClient _client;
    private readonly TopicScan _scan;
    private readonly TopicDescriber _describer;
    private readonly TopicTrimmer _trimmer;
    private readonly ConsumerGroups _groups;
    private readonly ServerDurability _durability;
    private readonly BackOff _backOff;
    private readonly ConcurrentDictionary<string, TopicAppender> _appenders = new();
    private readonly OperationCount _operations = new();

    /// <summary>Opens nothing yet: connections are made when they are needed.</summary>
    /// <exception cref="FeedException">A file that the URL names cannot be read.</exception>
    public RedisEngine(RedisEngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _backOff = new(new Random());
        _client = new(ServersFactory.Create(options, _backOff), options.Url.ToString(), options.Patience, _backOff, options.Time);
        _scan = new(_client);
        _durability = new(_client, options.Url.WaitReplicas, options.Logger, options.Time);
        _describer = new(_client, _durability);
        _trimmer = new(_client);
        _groups = new(_client);
        Documents = new RedisDocuments(_client);
    }

    public string Address => _client.Address;

    public IFeedDocuments Documents { get; }

    public async ValueTask<RecordId> AppendAsync(string topic, RecordBatch batch, AppendOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        TopicName.ThrowIfInvalid(topic);
        cancellationToken.ThrowIfCancellationRequested();
        using OperationCount.Operation operation = _operations.Begin(this);
        try
        {
            if (batch.Count == 0) return await AppendNothingAsync(topic, options, cancellationToken);
            await _durability.WarnOnceAsync(topic, cancellationToken);
            return await Appender(topic).AppendAsync(batch, options, cancellationToken);
        }
        catch (IOException failed)
        {
            throw RedisFailure.Explain(failed, $"append to topic '{topic}'", Address);
        }
    }

    public async ValueTask SyncAsync(string topic, CancellationToken cancellationToken = default)
    {
        using OperationCount.Operation operation = _operations.Begin(this);
        if (!_appenders.TryGetValue(topic, out TopicAppender? appender)) return;
        await RunAsync($"append to topic '{topic}'", async () =>
        {
            await appender.SyncAsync(cancellationToken);
            return true;
        });
    }

    public ITopicCursor OpenCursor(string topic, RecordId after, CursorOptions? options = null)
    {
        TopicName.ThrowIfInvalid(topic);
        return new RedisCursor(topic, after, options ?? CursorOptions.Default, _client);
    }

    public IFeedWatch Watch(string prefix) => new RedisWatch(prefix, _client, _scan, _describer, _backOff, _options.Time);

    public async ValueTask<TopicInfo?> DescribeAsync(string topic, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        return await RunAsync($"describe topic '{topic}'", () => _describer.DescribeAsync(topic, cancellationToken));
    }

    public async ValueTask<IReadOnlyList<string>> ListTopicsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        await RunAsync("list the topics", () => _scan.ListAsync(prefix, cancellationToken));

    public async ValueTask TrimAsync(string topic, RecordId below, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        await RunAsync($"trim topic '{topic}'", async () =>
        {
            await _trimmer.TrimAsync(topic, below, cancellationToken);
            return true;
        });
    }

    public async ValueTask<bool> DeleteTopicAsync(string topic, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        return await RunAsync($"delete topic '{topic}'", async () =>
        {
            // A key of another type is no topic and not ours to delete.
            string type = (await _client.CallAsync(topic, cancellationToken, "TYPE", topic)).Text;
            return type == "stream" && (await _client.CallAsync(topic, cancellationToken, "UNLINK", topic)).Integer > 0;
        });
    }

    public async ValueTask<RecordId?> ReadPositionAsync(string topic, string consumer, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(topic, consumer);
        return await RunAsync($"read the position of consumer '{consumer}' in topic '{topic}'", () => _groups.ReadAsync(topic, consumer, cancellationToken));
    }

    public async ValueTask WritePositionAsync(string topic, string consumer, RecordId? position, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(topic, consumer);
        await RunAsync($"write the position of consumer '{consumer}' in topic '{topic}'", async () =>
        {
            if (position is { } id) await _groups.WriteAsync(topic, consumer, id, cancellationToken);
            else await _groups.RemoveAsync(topic, consumer, cancellationToken);
            return true;
        });
    }

    public async ValueTask<RecordId> AdvancePositionAsync(string topic, string consumer, RecordId position, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(topic, consumer);
        return await RunAsync(
            $"write the position of consumer '{consumer}' in topic '{topic}'", () => _groups.AdvanceAsync(topic, consumer, position, cancellationToken));
    }

    public async ValueTask<TopicBacklog> MeasureAsync(string topic, RecordId after, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        return await RunAsync($"measure topic '{topic}'", () => _describer.MeasureAsync(topic, after, cancellationToken));
    }

    public async ValueTask<IReadOnlyList<ConsumerPosition>> ListPositionsAsync(string topic, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(topic);
        return await RunAsync($"list the consumers of topic '{topic}'", () => _groups.ListAsync(topic, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (!await _operations.CloseAsync()) return;
        foreach (TopicAppender appender in _appenders.Values)
        {
            await appender.FinishAsync();
            appender.Dispose();
        }

        await _client.DisposeAsync();
    }

    private TopicAppender Appender(string topic) => _appenders.GetOrAdd(
        topic,
        static (name, engine) => new(
            new TopicTarget(name, TopicLayout.IsAction(name, engine._options.Url.ActionPrefix ?? RedisUrl.DefaultActionPrefix), engine._options.Url.WaitReplicas, engine._options.WaitTimeout),
            engine._client),
        this);

    private async Task<RecordId> AppendNothingAsync(string topic, AppendOptions options, CancellationToken cancellationToken)
    {
        RecordId last = await _describer.LastIdAsync(topic, cancellationToken);
        if (options.ExpectedLastId is { } expected && expected != last) throw new LastIdMismatchException(topic, expected, last);
        return last;
    }

    private async Task<T> RunAsync<T>(string what, Func<Task<T>> action)
    {
        ObjectDisposedException.ThrowIf(_operations.IsClosed, this);
        try
        {
            return await action();
        }
        catch (IOException failed)
        {
            throw RedisFailure.Explain(failed, what, Address);
        }
    }

    private static void ThrowIfInvalid(string topic, string consumer)
    {
        TopicName.ThrowIfInvalid(topic);
        TopicName.ThrowIfInvalid(consumer, "consumer");
    }
}
