namespace Weir.Feed.Consuming;

/// <summary>
/// Reads as a registered consumer, from behind what it has acknowledged. What was given and not acknowledged when it ends comes again, with
/// the same ids. Acknowledging is safe while a read or a wait is under way.
/// </summary>
public sealed class ConsumerReader : FeedReader
{
    private readonly ConsumerRegistry _registry;
    private readonly ReaderOptions _options;
    private readonly SemaphoreSlim _checking = new(1, 1);
    private FeedException? _fence;
    private long _checkedAt;

    internal ConsumerReader(ConsumerRegistry registry, ConsumerInfo consumer, ReaderOptions options)
        : base(registry.FanOut, consumer.Registration.Topics, consumer.Registration.Filter, registry.Time)
    {
        _registry = registry;
        _options = options;
        _checkedAt = registry.Time.GetTimestamp();
        Consumer = Trim(consumer);
        Session = consumer.Reader!;
    }

    /// <summary>The consumer as it was when this was last looked at.</summary>
    public ConsumerInfo Consumer { get; private set; }

    /// <summary>Whose consumer it is.</summary>
    public ConsumerRegistry Registry => _registry;

    /// <summary>This opening.</summary>
    public ReaderSession Session { get; }

    /// <summary>Acknowledges everything of a topic up to an id. It is durable when the call returns.</summary>
    /// <exception cref="AcknowledgementException">Nothing up to this id was given; nothing was changed.</exception>
    /// <exception cref="ConsumerTakenOverException">Another reader has the consumer.</exception>
    /// <exception cref="ConsumerAbortedException">The consumer was aborted.</exception>
    public async ValueTask AcknowledgeAsync(string topic, RecordId id, CancellationToken cancellationToken = default)
    {
        await CheckAsync(cancellationToken);
        if (FindPlace(topic) is not { } place)
            throw new AcknowledgementException($"Consumer '{Consumer.Name}' was given nothing of topic '{topic}'; it reads {Topics}.");
        if (!place.TryAcknowledge(id, out RecordId position, out bool isNews))
            throw new AcknowledgementException($"Consumer '{Consumer.Name}' was given topic '{topic}' up to {place.Place}; {id} cannot be acknowledged before it was given.");
        if (!isNews) return;
        await Feed.AdvancePositionAsync(topic, Consumer.Name, position, cancellationToken);
        place.Acknowledge(position);
    }

    /// <summary>Acknowledges in several topics; all is durable when the call returns. When it throws, some of it may be.</summary>
    /// <exception cref="AcknowledgementException">Something was not given; nothing was changed.</exception>
    public async ValueTask AcknowledgeAsync(IReadOnlyCollection<TopicPosition> upTo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upTo);
        foreach (TopicPosition position in upTo)
        {
            if (FindPlace(position.Topic) is not { } place || !place.TryAcknowledge(position.Id, out _, out _))
                throw new AcknowledgementException($"Consumer '{Consumer.Name}' was not given topic '{position.Topic}' up to {position.Id}; nothing was acknowledged.");
        }

        // Together, so that they share a flush.
        await Task.WhenAll(upTo.Select(position => AcknowledgeAsync(position.Topic, position.Id, cancellationToken).AsTask()));
    }

    /// <summary>Acknowledges everything that was given. It is durable when the call returns.</summary>
    public async ValueTask AcknowledgeAllAsync(CancellationToken cancellationToken = default)
    {
        TopicPosition[] given = [.. Places.Where(static place => place.HasGiven || place.HasPassed).Select(static place => new TopicPosition(place.Topic, place.Place))];
        if (given.Length > 0) await AcknowledgeAsync(given, cancellationToken);
    }

    /// <summary>Ends the reader: its next calls say why.</summary>
    internal void Fence(FeedException reason)
    {
        Interlocked.CompareExchange(ref _fence, reason, null);
        Signal.Wake();
    }

    private protected override async ValueTask BeforeReadAsync(CancellationToken cancellationToken)
    {
        await CheckAsync(cancellationToken);
        if (_options.AcknowledgesByReading) await AcknowledgeAllAsync(cancellationToken);
    }

    private protected override bool IsOver() => Volatile.Read(ref _fence) is not null;

    private protected override bool HasPassed()
    {
        foreach (TopicPlace place in Places)
        {
            if (place.HasPassed) return true;
        }

        return false;
    }

    private protected override async ValueTask NotePassedAsync(CancellationToken cancellationToken)
    {
        TopicPosition[] passed = [.. Places.Where(static place => place.HasPassed).Select(static place => new TopicPosition(place.Topic, place.Place))];
        if (passed.Length > 0) await AcknowledgeAsync(passed, cancellationToken);
    }

    /// <summary>A topic without a position came after the registration; it is read from its beginning.</summary>
    private protected override async ValueTask<RecordId> StartOfAsync(string topic, bool isNew, CancellationToken cancellationToken) =>
        await Feed.ReadPositionAsync(topic, Consumer.Name, cancellationToken) ?? RecordId.Zero;

    private protected override async ValueTask<CoalescedPages?> CoalesceAsync(string topic, CancellationToken cancellationToken)
    {
        if (!Consumer.Registration.Coalesces || _registry.RuleFor(topic) is not { } rule) return null;

        // Anything that is there may have been given to a reader before this one.
        RecordId end = (await Feed.MeasureAsync(topic, RecordId.Max, cancellationToken)).LastId;
        return new(rule.Create(topic, end), Filter);
    }

    private protected override ValueTask OnDisposeAsync()
    {
        _registry.Closed(this);
        _fence ??= new ConsumerTakenOverException(Consumer.Name, Session);
        return ValueTask.CompletedTask;
    }

    /// <summary>Looks from time to time whether the consumer is still this reader's.</summary>
    private async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _fence) is { } fence) throw Again(fence);
        if (Time.GetElapsedTime(Volatile.Read(ref _checkedAt)) < _registry.CheckInterval) return;
        await _checking.WaitAsync(cancellationToken);
        try
        {
            if (Time.GetElapsedTime(Volatile.Read(ref _checkedAt)) < _registry.CheckInterval) return;
            ConsumerInfo now = await _registry.RequireAsync(Consumer.Name, cancellationToken);
            if (now.Incarnation != Consumer.Incarnation) throw new ConsumerTakenOverException(Consumer.Name, null);
            if (now.Reader?.Number != Session.Number) throw new ConsumerTakenOverException(Consumer.Name, now.Reader);
            Consumer = Trim(await _registry.NoteSeenAsync(now, cancellationToken));
            Volatile.Write(ref _checkedAt, Time.GetTimestamp());
        }
        catch (Exception over) when (over is ConsumerTakenOverException or ConsumerAbortedException or ConsumerNotFoundException)
        {
            Fence((FeedException)over);
            throw;
        }
        finally
        {
            _checking.Release();
        }
    }

    /// <summary>An exception of its own for each throw.</summary>
    private static FeedException Again(FeedException fence) => fence switch
    {
        ConsumerTakenOverException over => new ConsumerTakenOverException(over.Consumer, over.By),
        ConsumerAbortedException aborted => new ConsumerAbortedException(aborted.Consumer),
        _ => new FeedException(fence.Message, fence),
    };

    /// <summary>Without the document, which nobody here needs: there may be many readers.</summary>
    private static ConsumerInfo Trim(ConsumerInfo consumer) => consumer with { Document = null };
}
