using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Weir.Feed.Consuming;

/// <summary>
/// The consumers of a feed: who they are, what they have acknowledged, and readers for them. Any number of processes may have one; what is
/// registered, acknowledged or aborted by one is seen by all, and is durable when the call returns. Safe to call from many threads.
/// </summary>
public sealed partial class ConsumerRegistry : IAsyncDisposable
{
    private const int MaxTries = 100;

    private readonly ConsumerRegistryOptions _options;
    private readonly ConcurrentDictionary<string, ConsumerReader> _open = new(StringComparer.Ordinal);
    private int _known = -1;
    private long _countedAt;

    public ConsumerRegistry(IFeedEngine feed, ConsumerRegistryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(feed);
        Feed = feed;
        _options = options ?? new();
        FanOut = new(feed, _options.FanOut, _options.Time);
        Events = new(feed, _options.Logger, _options.Time);
    }

    public IFeedEngine Feed { get; }

    /// <summary>What the readers of this process share.</summary>
    public FanOut FanOut { get; }

    /// <summary>Where what happens to consumers and topics is told.</summary>
    public FeedEvents Events { get; }

    internal TimeProvider Time => _options.Time;

    internal ICoalescingRule? RuleFor(string topic) => _options.Coalescing.FirstOrDefault(rule => rule.AppliesTo(topic));

    internal TimeSpan CheckInterval => _options.CheckInterval;

    /// <summary>
    /// Registers a consumer. One that is registered already and asks for the same is left as it is; an aborted one starts again.
    /// </summary>
    /// <exception cref="ArgumentException">The registration is none.</exception>
    /// <exception cref="ConsumerExistsException">There is one of this name that asks for something else.</exception>
    /// <exception cref="FeedException">The feed does not take it, or has too many consumers.</exception>
    public async ValueTask<ConsumerInfo> RegisterAsync(ConsumerRegistration registration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(registration);
        registration.ThrowIfInvalid();
        FeedDocument? old = await Feed.Documents.ReadAsync(ConsumerDocument.Collection, registration.Name, cancellationToken);
        if (old is not null)
        {
            ConsumerInfo there = ConsumerDocument.Read(old, out DocumentPhase phase);
            if (there.State == ConsumerState.Active && phase == DocumentPhase.Registered)
            {
                if (!there.Registration.IsSame(registration)) throw new ConsumerExistsException(registration.Name, Feed.Address);

                // Who wrote it may have been killed before that was durable. When somebody changes it meanwhile, it is by that.
                await Feed.Documents.TryWriteAsync(ConsumerDocument.Collection, registration.Name, old.Content, old, cancellationToken);
                return there;
            }
        }
        else
        {
            await ThrowIfTooManyAsync(cancellationToken);
        }

        DateTimeOffset now = Time.GetUtcNow();
        var consumer = new ConsumerInfo
        {
            Registration = registration,
            State = ConsumerState.Active,
            RegisteredAt = now,
            SeenAt = now,
            Incarnation = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
        };

        // While its positions are written the consumer is announced, so that nobody else registers one of this name; who is killed in
        // between has registered nothing, and the next may take the name.
        byte[] announced = ConsumerDocument.Write(consumer, DocumentPhase.Registering);
        if (!await Feed.Documents.TryWriteAsync(ConsumerDocument.Collection, registration.Name, announced, old, cancellationToken))
            throw new ConsumerExistsException(registration.Name, Feed.Address);
        if (_open.TryRemove(registration.Name, out ConsumerReader? reader)) reader.Fence(new ConsumerTakenOverException(registration.Name, null));
        await PlaceAsync(registration, cancellationToken);
        byte[] content = ConsumerDocument.Write(consumer, DocumentPhase.Registered);
        if (!await Feed.Documents.TryWriteAsync(ConsumerDocument.Collection, registration.Name, content, new(registration.Name, announced), cancellationToken))
            throw new ConsumerExistsException(registration.Name, Feed.Address);
        if (old is null) Interlocked.Increment(ref _known);
        await Events.RegisteredAsync(consumer, cancellationToken);
        return consumer with { Document = new(registration.Name, content) };
    }

    /// <summary>The consumer; null when there is none of this name.</summary>
    public async ValueTask<ConsumerInfo?> FindAsync(string name, CancellationToken cancellationToken = default)
    {
        TopicName.ThrowIfInvalid(name, "consumer");
        if (await Feed.Documents.ReadAsync(ConsumerDocument.Collection, name, cancellationToken) is not { } document) return null;
        ConsumerInfo consumer = ConsumerDocument.Read(document, out DocumentPhase phase);
        return phase == DocumentPhase.Registered ? consumer : null;
    }

    /// <summary>All consumers, in ordinal order of their names.</summary>
    public async ValueTask<IReadOnlyList<ConsumerInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        var consumers = new List<ConsumerInfo>();
        foreach (FeedDocument document in await Feed.Documents.ListAsync(ConsumerDocument.Collection, cancellationToken))
        {
            ConsumerInfo consumer = ConsumerDocument.Read(document, out DocumentPhase phase);
            if (phase == DocumentPhase.Registered) consumers.Add(consumer);
        }

        return consumers;
    }

    /// <summary>
    /// Acknowledges for a consumer without reading as it. Acknowledging what is acknowledged already changes nothing.
    /// </summary>
    /// <exception cref="ConsumerNotFoundException">There is none of this name.</exception>
    /// <exception cref="ConsumerAbortedException">It was aborted.</exception>
    /// <exception cref="AcknowledgementException">The topic is none of its topics, or ends before this id.</exception>
    public async ValueTask AcknowledgeAsync(string name, TopicPosition upTo, CancellationToken cancellationToken = default)
    {
        ConsumerInfo consumer = await RequireAsync(name, cancellationToken);
        if (!consumer.Registration.Topics.Matches(upTo.Topic)) throw new AcknowledgementException($"Consumer '{name}' does not read topic '{upTo.Topic}'; it reads {consumer.Registration.Topics}.");
        RecordId last = (await Feed.MeasureAsync(upTo.Topic, RecordId.Max, cancellationToken)).LastId;
        if (upTo.Id > last) throw new AcknowledgementException($"Topic '{upTo.Topic}' ends at {last}; {upTo.Id} cannot be acknowledged before it is there.");
        await Feed.AdvancePositionAsync(upTo.Topic, name, upTo.Id, cancellationToken);
        await NoteSeenAsync(consumer, cancellationToken);
    }

    /// <summary>How far a consumer is behind, in each of its topics.</summary>
    public async ValueTask<ConsumerBacklog> MeasureAsync(ConsumerInfo consumer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        var topics = new List<ConsumerTopicBacklog>();
        foreach (string topic in await TopicsOfAsync(consumer.Registration.Topics, cancellationToken))
        {
            RecordId? position = await Feed.ReadPositionAsync(topic, consumer.Name, cancellationToken);
            if (consumer.State == ConsumerState.Damaged && position is null) continue;
            topics.Add(new(topic, position, await Feed.MeasureAsync(topic, position ?? RecordId.Zero, cancellationToken)));
        }

        return new(consumer, topics, Time.GetUtcNow());
    }

    /// <summary>
    /// Opens a consumer for reading, from behind what it has acknowledged. A reader that has it open, here or in another process, is
    /// over with that: its next call says who took over.
    /// </summary>
    /// <exception cref="ConsumerNotFoundException">There is none of this name.</exception>
    /// <exception cref="ConsumerAbortedException">It was aborted; the message says what it lost.</exception>
    public async ValueTask<ConsumerReader> OpenAsync(string name, ReaderOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= ReaderOptions.Default;
        ConsumerInfo consumer = await ChangeAsync(
            name,
            there => there with
            {
                SeenAt = Time.GetUtcNow(),
                Reader = new((there.Reader?.Number ?? 0) + 1, options.Owner ?? _options.Owner, Time.GetUtcNow()),
            },
            cancellationToken);
        var reader = new ConsumerReader(this, consumer, options);
        ConsumerReader? before = null;
        _open.AddOrUpdate(
            name,
            static (_, reader) => reader,
            (_, there, reader) =>
            {
                before = there;
                return there.Session.Number > reader.Session.Number ? there : reader;
            },
            reader);
        if (before is not null)
        {
            ConsumerReader earlier = before.Session.Number < reader.Session.Number ? before : reader;
            earlier.Fence(new ConsumerTakenOverException(name, ReferenceEquals(earlier, before) ? reader.Session : before.Session));
        }

        try
        {
            await reader.StartAsync(cancellationToken);
            await reader.JoinAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a reader of topics without a registration; see <see cref="TransientReader.OpenAsync"/>.</summary>
    public ValueTask<TransientReader> OpenTransientAsync(
        TopicSelection topics, RecordFilter? filter = null, ConsumerStart start = default,
        IReadOnlyDictionary<string, RecordId>? after = null, CancellationToken cancellationToken = default) =>
        TransientReader.OpenAsync(FanOut, topics, filter, start, after, Time, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (ConsumerReader reader in _open.Values) await reader.DisposeAsync();
        await FanOut.DisposeAsync();
    }

    /// <summary>The topics of a selection: those that are there, and those named.</summary>
    internal async ValueTask<IReadOnlyList<string>> TopicsOfAsync(TopicSelection topics, CancellationToken cancellationToken)
    {
        if (!topics.HasPrefix) return [.. topics.Topics.Order(StringComparer.Ordinal)];
        IReadOnlyList<string> there = await Feed.ListTopicsAsync(topics.CommonPrefix, cancellationToken);
        return [.. there.Where(topics.Matches).Union(topics.Topics).Order(StringComparer.Ordinal)];
    }

    internal void Closed(ConsumerReader reader) => _open.TryRemove(new KeyValuePair<string, ConsumerReader>(reader.Consumer.Name, reader));

    /// <summary>The consumer, which must be there and active.</summary>
    internal async ValueTask<ConsumerInfo> RequireAsync(string name, CancellationToken cancellationToken) =>
        ThrowUnlessActive(name, await FindAsync(name, cancellationToken));

    /// <summary>Notes that the consumer is alive, where that is due.</summary>
    internal async ValueTask<ConsumerInfo> NoteSeenAsync(ConsumerInfo consumer, CancellationToken cancellationToken) =>
        Time.GetUtcNow() - consumer.SeenAt < NoteInterval(consumer.Registration.Limits) ? consumer
            : await ChangeAsync(consumer.Name, there => there with { SeenAt = Time.GetUtcNow() }, cancellationToken);

    private ConsumerInfo ThrowUnlessActive(string name, ConsumerInfo? consumer) => consumer?.State switch
    {
        null => throw new ConsumerNotFoundException(name, Feed.Address),
        ConsumerState.Aborted => throw new ConsumerAbortedException(consumer),
        ConsumerState.Damaged => throw new FeedException($"What consumer '{name}' asked for is not known: its document in {Feed.Address} is damaged. Unregister it and register it again."),
        _ => consumer,
    };

    private static TimeSpan NoteInterval(ConsumerLimits limits)
    {
        TimeSpan longest = TimeSpan.FromMinutes(1);
        return limits.AbortTimeout == Timeout.InfiniteTimeSpan || limits.AbortTimeout / 10 > longest ? longest : limits.AbortTimeout / 10;
    }

    private async ValueTask<ConsumerInfo> ChangeAsync(string name, Func<ConsumerInfo, ConsumerInfo> change, CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            ConsumerInfo there = await RequireAsync(name, cancellationToken);
            ConsumerInfo changed = change(there);
            byte[] content = ConsumerDocument.Write(changed, DocumentPhase.Registered);
            if (await Feed.Documents.TryWriteAsync(ConsumerDocument.Collection, name, content, there.Document, cancellationToken))
                return changed with { Document = new(name, content) };
        }

        throw Contended(name);
    }

    /// <summary>Gives the consumer its positions, and takes away those of an earlier one of its name.</summary>
    private async ValueTask PlaceAsync(ConsumerRegistration registration, CancellationToken cancellationToken)
    {
        foreach (string topic in await Feed.ListTopicsAsync("", cancellationToken))
        {
            if (registration.Topics.Matches(topic))
            {
                RecordId last = (await Feed.MeasureAsync(topic, RecordId.Max, cancellationToken)).LastId;
                await Feed.WritePositionAsync(topic, registration.Name, registration.Start.After(last), cancellationToken);
            }
            else if (await Feed.ReadPositionAsync(topic, registration.Name, cancellationToken) is not null)
            {
                await Feed.WritePositionAsync(topic, registration.Name, null, cancellationToken);
            }
        }
    }

    /// <summary>Counted now and then, and not for each registration.</summary>
    private async ValueTask ThrowIfTooManyAsync(CancellationToken cancellationToken)
    {
        if (_known < 0 || Time.GetElapsedTime(_countedAt) > TimeSpan.FromMinutes(1))
        {
            _known = (await Feed.Documents.ListAsync(ConsumerDocument.Collection, cancellationToken)).Count;
            _countedAt = Time.GetTimestamp();
        }

        if (_known >= _options.MaxConsumers)
            throw new FeedException($"{Feed.Address} has {_known} consumers, and {_options.MaxConsumers} are allowed; unregister those that nobody needs (weir feed consumers).");
    }

    private static FeedException Contended(string name) => new($"Consumer '{name}' was changed by others {MaxTries} times in a row; try again.");
}
